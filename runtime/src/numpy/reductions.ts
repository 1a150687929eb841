/** Reducing axes: all of them by default, with `keepdims` to size 1. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asFloat, asNumeric, bool, normalizeAxes, normalizeAxis } from './array';
import { ravel, reshape } from './manipulation';

export type Axis = number | readonly number[];

export interface ReductionOptions {
  /** Whether reduced axes stay, with size 1. */
  keepdims?: boolean;
}

export interface VarianceOptions extends ReductionOptions {
  /** The divisor is the number of elements minus this. Default 0. */
  ddof?: number;
}

type Reduce = (x: tf.Tensor, axes: number[], keepdims: boolean) => tf.Tensor;

const reduction =
  (name: string, op: Reduce, convert: (x: ArrayLike) => tf.Tensor = asNumeric) =>
  (x: ArrayLike, axis?: Axis, { keepdims = false }: ReductionOptions = {}): tf.Tensor => {
    const from = convert(x);
    return op(from, normalizeAxes(`jnp.${name}`, axis, from.rank), keepdims);
  };

/** max and min of bools are bools. */
const extremum =
  (name: string, op: Reduce) =>
  (x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor => {
    const from = asarray(x);
    const found = reduction(name, op)(from, axis, options);
    return from.dtype === bool ? tf.cast(found, bool) : found;
  };

const asBool = (x: ArrayLike) => asarray(x, bool);

/** The sum; bools count as int32. */
export const sum = reduction('sum', tf.sum);
/** The product; bools count as int32. */
export const prod = reduction('prod', tf.prod);
/** The mean, float32. */
export const mean = reduction('mean', tf.mean, asFloat);
/** The largest element. Equal ones share the gradient, as in JAX. */
export const max = extremum('max', tf.max);
/** The smallest element. Equal ones share the gradient, as in JAX. */
export const min = extremum('min', tf.min);
/** Whether any element is true (not 0). */
export const any = reduction('any', tf.any, asBool);
/** Whether all elements are true (not 0). */
export const all = reduction('all', tf.all, asBool);

/** The variance: the mean squared distance from the mean. */
function variance(x: ArrayLike, axis?: Axis, { keepdims = false, ddof = 0 }: VarianceOptions = {}): tf.Tensor {
  const from = asFloat(x);
  const axes = normalizeAxes('jnp.var', axis, from.rank);
  const squares = tf.square(tf.sub(from, tf.mean(from, axes, true)));
  if (ddof === 0) return tf.mean(squares, axes, keepdims);
  const count = axes.reduce((product, i) => product * (from.shape[i] as number), 1);
  return tf.div(tf.sum(squares, axes, keepdims), count - ddof);
}

export { variance as var };

/** The standard deviation: the variance's square root. */
export function std(x: ArrayLike, axis?: Axis, options?: VarianceOptions): tf.Tensor {
  return tf.sqrt(variance(x, axis, options));
}

const argExtremum =
  (name: string, op: (x: tf.Tensor, axis: number) => tf.Tensor) =>
  (x: ArrayLike, axis?: number, { keepdims = false }: ReductionOptions = {}): tf.Tensor => {
    const from = asNumeric(x);
    const source = axis === undefined ? ravel(from) : from;
    const along = normalizeAxis(`jnp.${name}`, axis ?? 0, source.rank);
    const found = op(source, along);
    if (!keepdims) return found;
    return reshape(
      found,
      from.shape.map((n, i) => (axis === undefined || i === along ? 1 : n)),
    );
  };

/** The index of the first largest element along an axis, or in the flat array; int32. */
export const argmax = argExtremum('argmax', tf.argMax);
/** The index of the first smallest element along an axis, or in the flat array; int32. */
export const argmin = argExtremum('argmin', tf.argMin);

/** The largest element. Equal ones share the gradient, as in JAX. */
export const amax = max;
/** The smallest element. Equal ones share the gradient, as in JAX. */
export const amin = min;
/** The product; bools count as int32. */
export const product = prod;
/** Whether all elements are true (not 0). */
export const alltrue = all;
/** Whether any element is true (not 0). */
export const sometrue = any;

/** The largest element minus the smallest. */
export function ptp(x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor {
  return tf.sub(max(x, axis, options), min(x, axis, options));
}

/** How many elements are not 0 (or are true); int32. */
export function countNonzero(x: ArrayLike, axis?: Axis, options?: ReductionOptions): tf.Tensor {
  return sum(asBool(x), axis, options);
}
