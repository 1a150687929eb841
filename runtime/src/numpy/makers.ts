/** The few kinds of functions of each element. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asFloat, asInteger, asNumeric, bool, int32, promoted } from './array';

export type Unary = (x: ArrayLike) => tf.Tensor;
export type Binary = (x1: ArrayLike, x2: ArrayLike) => tf.Tensor;
type Op1 = (x: tf.Tensor) => tf.Tensor;
type Op2 = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Runs on float32 (or complex64). */
export const ofFloat =
  (op: Op1): Unary =>
  (x) =>
    op(asFloat(x));

/** Runs on numbers; bools are 0 and 1. */
export const ofNumber =
  (op: Op1): Unary =>
  (x) =>
    op(asNumeric(x));

/** Runs on float32. */
export const ofFloats =
  (op: Op2): Binary =>
  (x1, x2) => {
    const [a, b] = promoted([asFloat(x1), asFloat(x2)]) as [tf.Tensor, tf.Tensor];
    return op(a, b);
  };

/** Runs on the common dtype; two bools run as 0 and 1 and give a bool, as in NumPy. */
export const arithmetic =
  (op: Op2): Binary =>
  (x1, x2) => {
    const [a, b] = promoted([asarray(x1), asarray(x2)]) as [tf.Tensor, tf.Tensor];
    return a.dtype === bool ? tf.cast(op(tf.cast(a, int32), tf.cast(b, int32)), bool) : op(a, b);
  };

/** Runs on whole numbers; two bools run on `ofBools` where it is given. */
export const ofIntegers =
  (caller: string, op: Op2, ofBools?: Op2): Binary =>
  (x1, x2) => {
    const [a, b] = [asInteger(caller, x1), asInteger(caller, x2)];
    if (ofBools !== undefined && a.dtype === bool && b.dtype === bool) return ofBools(a, b);
    return op(asarray(a, int32), asarray(b, int32));
  };
