/** Functions of each element. Where the result is never whole (exp, sqrt, …) whole numbers are taken as float32. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asFloat } from './array';
import { arithmetic, type Binary, ofFloat, ofNumber } from './makers';

/** Sum. */
export const add = arithmetic(tf.add);
/** Difference. */
export const subtract = arithmetic(tf.sub);
/** Product. */
export const multiply = arithmetic(tf.mul);
/** Quotient; of whole numbers too it is float32. */
export const divide: Binary = (x1, x2) => tf.div(asFloat(x1), asFloat(x2));
/** Quotient; of whole numbers too it is float32. */
export const trueDivide = divide;
/** Quotient rounded down. */
export const floorDivide = arithmetic(tf.floorDiv);
/** Remainder, with the divisor's sign. */
export const mod = arithmetic(tf.mod);
/** Remainder, with the divisor's sign. */
export const remainder = mod;
/** Remainder, with the dividend's sign. */
export const fmod = arithmetic((x, y) => runOp('TruncateMod', { x, y }));

/** The quotient rounded down and the remainder with the divisor's sign. */
export function divmod(x1: ArrayLike, x2: ArrayLike): [quotient: tf.Tensor, remainder: tf.Tensor] {
  return [floorDivide(x1, x2), mod(x1, x2)];
}

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
/** The absolute value. Its gradient at 0 is 1, as in JAX. */
export const absolute = abs;
/** The absolute value, as float32. */
export const fabs = ofFloat(tf.abs);
/** The array as it is; bools as int32. */
export const positive = ofNumber((x) => x);
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
/** Limited to `min` and `max`, either of which may be left out. */
export function clip(x: ArrayLike, min?: ArrayLike | null, max?: ArrayLike | null): tf.Tensor {
  const above = min === undefined || min === null ? asarray(x) : maximum(min, x);
  return max === undefined || max === null ? above : minimum(max, above);
}
