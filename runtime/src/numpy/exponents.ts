/** Powers, roots and logarithms of other bases. Whole numbers are taken as float32. */
import * as tf from '#tfjs';
import { type ArrayLike, asFloat, int32 } from './array';
import { type Binary, ofFloat, ofFloats, type Unary } from './makers';

/** 2 to the power of each element. */
export const exp2: Unary = ofFloat((x) => tf.pow(tf.scalar(2), x));
/** Logarithm to the base 2. */
export const log2: Unary = ofFloat((x) => tf.div(tf.log(x), Math.LN2));
/** Logarithm to the base 10. */
export const log10: Unary = ofFloat((x) => tf.div(tf.log(x), Math.LN10));
/** The real cube root, of negative numbers too. */
export const cbrt: Unary = ofFloat((x) => tf.mul(tf.sign(x), tf.pow(tf.abs(x), 1 / 3)));
/** `x1` to the power `x2`, as float32. */
export const floatPower: Binary = ofFloats(tf.pow);

/** `log(exp(x1) + exp(x2))` without overflow. */
export const logaddexp: Binary = ofFloats((a, b) => {
  const larger = tf.greaterEqual(a, b);
  const [large, small] = [tf.where(larger, a, b), tf.where(larger, b, a)];
  // Two equal infinities have no difference.
  const bothInfinite = tf.logicalAnd(tf.equal(large, small), tf.isInf(large));
  const difference = tf.where(bothInfinite, tf.zerosLike(large), tf.sub(small, large));
  return tf.add(large, tf.softplus(difference));
});

/** `log2(2^x1 + 2^x2)` without overflow. */
export const logaddexp2: Binary = (x1, x2) =>
  tf.div(logaddexp(tf.mul(asFloat(x1), Math.LN2), tf.mul(asFloat(x2), Math.LN2)), Math.LN2);

/** `x1 * 2^x2`, for whole `x2`. */
export const ldexp: Binary = ofFloats((a, b) => tf.mul(a, tf.pow(tf.scalar(2), b)));

/** The mantissa in [0.5, 1), float32, and the exponent of 2, int32: `x = mantissa * 2^exponent`. 0 has the exponent 0. */
export function frexp(x: ArrayLike): [mantissa: tf.Tensor, exponent: tf.Tensor] {
  const from = asFloat(x);
  const plain = tf.logicalOr(tf.equal(from, 0), tf.logicalNot(tf.isFinite(from)));
  const size = tf.where(plain, tf.onesLike(from), tf.abs(from));
  const about = tf.add(tf.floor(tf.div(tf.log(size), Math.LN2)), 1);
  const rough = tf.div(size, tf.pow(tf.scalar(2), about));
  // The logarithm of a number just below a power of 2 may round to that of the power.
  const correction = tf.sub(tf.cast(tf.greaterEqual(rough, 1), 'float32'), tf.cast(tf.less(rough, 0.5), 'float32'));
  const exponent = tf.where(plain, tf.zerosLike(from), tf.add(about, correction));
  const mantissa = tf.where(plain, from, tf.div(from, tf.pow(tf.scalar(2), exponent)));
  return [mantissa, tf.cast(exponent, int32)];
}
