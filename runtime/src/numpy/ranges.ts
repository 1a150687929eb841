/** Evenly spaced numbers, and grids of indices. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import {
  type ArrayLike,
  asarray,
  asFloat,
  asInteger,
  bool,
  type DType,
  describe,
  float32,
  int32,
  normalizeAxis,
} from './array';
import { power } from './elementwise';
import { log10 } from './exponents';
import { broadcastTo, expandDims, moveaxis, reshape } from './manipulation';

export interface SpacingOptions {
  /** Whether `stop` is the last value. Default true. */
  endpoint?: boolean;
  /** Default float32. */
  dtype?: DType;
  /** Where the axis of values goes when `start` and `stop` are arrays. Default 0. */
  axis?: number;
}

/**
 * `num` evenly spaced values from `start` to `stop`, which is the last one unless `endpoint` is false. Arrays of starts
 * and stops broadcast, and get an axis of values.
 */
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  num = 50,
  { endpoint = true, dtype = float32, axis = 0 }: SpacingOptions = {},
): tf.Tensor {
  if (!Number.isInteger(num) || num < 0) throw new RangeError(`jnp.linspace: num is a whole number >= 0, got ${num}.`);
  const steps = endpoint ? num - 1 : num;
  if (typeof start === 'number' && typeof stop === 'number') {
    const at = (i: number) => (i === steps ? stop : start + ((stop - start) * i) / steps);
    const values = Float32Array.from({ length: num }, (_, i) => (steps === 0 ? start : at(i)));
    return asarray(tf.tensor(values, [num], float32), dtype);
  }
  const [from, to] = [asFloat(start), asFloat(stop)];
  const fractions = Float32Array.from({ length: num }, (_, i) => (steps === 0 ? 0 : i / steps));
  const rank = Math.max(from.rank, to.rank);
  const step = tf.tensor(fractions, [num, ...Array<number>(rank).fill(1)], float32);
  const values = tf.add(tf.mul(from, tf.sub(1, step)), tf.mul(to, step));
  return asarray(moveaxis(values, 0, normalizeAxis('jnp.linspace', axis, rank + 1)), dtype);
}

/** `base` to the power of `num` evenly spaced values from `start` to `stop`. */
export function logspace(
  start: ArrayLike,
  stop: ArrayLike,
  num = 50,
  { base = 10, dtype = float32, ...spacing }: SpacingOptions & { base?: number } = {},
): tf.Tensor {
  return asarray(power(base, linspace(start, stop, num, spacing)), dtype);
}

/** `num` values from `start` to `stop`, each the same multiple of the one before. Both may be negative. */
export function geomspace(
  start: ArrayLike,
  stop: ArrayLike,
  num = 50,
  { dtype = float32, axis = 0, ...spacing }: SpacingOptions = {},
): tf.Tensor {
  const [from, to] = [asFloat(start), asFloat(stop)];
  const bothNegative = tf.logicalAnd(tf.less(from, 0), tf.less(to, 0));
  const sign = tf.sub(1, tf.mul(2, tf.cast(bothNegative, float32)));
  const values = logspace(log10(tf.mul(sign, from)), log10(tf.mul(sign, to)), num, spacing);
  const signed = tf.mul(sign, values);
  return asarray(moveaxis(signed, 0, normalizeAxis('jnp.geomspace', axis, signed.rank)), dtype);
}

/** For an array of the given sizes: the index along each axis of each element, int32 `[rank, ...sizes]`. */
export function indices(dimensions: readonly number[], dtype: DType = int32): tf.Tensor {
  const grids = dimensions.map((n, axis) => {
    const along = dimensions.map((_, i) => (i === axis ? n : 1));
    return broadcastTo(reshape(tf.range(0, n, 1, int32), along), dimensions);
  });
  if (grids.length === 0) return tf.zeros([0], dtype);
  return asarray(tf.stack(grids), dtype);
}

/** Vectors of indices with one axis each, whose product selects a grid: `getItem(x, ...ix_([0, 2], [1, 3]))`. */
export function ix_(...vectors: ArrayLike[]): tf.Tensor[] {
  return vectors.map((vector, i) => {
    const made = asarray(asInteger('jnp.ix_', vector));
    if (made.dtype === bool) throw new TypeError('jnp.ix_: bools select by value; give the indices.');
    if (made.rank !== 1) throw new ShapeError(`jnp.ix_: expected vectors, got ${describe(made)} as number ${i}.`);
    return expandDims(
      made,
      vectors.flatMap((_, k) => (k === i ? [] : [k])),
    );
  });
}

/** For flat places, the index along each axis of an array of the shape, int32. Places outside are clipped. */
export function unravelIndex(places: ArrayLike, shape: readonly number[]): tf.Tensor[] {
  const flat = asarray(asInteger('jnp.unravelIndex', places), int32);
  const total = shape.reduce((product, n) => product * n, 1);
  const whole = (n: number) => tf.scalar(n, int32);
  const clipped = tf.minimum(tf.maximum(flat, whole(-total)), whole(total - 1));
  const place = tf.mod(clipped, whole(total));
  let stride = total;
  return shape.map((n) => {
    stride /= n;
    return tf.mod(tf.floorDiv(place, whole(stride)), whole(n));
  });
}
