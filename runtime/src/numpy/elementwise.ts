/** Functions of each element. Where the result is never whole (exp, sqrt, …) whole numbers are taken as float32. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asFloat, asNumeric, bool, int32, promoted } from './array';

export const pi = Math.PI;
export const e = Math.E;
export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;

type Unary = (x: ArrayLike) => tf.Tensor;
type Binary = (x1: ArrayLike, x2: ArrayLike) => tf.Tensor;
type Op1 = (x: tf.Tensor) => tf.Tensor;
type Op2 = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const ofFloat =
  (op: Op1): Unary =>
  (x) =>
    op(asFloat(x));

const ofNumber =
  (op: Op1): Unary =>
  (x) =>
    op(asNumeric(x));

/** Runs on the common dtype; two bools run as 0 and 1 and give a bool, as in NumPy. */
const arithmetic =
  (op: Op2): Binary =>
  (x1, x2) => {
    const [a, b] = promoted([asarray(x1), asarray(x2)]) as [tf.Tensor, tf.Tensor];
    return a.dtype === bool ? tf.cast(op(tf.cast(a, int32), tf.cast(b, int32)), bool) : op(a, b);
  };

/** Sum. */
export const add = arithmetic(tf.add);
/** Difference. */
export const subtract = arithmetic(tf.sub);
/** Product. */
export const multiply = arithmetic(tf.mul);
/** Quotient; of whole numbers too it is float32. */
export const divide: Binary = (x1, x2) => tf.div(asFloat(x1), asFloat(x2));
/** Quotient rounded down. */
export const floorDivide = arithmetic(tf.floorDiv);
/** Remainder, with the divisor's sign. */
export const mod = arithmetic(tf.mod);
/** `x1` to the power `x2`. */
export const power = arithmetic(tf.pow);
/** The larger of two. Where they are equal each gets half of the gradient, as in JAX. */
export const maximum = arithmetic(tf.maximum);
/** The smaller of two. Where they are equal each gets half of the gradient, as in JAX. */
export const minimum = arithmetic(tf.minimum);

/** The negative. */
export const negative = ofNumber(tf.neg);
/** The absolute value. Its gradient at 0 is 1, as in JAX. */
export const abs = ofNumber(tf.abs);
/** -1, 0 or 1. */
export const sign = ofNumber(tf.sign);
/** The square. */
export const square = ofNumber(tf.square);
/** e to the power of each element. */
export const exp = ofFloat(tf.exp);
/** e to the power of each element, minus 1; exact near 0. */
export const expm1 = ofFloat(tf.expm1);
/** Natural logarithm. */
export const log = ofFloat(tf.log);
/** Natural logarithm of 1 + x; exact near 0. */
export const log1p = ofFloat(tf.log1p);
/** Square root. */
export const sqrt = ofFloat(tf.sqrt);
/** 1 / x. */
export const reciprocal = ofFloat(tf.reciprocal);
/** Sine, of radians. */
export const sin = ofFloat(tf.sin);
/** Cosine, of radians. */
export const cos = ofFloat(tf.cos);
/** Tangent, of radians. */
export const tan = ofFloat(tf.tan);
/** Hyperbolic tangent. */
export const tanh = ofFloat(tf.tanh);
/** Rounded down. */
export const floor = ofNumber((x) => (x.dtype === int32 ? x : tf.floor(x)));
/** Rounded up. */
export const ceil = ofNumber((x) => (x.dtype === int32 ? x : tf.ceil(x)));

/** Rounded to `decimals` places after the point; halves go to the even neighbour. */
export function round(x: ArrayLike, decimals = 0): tf.Tensor {
  const from = asNumeric(x);
  if (decimals === 0) return tf.round(from);
  const scale = tf.scalar(10 ** decimals);
  return tf.div(tf.round(tf.mul(from, scale)), scale);
}

/** Limited to `min` and `max`, either of which may be left out. */
export function clip(x: ArrayLike, min?: ArrayLike | null, max?: ArrayLike | null): tf.Tensor {
  const above = min === undefined || min === null ? asarray(x) : maximum(min, x);
  return max === undefined || max === null ? above : minimum(max, above);
}
