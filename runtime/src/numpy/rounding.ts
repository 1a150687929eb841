/** Rounding. The gradient is 0, as in JAX. */
import * as tf from '#tfjs';
import { type ArrayLike, asNumeric, int32 } from './array';
import { ofNumber } from './makers';

/** Rounded down. */
export const floor = ofNumber((x) => (x.dtype === int32 ? x : tf.floor(x)));
/** Rounded up. */
export const ceil = ofNumber((x) => (x.dtype === int32 ? x : tf.ceil(x)));
/** Rounded towards 0. */
export const trunc = ofNumber((x) => (x.dtype === int32 ? x : tf.where(tf.less(x, 0), tf.ceil(x), tf.floor(x))));
/** Rounded towards 0. */
export const fix = trunc;
/** Rounded to the nearest whole number; halves go to the even neighbour. */
export const rint = ofNumber(tf.round);

/** Rounded to `decimals` places after the point; halves go to the even neighbour. */
export function round(x: ArrayLike, decimals = 0): tf.Tensor {
  const from = asNumeric(x);
  if (decimals === 0) return tf.round(from);
  const scale = tf.scalar(10 ** decimals);
  return tf.div(tf.round(tf.mul(from, scale)), scale);
}

/** Rounded to `decimals` places after the point; halves go to the even neighbour. */
export const around = round;
