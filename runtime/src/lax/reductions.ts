/** Reducing axes and windows with any function, and running results. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import {
  type ArrayLike,
  asarray,
  asNumeric,
  bool,
  type DType,
  describe,
  int32,
  normalizeAxes,
  normalizeAxis,
} from '../numpy/array';
import { moveaxis, reshape } from '../numpy/manipulation';
import * as jnp from '../numpy/reductions';
import { type Doubling, doubling } from '../numpy/scans';
import { type Padding, paddingPairs } from './padding';
import { pad, slice } from './slicing';

/** An associative and commutative function of two arrays, such as lax.add, lax.max or jnp.multiply. */
export type Computation = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

type Axes = readonly number[];

/** The sum over the axes; bools count as int32. */
export const reduceSum = (x: ArrayLike, axes: Axes): tf.Tensor => jnp.sum(x, axes);
/** The product over the axes; bools count as int32. */
export const reduceProd = (x: ArrayLike, axes: Axes): tf.Tensor => jnp.prod(x, axes);
/** The largest element over the axes. */
export const reduceMax = (x: ArrayLike, axes: Axes): tf.Tensor => jnp.max(x, axes);
/** The smallest element over the axes. */
export const reduceMin = (x: ArrayLike, axes: Axes): tf.Tensor => jnp.min(x, axes);
/** Whether all elements over the axes are true. */
export const reduceAnd = (x: ArrayLike, axes: Axes): tf.Tensor => jnp.all(x, axes);
/** Whether any element over the axes is true. */
export const reduceOr = (x: ArrayLike, axes: Axes): tf.Tensor => jnp.any(x, axes);
/** The index of the first largest element along an axis, int32 unless another dtype is given. */
export const argmax = (x: ArrayLike, axis: number, dtype: DType = int32): tf.Tensor =>
  asarray(jnp.argmax(x, axis), dtype);
/** The index of the first smallest element along an axis, int32 unless another dtype is given. */
export const argmin = (x: ArrayLike, axis: number, dtype: DType = int32): tf.Tensor =>
  asarray(jnp.argmin(x, axis), dtype);

/** All elements over the axes and `initValue` combined, two halves at a time. */
export function reduce(x: ArrayLike, initValue: ArrayLike, computation: Computation, dimensions: Axes): tf.Tensor {
  const from = asarray(x);
  const axes = normalizeAxes('lax.reduce', dimensions, from.rank);
  const kept = from.shape.filter((_, i) => !axes.includes(i));
  const count = axes.reduce((product, axis) => product * (from.shape[axis] as number), 1);
  const init = asarray(initValue, from.dtype as DType);
  if (count === 0) return tf.broadcastTo(init, kept);
  const places = axes.map((_, i) => i);
  let rows = reshape(moveaxis(from, axes, places), [count, ...kept]);
  const part = (start: number, size: number) =>
    tf.slice(
      rows,
      rows.shape.map((_, i) => (i === 0 ? start : 0)),
      rows.shape.with(0, size),
    );
  while ((rows.shape[0] as number) > 1) {
    const n = rows.shape[0] as number;
    const half = Math.floor(n / 2);
    const combined = computation(part(0, half), part(half, half));
    rows = n % 2 === 0 ? combined : tf.concat([combined, part(2 * half, 1)], 0);
  }
  return computation(tf.broadcastTo(init, kept), reshape(rows, kept));
}

export interface WindowOptions {
  /** Distance between neighbouring elements of the array, for each axis: what is between is `initValue`. */
  baseDilation?: readonly number[] | null;
  /** Distance between neighbouring elements of the window, for each axis. */
  windowDilation?: readonly number[] | null;
}

/**
 * The elements under a window that moves by `windowStrides`, combined with each other, and with `initValue` where the
 * padding is. All lists have a number for each axis. Equal elements under a maximum share the gradient.
 */
export function reduceWindow(
  x: ArrayLike,
  initValue: ArrayLike,
  computation: Computation,
  windowDimensions: readonly number[],
  windowStrides: readonly number[],
  padding: Padding,
  { baseDilation, windowDilation }: WindowOptions = {},
): tf.Tensor {
  const from = asNumeric(x);
  const init = asarray(initValue, from.dtype as DType);
  const spread = baseDilation ?? from.shape.map(() => 1);
  const gaps = windowDilation ?? from.shape.map(() => 1);
  for (const [name, values] of Object.entries({ windowDimensions, windowStrides, spread, gaps })) {
    if (values.length === from.rank && values.every((n) => Number.isInteger(n) && n > 0)) continue;
    throw new ShapeError(
      `lax.reduceWindow: ${name} should be a positive whole number for each axis of ${describe(from)}; got [${values}].`,
    );
  }
  const reach = windowDimensions.map((size, i) => (size - 1) * (gaps[i] as number) + 1);
  const axes = windowStrides.map((stride, i) => ({
    size: Math.max(0, ((from.shape[i] as number) - 1) * (spread[i] as number) + 1),
    window: reach[i] as number,
    stride,
  }));
  const pairs = paddingPairs('lax.reduceWindow', padding, axes);
  const padded = pad(
    from,
    init,
    pairs.map(([before, after], i) => [before, after, (spread[i] as number) - 1] as const),
  );
  return windowDimensions.reduce((y, size, axis) => {
    const [stride, gap] = [windowStrides[axis] as number, gaps[axis] as number];
    if (size === 1 && stride === 1) return y;
    const length = y.shape[axis] as number;
    const count = Math.max(0, Math.floor((length - (reach[axis] as number)) / stride) + 1);
    const shifted = (offset: number) =>
      slice(
        y,
        y.shape.map((_, i) => (i === axis ? offset : 0)),
        y.shape.map((n, i) => (i !== axis ? n : count === 0 ? offset : offset + (count - 1) * stride + 1)),
        y.shape.map((_, i) => (i === axis ? stride : 1)),
      );
    if (count === 0) return shifted(0);
    const parts = Array.from({ length: size }, (_, i) => shifted(i * gap));
    return parts.reduce(computation);
  }, padded);
}

const running =
  (name: string, doublingOf: (x: tf.Tensor) => Doubling) =>
  (x: ArrayLike, axis = 0, { reverse = false }: { reverse?: boolean } = {}): tf.Tensor => {
    const given = asarray(x);
    const from = given.dtype === bool ? tf.cast(given, int32) : given;
    return doubling(from, normalizeAxis(`lax.${name}`, axis, from.rank), doublingOf(from), reverse);
  };

const lowest = (x: tf.Tensor) => (x.dtype === int32 ? -(2 ** 31) : Number.NEGATIVE_INFINITY);
const highest = (x: tf.Tensor) => (x.dtype === int32 ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY);

/** The sums of the elements up to each along an axis, or from each on with `reverse`. */
export function cumsum(x: ArrayLike, axis = 0, { reverse = false }: { reverse?: boolean } = {}): tf.Tensor {
  const from = asNumeric(x);
  return tf.cumsum(from, normalizeAxis('lax.cumsum', axis, from.rank), false, reverse);
}

/** The products of the elements up to each along an axis, or from each on with `reverse`. */
export const cumprod = running('cumprod', () => ({ op: tf.mul, neutral: 1 }));
/** The largest of the elements up to each along an axis, or from each on with `reverse`. */
export const cummax = running('cummax', (x) => ({ op: tf.maximum, neutral: lowest(x) }));
/** The smallest of the elements up to each along an axis, or from each on with `reverse`. */
export const cummin = running('cummin', (x) => ({ op: tf.minimum, neutral: highest(x) }));
