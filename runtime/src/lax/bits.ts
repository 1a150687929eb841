/** The arithmetic of bits. Numbers are taken as int32; float tensors throw. */
import * as tf from '#tfjs';
import { TF_CONSTANTS as TF } from '../bindings/binding';
import { ShapeError } from '../bindings/rules/rule';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asInteger, describe, float32, int32 } from '../numpy/array';
import * as integers from '../numpy/integers';
import { ofIntegers } from '../numpy/makers';

/** The bits that both have. */
export const bitwiseAnd = integers.bitwiseAnd;
/** The other bits; of a bool the other one. */
export const bitwiseNot = integers.bitwiseNot;
/** The bits that one or both have. */
export const bitwiseOr = integers.bitwiseOr;
/** The bits that one of them has. */
export const bitwiseXor = integers.bitwiseXor;
/** The bits of `x` moved `y` places up; 0 from 32 places on. */
export const shiftLeft = integers.leftShift;
/** The bits of `x` moved `y` places down; the sign stays. */
export const shiftRightArithmetic = integers.rightShift;

/** The bits of `x` moved `y` places down; zeros come in. */
export const shiftRightLogical = ofIntegers('lax.shiftRightLogical', (x, y) => {
  const kept = tf.sub(integers.leftShift(1, tf.sub(tf.scalar(32, int32), y)), tf.scalar(1, int32));
  return integers.bitwiseAnd(integers.rightShift(x, y), kept);
});

/** How many bits are set, int32. Warren, Hacker's Delight, section 5-1. */
export function populationCount(x: ArrayLike): tf.Tensor {
  const from = asarray(asInteger('lax.populationCount', x), int32);
  const masked = (value: ArrayLike, places: number, mask: number) =>
    integers.bitwiseAnd(shiftRightLogical(value, places), mask);
  const pairs = tf.sub(from, masked(from, 1, 0x55555555));
  const fours = tf.add(masked(pairs, 0, 0x33333333), masked(pairs, 2, 0x33333333));
  const bytes = integers.bitwiseAnd(tf.add(fours, shiftRightLogical(fours, 4)), 0x0f0f0f0f);
  return shiftRightLogical(tf.mul(bytes, tf.scalar(0x01010101, int32)), 24);
}

/** The same bits as another dtype: float32 as int32 or the other way round. */
export function bitcastConvertType(x: ArrayLike, dtype: 'float32' | 'int32'): tf.Tensor {
  const from = asarray(x);
  const known = (name: string) => name === float32 || name === int32;
  if (!known(from.dtype) || !known(dtype)) {
    throw new ShapeError(`lax.bitcastConvertType: expected float32 and int32, got ${describe(from)} as ${dtype}.`);
  }
  return runOp('Bitcast', { x: from }, { type: dtype === float32 ? TF.TF_FLOAT : TF.TF_INT32 });
}
