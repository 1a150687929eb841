/** Places along an axis. */
import * as tf from '#tfjs';
import { stopGradient } from '../transforms/stopGradient';
import { type ArrayLike, asarray, describe, int32 } from './array';
import { reshape } from './manipulation';

/** int32 indices in range of `length` from the start. Numbers may be given; float tensors throw. */
export function asIndices(caller: string, indices: ArrayLike, length: number): tf.Tensor {
  if (!(indices instanceof tf.Tensor)) {
    const fromEnd = (item: ArrayLike): ArrayLike =>
      Array.isArray(item) ? item.map(fromEnd) : typeof item === 'number' && item < 0 ? item + length : item;
    return asarray(fromEnd(indices), int32);
  }
  if (indices.dtype !== int32) {
    throw new TypeError(
      `${caller}: the indices must be int32, got ${describe(indices)}; jnp.asarray(x, 'int32') casts.`,
    );
  }
  const constant = stopGradient(indices);
  return tf.where(tf.less(constant, tf.scalar(0, int32)), tf.add(constant, tf.scalar(length, int32)), constant);
}

/** Every `step`-th element of an axis, whose gradient is that of padding, reshaping and slicing. */
export function everyNth(x: tf.Tensor, axis: number, step: number): tf.Tensor {
  const length = x.shape[axis] as number;
  const kept = Math.ceil(length / step);
  const missing = kept * step - length;
  const fill = tf.zeros(x.shape.with(axis, missing), x.dtype);
  const filled = missing === 0 ? x : tf.concat([x, fill], axis);
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const rows = reshape(filled, [...before, kept, step, ...after]);
  const first = tf.slice(rows, new Array<number>(rows.rank).fill(0), rows.shape.with(axis + 1, 1));
  return reshape(first, [...before, kept, ...after]);
}
