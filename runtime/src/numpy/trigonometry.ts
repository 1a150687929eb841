/** Angles, circles and hyperbolas. Whole numbers are taken as float32. */
import * as tf from '#tfjs';
import { type ArrayLike, asFloat } from './array';
import { ofFloat, ofFloats } from './makers';

/** Sine, of radians. */
export const sin = ofFloat(tf.sin);
/** Cosine, of radians. */
export const cos = ofFloat(tf.cos);
/** Tangent, of radians. */
export const tan = ofFloat(tf.tan);
/** Hyperbolic tangent. */
export const tanh = ofFloat(tf.tanh);
/** Hyperbolic sine. */
export const sinh = ofFloat(tf.sinh);
/** Hyperbolic cosine. */
export const cosh = ofFloat(tf.cosh);
/** The angle in [-π/2, π/2] with this sine. */
export const arcsin = ofFloat(tf.asin);
/** The angle in [0, π] with this cosine. */
export const arccos = ofFloat(tf.acos);
/** The angle in (-π/2, π/2) with this tangent. */
export const arctan = ofFloat(tf.atan);
/** The angle in [-π, π] of the point (x2, x1). */
export const arctan2 = ofFloats(tf.atan2);
/** Inverse hyperbolic sine. */
export const arcsinh = ofFloat(tf.asinh);
/** Inverse hyperbolic cosine, of numbers ≥ 1. */
export const arccosh = ofFloat(tf.acosh);
/** Inverse hyperbolic tangent, of numbers in (-1, 1). */
export const arctanh = ofFloat(tf.atanh);
/** The length of the vector (x1, x2). */
export const hypot = ofFloats((a, b) => tf.sqrt(tf.add(tf.square(a), tf.square(b))));

/** Degrees as radians. */
export const deg2rad = ofFloat((x) => tf.mul(x, Math.PI / 180));
/** Degrees as radians. */
export const radians = deg2rad;
/** Radians as degrees. */
export const rad2deg = ofFloat((x) => tf.mul(x, 180 / Math.PI));
/** Radians as degrees. */
export const degrees = rad2deg;

/** `sin(πx) / (πx)`, 1 at 0. */
export function sinc(x: ArrayLike): tf.Tensor {
  const angle = tf.mul(asFloat(x), Math.PI);
  const atZero = tf.equal(angle, 0);
  const safe = tf.where(atZero, tf.onesLike(angle), angle);
  return tf.where(atZero, tf.onesLike(angle), tf.div(tf.sin(safe), safe));
}
