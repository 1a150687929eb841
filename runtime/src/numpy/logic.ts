/** Comparing, choosing, and logic. Results are bool. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asFloat, asNumeric, bool, promoted } from './array';
import { abs, add, multiply, subtract } from './elementwise';
import type { Binary } from './makers';
import { all } from './reductions';
import { nonzero } from './valueDependent';

const comparison =
  (op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Binary =>
  (x1, x2) => {
    const [a, b] = promoted([asNumeric(x1), asNumeric(x2)]) as [tf.Tensor, tf.Tensor];
    return op(a, b);
  };

/** Whether x1 = x2. */
export const equal = comparison(tf.equal);
/** Whether x1 ≠ x2. */
export const notEqual = comparison(tf.notEqual);
/** Whether x1 < x2. */
export const less = comparison(tf.less);
/** Whether x1 ≤ x2. */
export const lessEqual = comparison(tf.lessEqual);
/** Whether x1 > x2. */
export const greater = comparison(tf.greater);
/** Whether x1 ≥ x2. */
export const greaterEqual = comparison(tf.greaterEqual);

/** Whether both are true (not 0). */
export const logicalAnd: Binary = (x1, x2) => tf.logicalAnd(asarray(x1, bool), asarray(x2, bool));
/** Whether one or both are true (not 0). */
export const logicalOr: Binary = (x1, x2) => tf.logicalOr(asarray(x1, bool), asarray(x2, bool));

/** Whether exactly one is true (not 0). */
export const logicalXor: Binary = (x1, x2) => tf.notEqual(asarray(x1, bool), asarray(x2, bool));

/** Whether it is false (0). */
export function logicalNot(x: ArrayLike): tf.Tensor {
  return tf.logicalNot(asarray(x, bool));
}

/** Whether it is not a number. */
export function isnan(x: ArrayLike): tf.Tensor {
  return tf.isNaN(asFloat(x));
}

/** Whether it is plus or minus infinity. */
export function isinf(x: ArrayLike): tf.Tensor {
  return tf.isInf(asFloat(x));
}

/** Whether it is neither infinite nor NaN. */
export function isfinite(x: ArrayLike): tf.Tensor {
  return tf.isFinite(asFloat(x));
}

/** Whether it is infinity. */
export function isposinf(x: ArrayLike): tf.Tensor {
  return tf.equal(asFloat(x), Number.POSITIVE_INFINITY);
}

/** Whether it is minus infinity. */
export function isneginf(x: ArrayLike): tf.Tensor {
  return tf.equal(asFloat(x), Number.NEGATIVE_INFINITY);
}

/**
 * The element of `x` where the condition is true (not 0), else that of `y`. All three broadcast. With the condition
 * alone: for each axis the indices where it is true, which reads its values (as `nonzero`).
 */
export function where(condition: ArrayLike): tf.Tensor[];
export function where(condition: ArrayLike, x: ArrayLike, y: ArrayLike): tf.Tensor;
export function where(condition: ArrayLike, x?: ArrayLike, y?: ArrayLike): tf.Tensor | tf.Tensor[] {
  if (x === undefined && y === undefined) return nonzero(condition);
  if (x === undefined || y === undefined) throw new TypeError('jnp.where: expected both x and y, or neither; got one.');
  const [a, b] = promoted([asarray(x), asarray(y)]) as [tf.Tensor, tf.Tensor];
  return tf.where(asarray(condition, bool), a, b);
}

export interface CloseOptions {
  /** Allowed difference relative to `b`. Default 1e-5. */
  rtol?: number;
  /** Allowed difference. Default 1e-8. */
  atol?: number;
  /** Whether NaN equals NaN. */
  equalNan?: boolean;
}

/** Whether elements are equal within `atol + rtol * |b|`. */
export function isclose(
  a: ArrayLike,
  b: ArrayLike,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {},
): tf.Tensor {
  const [x, y] = [asFloat(a), asFloat(b)];
  const near = lessEqual(abs(subtract(x, y)), add(atol, multiply(rtol, abs(y))));
  // An infinity is close to itself only, though its tolerance is infinite.
  const close = logicalOr(equal(x, y), logicalAnd(near, isfinite(y)));
  return equalNan ? logicalOr(close, logicalAnd(isnan(x), isnan(y))) : close;
}

/** Whether all elements are equal within `atol + rtol * |b|`. */
export function allclose(a: ArrayLike, b: ArrayLike, options?: CloseOptions): tf.Tensor {
  return all(isclose(a, b, options));
}

/** Whether the shapes and all elements are equal. */
export function arrayEqual(a: ArrayLike, b: ArrayLike): tf.Tensor {
  const [x, y] = [asarray(a), asarray(b)];
  return tf.util.arraysEqual(x.shape, y.shape) ? all(equal(x, y)) : asarray(false);
}
