import type { State } from './cursor';

interface Bookmark {
  /** How many items were read before. */
  readonly position: number;
  readonly state: State;
}

/**
 * Where a cursor was some items ago. For stages that read ahead: they continue from the last bookmark before the oldest
 * item that they still hold, and read what follows it again.
 */
export class Bookmarks {
  readonly #kept: Bookmark[] = [];

  /** `every` so many items one is kept. */
  constructor(private readonly every: number) {}

  /** To be called before the item of this number is read. */
  note(position: number, state: () => State): void {
    const last = this.#kept.at(-1);
    if (last === undefined || position - last.position >= this.every) this.#kept.push({ position, state: state() });
  }

  /** The last one not after `position`. Those before it are forgotten. */
  upTo(position: number): Bookmark | undefined {
    while (this.#kept[1] !== undefined && this.#kept[1].position <= position) this.#kept.shift();
    return this.#kept[0];
  }
}
