/** Pipelines of examples that arrive over time. */
import type { Tensor } from '#tfjs';
import type { Batch, Columns, Row } from './columns';
import { checkCount, type Stage, type State, stateOf } from './cursor';
import { StreamIterator } from './iterator';
import { type FileReader, filesStage, iterableStage, type Source } from './sources';
import { prefetchStage } from './stages/ahead';
import { batchStage, stackExamples } from './stages/batch';
import { concatStage, repeatStage, zipStage } from './stages/joins';
import { filterStage, type Mapped, mapStage } from './stages/map';
import { shardStage, skipStage, takeStage } from './stages/parts';
import { shuffleStage } from './stages/shuffle';
import { checkShard, Table, tableStage } from './table';

/**
 * A pipeline of the examples of an array, a generator or anything else to iterate over. Give a generator function rather
 * than a generator where there is more than one pass. Continuing from a state reads what came before it again, except
 * from `batches` and other pipelines.
 */
export function from<T>(source: Source<T>): Stream<T> {
  return new Stream(iterableStage(source));
}

/** A pipeline of the rows of a pytree of arrays, one by one; `batches` is faster where nothing is done with single rows. */
export function fromArrays<const T>(arrays: T & Columns<T>): Stream<Row<T>> {
  return new Stream(tableStage<T>(new Table('data.fromArrays', arrays)));
}

/**
 * A pipeline of the examples in files, one file after the other. `reader` is `lines`, `npy`, `records(…)`, or a function of a path that
 * gives something to iterate over.
 */
export function fromFiles<T>(paths: string | readonly string[], reader: FileReader<T>): Stream<T> {
  return new Stream(filesStage(typeof paths === 'string' ? [paths] : [...paths], reader));
}

/**
 * A pipeline: what examples there are and what is done with them. Nothing is read before it is iterated over, and each
 * iteration begins anew. Errors of functions and files are DataErrors, which say at which example of which file.
 */
export class Stream<T> implements AsyncIterable<T> {
  /** @internal */
  constructor(private readonly stage: Stage<T>) {}

  /** Each example through `fn`, up to `parallel` of them at the same time if it is asynchronous; their order stays. */
  map<R>(fn: Mapped<T, R>, { parallel = 1 }: { readonly parallel?: number } = {}): Stream<Awaited<R>> {
    checkCount('map: parallel', parallel, 1);
    return new Stream(mapStage(this.stage, fn, parallel) as Stage<Awaited<R>>);
  }

  /** The examples for which `fn` is true. */
  filter<S extends T>(fn: (example: T, index: number) => example is S): Stream<S>;
  filter(fn: (example: T, index: number) => boolean | PromiseLike<boolean>): Stream<T>;
  filter(fn: (example: T, index: number) => boolean | PromiseLike<boolean>): Stream<T> {
    return new Stream(filterStage(this.stage, fn));
  }

  /**
   * Examples in a random order, the same one for the same key and pass: each is drawn from a buffer of the next `buffer`.
   * Before `repeat` it is another order in each pass. Continuing from a state reads again what the buffer held.
   */
  shuffle({ key, buffer }: { readonly key: Tensor; readonly buffer: number }): Stream<T> {
    checkCount('shuffle: buffer', buffer, 1);
    return new Stream(shuffleStage(this.stage, key, buffer));
  }

  /** All examples, `times` times over; without an end if not given. */
  repeat(times: number = Number.POSITIVE_INFINITY): Stream<T> {
    checkCount('repeat: times', times, 0);
    return new Stream(repeatStage(this.stage, times));
  }

  /**
   * `size` examples at a time, stacked leaf by leaf: tensors, arrays, numbers (float32) and booleans to tensors, strings
   * to arrays. The last batch may be smaller unless `dropRemainder`. `join` puts examples together in another way.
   */
  batch<B = Batch<T>>(
    size: number,
    {
      dropRemainder = false,
      join = stackExamples as unknown as (examples: T[]) => B,
    }: { readonly dropRemainder?: boolean; readonly join?: (examples: T[]) => B } = {},
  ): Stream<B> {
    checkCount('batch: size', size, 1);
    return new Stream(batchStage(this.stage, size, dropRemainder, join));
  }

  /** The first `count` examples. */
  take(count: number): Stream<T> {
    checkCount('take: count', count, 0);
    return new Stream(takeStage(this.stage, count));
  }

  /** The examples after the first `count`. */
  skip(count: number): Stream<T> {
    checkCount('skip: count', count, 0);
    return new Stream(skipStage(this.stage, count));
  }

  /** Every `count`-th example from number `index` on: for several processes that share the examples. */
  shard(index: number, count: number): Stream<T> {
    checkShard('shard', index, count);
    return new Stream(shardStage(this.stage, index, count));
  }

  /** Arrays of one example of each pipeline, until the shortest ends. */
  zip<U extends readonly unknown[]>(...others: { [K in keyof U]: Stream<U[K]> }): Stream<[T, ...U]> {
    const stages = [this, ...(others as unknown as Stream<unknown>[])].map(
      (stream) => (stream as Stream<unknown>).stage,
    );
    return new Stream(zipStage(stages) as unknown as Stage<[T, ...U]>);
  }

  /** All examples of this pipeline, then those of the others. */
  concat<U = T>(...others: readonly Stream<U>[]): Stream<T | U> {
    return new Stream(concatStage<T | U>([this.stage, ...others.map((other) => other.stage)]));
  }

  /**
   * Reads up to `count` items ahead while others are used. What waits (for files, the network, timers, workers) goes on
   * during a step; JavaScript that computes does not. A step gives waiting code one turn: where an item waits several
   * times in turn, `map` with as much `parallel` keeps up.
   */
  prefetch(count: number): Stream<T> {
    checkCount('prefetch: count', count, 1);
    return new Stream(prefetchStage(this.stage, count));
  }

  /** Items in all; undefined if that is not known before they are read, Infinity if there is no end. */
  get length(): number | undefined {
    return this.stage.count();
  }

  /** From the beginning, or from the state that an iterator of such a pipeline gave. */
  iterator(from?: State): StreamIterator<T> {
    const state = stateOf<PipelineState>('pipeline', from);
    return new StreamIterator(this.stage.open(0, state?.upstream), this.stage.count(), state?.position ?? 0);
  }

  /** From the beginning. */
  [Symbol.asyncIterator](): StreamIterator<T> {
    return this.iterator();
  }
}

interface PipelineState extends State {
  readonly stage: 'pipeline';
  readonly position: number;
  readonly upstream: State;
}
