/** Signs, zeros, and numbers that are none. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asFloat, asNumeric, bool, float32 } from './array';
import { maximum, minimum } from './elementwise';
import { isnan, where } from './logic';
import { type Binary, ofFloats } from './makers';

/** Whether the sign is negative; that of -0 is. */
export function signbit(x: ArrayLike): tf.Tensor {
  const from = asNumeric(x);
  if (from.dtype !== float32) return tf.less(from, tf.zerosLike(from));
  return tf.logicalOr(tf.less(from, 0), tf.less(tf.reciprocal(from), 0));
}

/** The size of `x1` with the sign of `x2`. */
export const copysign: Binary = ofFloats((a, b) => {
  const size = tf.abs(a);
  return where(signbit(b), tf.neg(size), size);
});

/** 0 where `x1` is negative, 1 where it is positive, `x2` where it is 0. */
export const heaviside: Binary = ofFloats((a, b) => {
  const step = where(tf.less(a, 0), 0, where(tf.greater(a, 0), 1, b));
  return where(isnan(a), a, step);
});

/** The float32 next to `x1` in the direction of `x2`. */
export const nextafter: Binary = ofFloats((x, y) => runOp('NextAfter', { x, y }));

/** The larger of two, of which one may be NaN. */
export const fmax: Binary = (x1, x2) => ignoringNan(maximum, x1, x2);
/** The smaller of two, of which one may be NaN. */
export const fmin: Binary = (x1, x2) => ignoringNan(minimum, x1, x2);

function ignoringNan(choose: Binary, x1: ArrayLike, x2: ArrayLike): tf.Tensor {
  const [a, b] = [asarray(x1), asarray(x2)];
  return where(isnan(a), b, where(isnan(b), a, choose(a, b)));
}

export interface NanToNumOptions {
  /** In place of NaN. Default 0. */
  nan?: number;
  /** In place of infinity. Default the largest float32. */
  posinf?: number;
  /** In place of minus infinity. Default the smallest float32. */
  neginf?: number;
}

/** Numbers in place of NaN and of infinities. */
export function nanToNum(
  x: ArrayLike,
  { nan = 0, posinf = 3.4028234663852886e38, neginf = -3.4028234663852886e38 }: NanToNumOptions = {},
): tf.Tensor {
  const from = asarray(x);
  if (from.dtype !== float32) return from.dtype === bool ? from : asNumeric(from);
  const known = where(isnan(from), nan, from);
  const infinite = tf.isInf(from);
  return where(infinite, where(tf.greater(asFloat(known), 0), posinf, neginf), known);
}
