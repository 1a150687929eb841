/** Windows for signals: weights that fall towards both ends of `[m]`, float32. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { asarray, float32 } from './array';

const window =
  (weight: (i: number, last: number) => number) =>
  (m: number): tf.Tensor =>
    asarray(
      Array.from({ length: Math.max(0, m) }, (_, i) => (m === 1 ? 1 : weight(i, m - 1))),
      float32,
    );

const cosine = (times: number, i: number, last: number) => Math.cos((2 * Math.PI * times * i) / last);

/** A triangle that ends in 0. */
export const bartlett = window((i, last) => 1 - Math.abs((2 * i) / last - 1));
/** Of three cosines. */
export const blackman = window((i, last) => 0.42 - 0.5 * cosine(1, i, last) + 0.08 * cosine(2, i, last));
/** A raised cosine that does not end in 0. */
export const hamming = window((i, last) => 0.54 - 0.46 * cosine(1, i, last));
/** A raised cosine that ends in 0. */
export const hanning = window((i, last) => 0.5 - 0.5 * cosine(1, i, last));

/** Of a Bessel function; `beta` says how steep it is. */
export function kaiser(m: number, beta: number): tf.Tensor {
  const places = Array.from({ length: Math.max(0, m) }, (_, i) => (m === 1 ? 0 : (2 * i) / (m - 1) - 1));
  const at = places.map((x) => beta * Math.sqrt(1 - x * x));
  const i0 = (x: tf.Tensor) => tf.mul(runOp('BesselI0e', { x }), tf.exp(tf.abs(x)));
  return tf.div(i0(tf.tensor(at, [at.length], float32)), i0(tf.scalar(beta)));
}
