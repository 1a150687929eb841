/** How long to wait before each restart, in ms. One more crash within the window gives up. */
const DELAYS: readonly number[] = [0, 500, 2_000, 5_000];
const WINDOW = 3 * 60_000;

export type RestartDecision = { readonly restart: true; readonly delay: number } | { readonly restart: false };

/** Decides what follows when the language server's process ends by itself. */
export class RestartPolicy {
  #crashes: number[] = [];

  /** How often the server has crashed within the last three minutes. */
  get crashes(): number {
    return this.#crashes.length;
  }

  /** Call when the server ended; `now` in ms. */
  crashed(now: number): RestartDecision {
    this.#crashes = [...this.#crashes.filter((time) => now - time < WINDOW), now];
    const delay = DELAYS[this.#crashes.length - 1];
    return delay === undefined ? { restart: false } : { restart: true, delay };
  }

  /** The user asked for a restart: earlier crashes no longer count. */
  forget(): void {
    this.#crashes = [];
  }
}
