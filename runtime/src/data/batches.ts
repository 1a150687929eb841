/** Batches of arrays that are in memory, without a promise in between. */
import type { Tensor } from '#tfjs';
import type { Columns, RowBatch } from './columns';
import { checkCount, type State, stateOf } from './cursor';
import { orderOf } from './order';
import { Meter, type Progress } from './progress';
import { checkShard, Table } from './table';

/** One of several parts of the rows. */
export interface Shard {
  /** Which one, from 0 on. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

export interface BatchesOptions {
  /** Rows in a batch. */
  readonly size: number;
  /** Shuffles the rows of each epoch anew; without it they come in their order. */
  readonly key?: Tensor;
  /** Passes over the rows, 1 if not given; Infinity for no end. */
  readonly epochs?: number;
  /** Leaves out the rows at the end of an epoch that do not fill a batch, which jit would record anew for. */
  readonly dropRemainder?: boolean;
  /** Every `count`-th row from row `index` on: for several processes that share the rows. */
  readonly shard?: Shard;
}

interface BatchesState extends State {
  readonly stage: 'batches';
  readonly rows: number;
  readonly size: number;
  readonly epoch: number;
  /** Batches of this epoch that were given. */
  readonly batch: number;
}

/**
 * Batches of rows of a pytree of tensors, typed arrays or NDArrays that have the same first axis; each a pytree of tensors
 * of the same form. Iterate over it, again and again if you like. A shuffled epoch reads its order, an int32 for each row.
 * Throws RangeError where the first axes differ.
 *
 *     for (const { x, y } of data.batches({ x: images, y: labels }, { size: 128, key, epochs: 10 })) …
 */
export function batches<const T>(arrays: T & Columns<T>, options: BatchesOptions): Batches<RowBatch<T>> {
  return new Batches(new Table('data.batches', arrays), options);
}

/** What `batches` gives. */
export class Batches<B> implements Iterable<B> {
  /** Rows of an epoch. */
  readonly #rows: number;
  readonly #options: Required<Omit<BatchesOptions, 'key'>> & { key: Tensor | undefined };
  /** Batches of an epoch. */
  readonly perEpoch: number;

  constructor(
    private readonly table: Table,
    { size, key, epochs = 1, dropRemainder = false, shard = { index: 0, count: 1 } }: BatchesOptions,
  ) {
    checkCount('data.batches: size', size, 1);
    checkCount('data.batches: epochs', epochs, 0);
    checkShard('data.batches', shard.index, shard.count);
    this.#options = { size, key, epochs, dropRemainder, shard };
    this.#rows = Math.ceil(Math.max(0, table.count - shard.index) / shard.count);
    this.perEpoch = dropRemainder ? Math.floor(this.#rows / size) : Math.ceil(this.#rows / size);
  }

  /** Batches in all. */
  get length(): number {
    return this.perEpoch === 0 ? 0 : this.perEpoch * this.#options.epochs;
  }

  /** From the beginning. */
  [Symbol.iterator](): BatchIterator<B> {
    return this.iterator();
  }

  /** From the beginning, or from the state that an iterator of such batches gave. */
  iterator(from?: State): BatchIterator<B> {
    const state = stateOf<BatchesState>('batches', from);
    if (state === undefined) return new BatchIterator(this, 0);
    const { size } = this.#options;
    if (state.rows !== this.#rows || state.size !== size) {
      throw new RangeError(
        `This state is of ${state.rows} rows in batches of ${state.size}, but these are ${this.#rows} rows in batches of ${size}.`,
      );
    }
    return new BatchIterator(this, state.epoch * this.perEpoch + state.batch);
  }

  /** @internal */
  batch(order: Int32Array | undefined, number: number): B {
    const { size, shard } = this.#options;
    const begin = number * size;
    const end = Math.min(begin + size, this.#rows);
    if (order !== undefined) return this.table.take(order.subarray(begin, end)) as B;
    if (shard.count === 1) return this.table.slice(begin, end) as B;
    const rows = Int32Array.from({ length: end - begin }, (_, i) => shard.index + (begin + i) * shard.count);
    return this.table.take(rows) as B;
  }

  /** @internal The rows of a pass as they come; undefined where that is their own order. */
  order(epoch: number): Int32Array | undefined {
    const { key, shard } = this.#options;
    if (key === undefined) return undefined;
    const all = orderOf(key, epoch, this.table.count);
    return shard.count === 1 ? all : all.filter((_, i) => i % shard.count === shard.index);
  }

  /** @internal */
  stateAt(position: number): BatchesState {
    const epoch = this.perEpoch === 0 ? 0 : Math.floor(position / this.perEpoch);
    const batch = position - epoch * this.perEpoch;
    return { stage: 'batches', rows: this.#rows, size: this.#options.size, epoch, batch };
  }
}

/** One iteration over batches. */
export class BatchIterator<B> implements IterableIterator<B> {
  readonly #meter: Meter;
  #order: { readonly epoch: number; readonly rows: Int32Array | undefined } | undefined;
  #ended = false;

  constructor(
    private readonly batches: Batches<B>,
    position: number,
  ) {
    this.#meter = new Meter(position);
  }

  /** The next batch. */
  next(): IteratorResult<B, undefined> {
    const { position } = this.#meter;
    if (this.#ended || position >= this.batches.length) return { done: true, value: undefined };
    const { perEpoch } = this.batches;
    const epoch = Math.floor(position / perEpoch);
    if (this.#order?.epoch !== epoch) this.#order = { epoch, rows: this.batches.order(epoch) };
    const value = this.batches.batch(this.#order.rows, position % perEpoch);
    this.#meter.position++;
    return { done: false, value };
  }

  /** Ends the iteration, as leaving a loop does. */
  return(): IteratorResult<B, undefined> {
    this.#ended = true;
    return { done: true, value: undefined };
  }

  /** Itself: a loop goes on from where it is. */
  [Symbol.iterator](): this {
    return this;
  }

  /** Where the iteration is: `batches.iterator(state)` gives the batches that would come next, the same bits. */
  state(): State {
    return this.batches.stateAt(this.#meter.position);
  }

  /** How many batches were given, of how many, and how fast. */
  progress(): Progress {
    return this.#meter.progress(this.batches.length);
  }
}
