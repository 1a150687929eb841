/** How far an iteration is. */
export class Progress {
  constructor(
    /** Items so far, those before a restored state included. */
    readonly position: number,
    /** Items in all; undefined if nobody knows before the end, Infinity if there is none. */
    readonly total: number | undefined,
    /** Items a second since the iteration began. */
    readonly rate: number,
  ) {}

  /** Seconds left at this rate; undefined if the total is not known. */
  get eta(): number | undefined {
    return this.total === undefined ? undefined : (this.total - this.position) / this.rate;
  }

  /** `120/469 · 95.2/s · 4 s left` */
  toString(): string {
    const { position, total, rate, eta } = this;
    const parts = [
      total === undefined || !Number.isFinite(total) ? `${position}` : `${position}/${total}`,
      ...(rate > 0 ? [`${rate.toPrecision(3)}/s`] : []),
      ...(eta !== undefined && Number.isFinite(eta) ? [`${Math.round(eta)} s left`] : []),
    ];
    return parts.join(' · ');
  }
}

/** Counts items and the time they take. */
export class Meter {
  readonly #began = performance.now();
  readonly #first: number;

  constructor(public position: number) {
    this.#first = position;
  }

  progress(total: number | undefined): Progress {
    const seconds = (performance.now() - this.#began) / 1000;
    const items = this.position - this.#first;
    return new Progress(this.position, total, items === 0 ? 0 : items / seconds);
  }
}
