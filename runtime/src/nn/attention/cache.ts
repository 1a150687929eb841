/** The cache of autoregressive decoding: keys and values of the positions so far (flax.nn.attention.Cache). */
import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { formatTensor, ShapeDtypeStruct } from '../../transforms/shapeDtypeStruct';
import * as tree from '../../tree';
import { Collection } from '../collection';
import { ModuleError } from '../moduleError';
import type { DType } from '../types';
import { positionCount } from './axes';

/** What the cache keeps of one module: keys and values, `[batch, …positions, heads, channels]`, 0 where none came yet. */
export interface CacheEntry {
  /** The keys of the positions so far. */
  key: Tensor;
  /** The values of the positions so far. */
  value: Tensor;
  /** How many positions came, an int32 scalar. */
  i: Tensor;
}

/**
 * Lets a causal attention module decode position by position. `init` inside `new Cache().mutate(fn)` notes what each
 * module needs, `initializeCache` makes room for a batch and a length, and each further `mutate` takes one position:
 *
 *     const [[, params], shapes] = new nn.attention.Cache().mutate((cache) => Decoder.init(key, x, { cache }));
 *     let cache = shapes.initializeCache([batch, maxLength]);
 *     [logits, cache] = cache.mutate((cache) => Decoder.call(params, token, { cache }));
 *
 * A position beyond the last takes the last one's place.
 */
export class Cache extends Collection<CacheEntry | ShapeDtypeStruct> {
  /** An empty cache for batches and attention axes of these sizes, in order. Throws ShapeError if there are too many. */
  initializeCache(shape: readonly number[], dtype: DType = 'float32'): Cache {
    const makeEntry = (noted: unknown): CacheEntry => {
      if (!(noted instanceof ShapeDtypeStruct)) {
        throw new ModuleError(
          'Cache.initializeCache is for the cache that init has seen, new nn.attention.Cache().mutate((cache) => ' +
            'Decoder.init(key, x, { cache })); this one was initialized already.',
        );
      }
      const full = [...shape, ...noted.shape.slice(-2)];
      if (full.length !== noted.shape.length) {
        throw new ShapeError(
          `Cache.initializeCache takes the sizes of the batch and of each attention axis, ${noted.shape.length - 2} here ` +
            `(init saw keys ${formatTensor(noted)}); got [${shape.join(', ')}].`,
        );
      }
      return { key: jnp.zeros(full, dtype), value: jnp.zeros(full, dtype), i: jnp.zeros([], 'int32') };
    };
    return tree.map(makeEntry, this as Collection) as Cache;
  }
}

/** Notes during init what a module will need. */
export function noteShapes(cache: Cache, key: Tensor): void {
  cache.store(new ShapeDtypeStruct(key.shape, key.dtype));
}

/**
 * Puts the keys and values of one more position into the running module's cache; gives all of them. Throws unless the
 * module's input holds exactly one position.
 */
export function storePosition(cache: Cache, inputs: Tensor, key: Tensor, value: Tensor, axes: readonly number[]) {
  const entry = cache.retrieve();
  if (entry === undefined || entry instanceof ShapeDtypeStruct) {
    throw new ModuleError(
      'The cache is not initialized: cache.initializeCache([batch, maxLength]) makes one that can be used.',
    );
  }
  const expected = entry.key.shape.slice(0, -2).map((n, axis) => (axes.includes(axis) ? 1 : n));
  const got = inputs.shape.slice(0, -1);
  if (got.length !== expected.length || got.some((n, axis) => n !== expected[axis])) {
    const wanted = formatTensor({ shape: [...expected, inputs.shape.at(-1) ?? 1], dtype: inputs.dtype });
    throw new ShapeError(
      `With a cache attention takes one position at a time, ${wanted}, got ${formatTensor(inputs)}.`,
    );
  }
  const here = positionMask(entry, axes);
  const updated: CacheEntry = {
    key: jnp.where(here, key, entry.key),
    value: jnp.where(here, value, entry.value),
    i: jnp.add(entry.i, jnp.asarray(1, 'int32')),
  };
  cache.store(updated);
  return updated;
}

/** True at the place of the next position; positions count in row-major order over the attention axes as given. */
function positionMask({ key: { shape }, i }: CacheEntry, axes: readonly number[]): Tensor {
  const positions = jnp.arange(positionCount(shape, axes));
  const last = jnp.asarray(positions.size - 1, 'int32');
  const flat = jnp.equal(positions, jnp.minimum(i, last));
  const apart = jnp.reshape(
    flat,
    axes.map((axis) => shape[axis] as number),
  );
  const sorted = [...axes].sort((a, b) => a - b);
  const inOrder = jnp.transpose(
    apart,
    sorted.map((axis) => axes.indexOf(axis)),
  );
  return jnp.reshape(
    inOrder,
    shape.map((n, axis) => (axes.includes(axis) ? n : 1)),
  );
}

/** True at the positions that came: `bool[1, …1, …positions]`, for the attention weights of one query. */
export function pastMask({ key: { shape }, i }: CacheEntry, axes: readonly number[]): Tensor {
  const past = jnp.less(jnp.arange(positionCount(shape, axes)), i);
  return jnp.reshape(past, [...Array<number>(shape.length - 1).fill(1), ...axes.map((axis) => shape[axis] as number)]);
}
