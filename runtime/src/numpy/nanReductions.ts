/** Reductions that take no notice of NaN. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asNumeric, float32, int32 } from './array';
import { cumprod, cumsum } from './cumulative';
import { isnan, where } from './logic';
import {
  type Axis,
  all,
  argmax,
  argmin,
  max,
  min,
  prod,
  type ReductionOptions,
  sum,
  type VarianceOptions,
} from './reductions';

/** The array with a number in place of NaN. */
function filled(x: ArrayLike, value: number): tf.Tensor {
  const from = asNumeric(x);
  return from.dtype === float32 ? where(isnan(from), value, from) : from;
}

/** How many elements are numbers, as float32. */
function count(x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor {
  return sum(asarray(tf.logicalNot(isnan(x)), float32), axis, options);
}

/** The sum of what is not NaN. */
export function nansum(x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor {
  return sum(filled(x, 0), axis, options);
}

/** The product of what is not NaN. */
export function nanprod(x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor {
  return prod(filled(x, 1), axis, options);
}

/** The mean of what is not NaN; NaN where there is nothing. */
export function nanmean(x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor {
  return tf.div(nansum(x, axis, options), count(x, axis, options));
}

/** The variance of what is not NaN; NaN where too little is left. */
export function nanvar(x: ArrayLike, axis?: Axis, { ddof = 0, keepdims = false }: VarianceOptions = {}): tf.Tensor {
  const centered = tf.sub(filled(x, 0), nanmean(x, axis, { keepdims: true }));
  const squares = tf.square(where(isnan(x), 0, centered));
  const divisor = tf.sub(count(x, axis, { keepdims }), ddof);
  const variance = tf.div(sum(squares, axis, { keepdims }), divisor);
  return where(tf.lessEqual(divisor, 0), Number.NaN, variance);
}

/** The standard deviation of what is not NaN; NaN where too little is left. */
export function nanstd(x: ArrayLike, axis?: Axis, options?: VarianceOptions): tf.Tensor {
  return tf.sqrt(nanvar(x, axis, options));
}

const extremum =
  (reduce: typeof max, other: number) =>
  (x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor => {
    const from = asNumeric(x);
    const found = reduce(filled(from, other), axis, options);
    return from.dtype === float32 ? where(all(isnan(from), axis, options), Number.NaN, found) : found;
  };

/** The largest element that is not NaN; NaN where there is none. */
export const nanmax = extremum(max, Number.NEGATIVE_INFINITY);
/** The smallest element that is not NaN; NaN where there is none. */
export const nanmin = extremum(min, Number.POSITIVE_INFINITY);

const argExtremum =
  (find: typeof argmax, other: number) =>
  (x: ArrayLike, axis?: number, options?: ReductionOptions): tf.Tensor => {
    const found = find(filled(x, other), axis, options);
    return where(all(isnan(x), axis, options), asarray(-1, int32), found);
  };

/** The index of the first largest element that is not NaN; -1 where there is none. */
export const nanargmax = argExtremum(argmax, Number.NEGATIVE_INFINITY);
/** The index of the first smallest element that is not NaN; -1 where there is none. */
export const nanargmin = argExtremum(argmin, Number.POSITIVE_INFINITY);

/** The sums of the elements up to each, NaN counted as 0. */
export function nancumsum(x: ArrayLike, axis?: number): tf.Tensor {
  return cumsum(filled(x, 0), axis);
}

/** The products of the elements up to each, NaN counted as 1. */
export function nancumprod(x: ArrayLike, axis?: number): tf.Tensor {
  return cumprod(filled(x, 1), axis);
}
