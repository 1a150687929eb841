import type { Cursor, State } from './cursor';
import { Meter, type Progress } from './progress';

/** One iteration over a pipeline. Leaving the loop closes what it reads from. */
export class StreamIterator<T> implements AsyncIterableIterator<T> {
  readonly #meter: Meter;
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #closed = false;

  /** @internal */
  constructor(
    private readonly cursor: Cursor<T>,
    private readonly total: number | undefined,
    position: number,
  ) {
    this.#meter = new Meter(position);
  }

  /** The next item. Rejects with a DataError where a function or a file fails, which ends the iteration. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#inTurn(async () => {
      if (this.#closed) return { done: true, value: undefined };
      try {
        const item = await this.cursor.next();
        if (item !== undefined) {
          this.#meter.position++;
          return { done: false, value: item.value };
        }
      } catch (error) {
        // What closing finds is less than what went wrong first.
        await this.#close().catch(() => {});
        throw error;
      }
      await this.#close();
      return { done: true, value: undefined };
    });
  }

  /** Ends the iteration and closes what it reads from, as leaving a loop does. */
  return(): Promise<IteratorResult<T, undefined>> {
    return this.#inTurn(async () => {
      await this.#close();
      return { done: true, value: undefined };
    });
  }

  /** Itself: a loop goes on from where it is. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Where the iteration is, as plain JSON: `pipeline.iterator(state)` gives exactly what would come next. Throws while
   * `next` is pending.
   */
  state(): State {
    if (this.#pending > 0) throw new Error('The state is between two items: await the next one first.');
    return { stage: 'pipeline', position: this.#meter.position, upstream: this.cursor.state() };
  }

  /** How many items were given, of how many, and how fast. */
  progress(): Progress {
    return this.#meter.progress(this.total);
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.cursor.close();
  }

  /** Cursors do one thing at a time. */
  #inTurn<R>(act: () => Promise<R>): Promise<R> {
    this.#pending++;
    const turn = this.#last.then(act, act).finally(() => {
      this.#pending--;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
