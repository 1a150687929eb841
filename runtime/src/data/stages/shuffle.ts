import type { Tensor } from '#tfjs';
import { Bookmarks } from '../bookmarks';
import { type Cursor, endsBefore, type Item, type Stage, type State, stateOf } from '../cursor';
import { Draws } from '../order';

interface ShuffleState extends State {
  readonly stage: 'shuffle';
  /** Items that were given. */
  readonly given: number;
  /** Items that were read. */
  readonly read: number;
  /** The numbers of those in the buffer, by their places. */
  readonly held: readonly number[];
  /** Where the oldest of them can be read again: after `position` items. */
  readonly position: number;
  readonly upstream: State;
}

/** Random ones of a buffer, which is filled up from what comes next. */
export function shuffleStage<T>(upstream: Stage<T>, key: Tensor, buffer: number): Stage<T> {
  return {
    count: () => upstream.count(),
    open: (epoch, from) =>
      new ShuffleCursor(upstream, epoch, new Draws(key, epoch), buffer, stateOf<ShuffleState>('shuffle', from)),
  };
}

interface Held<T> {
  readonly number: number;
  readonly item: Item<T>;
}

class ShuffleCursor<T> implements Cursor<T> {
  readonly #source: Cursor<T>;
  readonly #held: Held<T>[] = [];
  readonly #bookmarks: Bookmarks;
  #restoring: ShuffleState | undefined;
  #read: number;
  #given: number;
  #ended = false;

  constructor(
    upstream: Stage<T>,
    epoch: number,
    private readonly draws: Draws,
    private readonly buffer: number,
    state: ShuffleState | undefined,
  ) {
    this.#source = upstream.open(epoch, state?.upstream);
    this.#restoring = state;
    this.#read = state?.position ?? 0;
    this.#given = state?.given ?? 0;
    this.#bookmarks = new Bookmarks(buffer);
  }

  async next(): Promise<Item<T> | undefined> {
    if (this.#restoring !== undefined) await this.#restore(this.#restoring);
    while (!this.#ended && this.#held.length < this.buffer) {
      const held = await this.#readOne();
      if (held !== undefined) this.#held.push(held);
    }
    if (this.#held.length === 0) return undefined;
    const place = this.draws.below(this.#held.length, this.#given++);
    const { item } = this.#held[place] as Held<T>;
    const last = this.#held.pop() as Held<T>;
    if (place < this.#held.length) this.#held[place] = last;
    return item;
  }

  state(): ShuffleState {
    if (this.#restoring !== undefined) return this.#restoring;
    const held = this.#held.map(({ number }) => number);
    const oldest = held.reduce((least, number) => Math.min(least, number), this.#read);
    const { position, state } = this.#bookmarks.upTo(oldest) ?? { position: 0, state: this.#source.state() };
    return { stage: 'shuffle', given: this.#given, read: this.#read, held, position, upstream: state };
  }

  close(): Promise<void> {
    this.#held.length = 0;
    return this.#source.close();
  }

  async #readOne(): Promise<Held<T> | undefined> {
    this.#bookmarks.note(this.#read, () => this.#source.state());
    const item = await this.#source.next();
    if (item !== undefined) return { number: this.#read++, item };
    this.#ended = true;
    return undefined;
  }

  /** Reads what was in the buffer again. */
  async #restore({ held, read }: ShuffleState): Promise<void> {
    const places = new Map(held.map((number, place) => [number, place]));
    while (this.#read < read) {
      const again = await this.#readOne();
      if (again === undefined) throw endsBefore(read, this.#read);
      const place = places.get(again.number);
      if (place !== undefined) this.#held[place] = again;
    }
    this.#restoring = undefined;
  }
}
