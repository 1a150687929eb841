import { setImmediate } from 'node:timers/promises';
import { Bookmarks } from '../bookmarks';
import { type Cursor, type Item, pass, type Stage, type State, stateOf } from '../cursor';

interface AheadState<Name extends string> extends State {
  readonly stage: Name;
  /** Items that were given. */
  readonly position: number;
  /** How many of them come again after `upstream`. */
  readonly skip: number;
  readonly upstream: State;
}

/** Up to `most` items made before somebody asks for them: read one after the other, made at the same time. */
export function ahead<T, R, Name extends string>(
  name: Name,
  upstream: Stage<T>,
  most: number,
  make: (item: Item<T>, index: number) => Promise<Item<R>>,
): Stage<R> {
  return {
    count: () => upstream.count(),
    open: (epoch, from) => new AheadCursor(name, upstream, epoch, most, make, stateOf<AheadState<Name>>(name, from)),
  };
}

/** Items that wait for who takes them, and keep on coming while that one works. */
export function prefetchStage<T>(upstream: Stage<T>, count: number): Stage<T> {
  const stage = ahead('prefetch', upstream, count, async (item: Item<T>) => item);
  return {
    ...stage,
    open: (epoch, from) => {
      const cursor = stage.open(epoch, from);
      return {
        // What waits for files and timers goes on only when the event loop turns, and a loop that finds items ready would
        // never let it.
        next: () => setImmediate().then(() => cursor.next()),
        state: () => cursor.state(),
        close: () => cursor.close(),
      };
    },
  };
}

class AheadCursor<T, R, Name extends string> implements Cursor<R> {
  readonly #source: Cursor<T>;
  /** Oldest first; what was refused stays a refused promise in its place. */
  readonly #made: Promise<Item<R>>[] = [];
  readonly #bookmarks: Bookmarks;
  #skip: number;
  #read: number;
  #given: number;
  #ended = false;
  #isReading = false;
  #reading: Promise<void> = Promise.resolve();
  #arrived: () => void = () => {};

  constructor(
    private readonly name: Name,
    upstream: Stage<T>,
    epoch: number,
    private readonly most: number,
    private readonly make: (item: Item<T>, index: number) => Promise<Item<R>>,
    state: AheadState<Name> | undefined,
  ) {
    this.#source = upstream.open(epoch, state?.upstream);
    this.#skip = state?.skip ?? 0;
    this.#given = state?.position ?? 0;
    this.#read = this.#given - this.#skip;
    this.#bookmarks = new Bookmarks(most);
    this.#bookmarks.note(this.#read, () => this.#source.state());
  }

  async next(): Promise<Item<R> | undefined> {
    this.#start();
    while (this.#made.length === 0) {
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    const item = await this.#made[0];
    this.#made.shift();
    this.#given++;
    this.#start();
    return item;
  }

  state(): AheadState<Name> {
    const { position, state } = this.#bookmarks.upTo(this.#given) as { position: number; state: State };
    return { stage: this.name, position: this.#given, skip: this.#given - position, upstream: state };
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#reading;
    await Promise.allSettled(this.#made);
    await this.#source.close();
  }

  #start(): void {
    if (this.#isReading || this.#ended) return;
    this.#isReading = true;
    this.#reading = this.#readAhead();
  }

  async #readAhead(): Promise<void> {
    try {
      if (this.#skip > 0) await this.#passAgain();
      while (!this.#ended && this.#made.length < this.most) {
        this.#bookmarks.note(this.#read, () => this.#source.state());
        const item = await this.#source.next();
        if (item === undefined) this.#ended = true;
        else this.#add(this.make(item, this.#read++));
      }
    } catch (error) {
      this.#ended = true;
      this.#add(Promise.reject(error));
    } finally {
      this.#isReading = false;
      this.#arrived();
    }
  }

  async #passAgain(): Promise<void> {
    await pass(() => this.#source.next(), this.#skip);
    this.#read += this.#skip;
    this.#skip = 0;
  }

  #add(item: Promise<Item<R>>): void {
    // It is told of when it is asked for; until then it is nobody's unhandled rejection.
    item.catch(() => {});
    this.#made.push(item);
    this.#arrived();
  }
}
