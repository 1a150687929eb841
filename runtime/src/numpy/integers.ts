/** Whole numbers: their bits, shifts and divisors. Numbers are taken as int32; float tensors throw. */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asInteger, bool, int32 } from './array';
import { type Binary, ofIntegers } from './makers';

/** The bits that both have. */
export const bitwiseAnd: Binary = ofIntegers('jnp.bitwiseAnd', (x, y) => runOp('BitwiseAnd', { x, y }), tf.logicalAnd);
/** The bits that one or both have. */
export const bitwiseOr: Binary = ofIntegers('jnp.bitwiseOr', (x, y) => runOp('BitwiseOr', { x, y }), tf.logicalOr);
/** The bits that one of them has. */
export const bitwiseXor: Binary = ofIntegers('jnp.bitwiseXor', (x, y) => runOp('BitwiseXor', { x, y }), tf.notEqual);

/** The other bits; of a bool the other one. */
export function bitwiseNot(x: ArrayLike): tf.Tensor {
  const from = asInteger('jnp.bitwiseNot', x);
  return from.dtype === bool ? tf.logicalNot(from) : runOp('Invert', { x: from });
}

/** The bits of `x1` moved `x2` places up; 0 from 32 places on. */
export const leftShift: Binary = ofIntegers('jnp.leftShift', (x, y) => {
  const shifted = runOp('LeftShift', { x, y });
  return tf.where(inRange(y), shifted, tf.zerosLike(shifted));
});

/** The bits of `x1` moved `x2` places down; the sign stays. */
export const rightShift: Binary = ofIntegers('jnp.rightShift', (x, y) => {
  const places = tf.where(inRange(y), y, tf.fill(y.shape, 31, int32));
  return runOp('RightShift', { x, y: places });
});

/** Whether an int32 can be shifted by so many places. */
function inRange(places: tf.Tensor): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(places, whole(0)), tf.less(places, whole(32)));
}

const whole = (n: number) => tf.scalar(n, int32);

/** Euclid's algorithm needs no more steps for two int32: the 47th Fibonacci number is larger. */
const MOST_STEPS = 46;

/** The greatest common divisor. */
export const gcd: Binary = ofIntegers('jnp.gcd', (x, y) => {
  const [a, b] = [tf.abs(x), tf.abs(y)];
  let [large, small] = [tf.maximum(a, b), tf.minimum(a, b)];
  for (let step = 0; step < MOST_STEPS; step++) {
    const done = tf.equal(small, whole(0));
    const rest = tf.mod(large, tf.maximum(small, whole(1)));
    [large, small] = [tf.where(done, large, small), tf.where(done, small, rest)];
  }
  return large;
});

/** The least common multiple. */
export const lcm: Binary = (x1, x2) => {
  const [a, b] = [x1, x2].map((x) => tf.abs(asarray(asInteger('jnp.lcm', x), int32))) as [tf.Tensor, tf.Tensor];
  return tf.mul(tf.floorDiv(a, tf.maximum(gcd(a, b), whole(1))), b);
};
