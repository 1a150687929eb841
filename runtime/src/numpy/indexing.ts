/** Picking elements by index, and sorting. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { stopGradient } from '../transforms/stopGradient';
import { type ArrayLike, asarray, asNumeric, int32, normalizeAxis } from './array';
import { broadcastTo, moveaxis, ravel } from './manipulation';
import { asIndices } from './places';

/**
 * The elements at `indices` along `axis`, or of the flat array; negative indices count from the end. The result has the
 * indices' axes in place of that axis.
 */
export function take(x: ArrayLike, indices: ArrayLike, axis?: number): tf.Tensor {
  const from = axis === undefined ? ravel(x) : asarray(x);
  const along = normalizeAxis('jnp.take', axis ?? 0, from.rank);
  return tf.gather(from, asIndices('jnp.take', indices, from.shape[along] as number), along);
}

/** Each element repeated, along one axis or in the flat array; `repeats` is one number or one for each element. */
export function repeat(x: ArrayLike, repeats: number | readonly number[], axis?: number): tf.Tensor {
  const from = axis === undefined ? ravel(x) : asarray(x);
  const along = normalizeAxis('jnp.repeat', axis ?? 0, from.rank);
  const length = from.shape[along] as number;
  const counts = typeof repeats === 'number' ? Array<number>(length).fill(repeats) : repeats;
  if (counts.length !== length) {
    throw new ShapeError(`jnp.repeat: ${counts.length} repeats for the ${length} elements of axis ${along}.`);
  }
  return take(
    from,
    counts.flatMap((count, i) => Array<number>(count).fill(i)),
    along,
  );
}

/** For each position the element at its index along `axis`: undoes an argsort, picks each row's label. */
export function takeAlongAxis(x: ArrayLike, indices: ArrayLike, axis = -1): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('jnp.takeAlongAxis', axis, from.rank);
  const length = from.shape[along] as number;
  const last = moveaxis(from, along, -1);
  const picked = moveaxis(asIndices('jnp.takeAlongAxis', indices, length), along, -1);
  const rows = last.shape.slice(0, -1);
  const flatIndices = tf.add(broadcastTo(picked, [...rows, picked.shape.at(-1) ?? 1]), rowStarts(rows, length));
  return moveaxis(tf.gather(ravel(last), flatIndices), -1, along);
}

/** Where each row of an array starts in the flat array, with one last axis of size 1. */
function rowStarts(rows: readonly number[], length: number): tf.Tensor {
  const count = rows.reduce((product, n) => product * n, 1);
  return tf.reshape(tf.mul(tf.range(0, count, 1, int32), tf.scalar(length, int32)), [...rows, 1]);
}

/** The indices that would sort the array along `axis` in ascending order; equal elements keep their order. */
export function argsort(x: ArrayLike, axis = -1): tf.Tensor {
  const from = stopGradient(asNumeric(x));
  const along = normalizeAxis('jnp.argsort', axis, from.rank);
  const last = moveaxis(from, along, -1);
  // TopK sorts in descending order and keeps the order of equal elements.
  const { indices } = tf.topk(tf.neg(last), from.shape[along], true);
  return moveaxis(indices, -1, along);
}

/** The array sorted along `axis` in ascending order. */
export function sort(x: ArrayLike, axis = -1): tf.Tensor {
  const from = asarray(x);
  return takeAlongAxis(from, argsort(from, axis), axis);
}
