/**
 * Arrays with other values at places (jax.ops): tensors never change, so these give new ones.
 *
 * @module
 */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asInteger, bool, describe, int32, promoted } from './array';
import { getItem, type Index } from './getItem';
import { broadcastTo, ravel, reshape } from './manipulation';

/** One index, or an array of one for each axis: `[0, '1:3']`. Places as an array stand within: `[[0, 2]]`. */
export type Indices = number | string | null | tf.Tensor | readonly Index[];

/** Indices as Python writes them: `ops.index('1:3', 0)` for `index[1:3, 0]`. */
export function index(...indices: readonly Index[]): readonly Index[] {
  return indices;
}

/** The flat places that the indices select, int32[count], and the new values for them. */
function located(name: string, x: tf.Tensor, indices: Indices, y: tf.Tensor): { places: tf.Tensor; values: tf.Tensor } {
  const all = reshape(tf.range(0, x.size, 1, int32), x.shape);
  const places = getItem(all, ...(Array.isArray(indices) ? (indices as readonly Index[]) : [indices as Index]));
  const extra = y.rank - places.rank;
  if (extra > 0 || y.shape.some((n, i) => n !== 1 && n !== places.shape[i - extra])) {
    throw new ShapeError(
      `ops.${name}: ${describe(y)} does not broadcast to the selected part [${places.shape.join(', ')}] of ${describe(x)}.`,
    );
  }
  return { places: ravel(places), values: ravel(broadcastTo(y, places.shape)) };
}

/** The array with `y` in place of the elements that the indices select. Of a place selected twice either value counts. */
export function indexUpdate(x: ArrayLike, indices: Indices, y: ArrayLike): tf.Tensor {
  const from = asarray(x);
  const { places, values } = located('indexUpdate', from, indices, asarray(y, from.dtype as 'float32'));
  if (places.size === 0) return from;
  return reshape(tf.tensorScatterUpdate(ravel(from), reshape(places, [-1, 1]), values), from.shape);
}

/** The array with `y` added to the elements that the indices select; to one selected twice, twice. */
export function indexAdd(x: ArrayLike, indices: Indices, y: ArrayLike): tf.Tensor {
  const from = asarray(x);
  const { places, values } = located('indexAdd', from, indices, asarray(y, from.dtype as 'float32'));
  if (places.size === 0) return from;
  const sums = tf.scatterND(reshape(places, [-1, 1]), values, [from.size]);
  return tf.add(from, reshape(sums, from.shape));
}

const combining =
  (name: string, reduction: 'UnsortedSegmentProd' | 'UnsortedSegmentMax' | 'UnsortedSegmentMin', combine: Combine) =>
  (x: ArrayLike, indices: Indices, y: ArrayLike): tf.Tensor => {
    const from = asarray(x);
    const { places, values } = located(name, from, indices, asarray(y, from.dtype as 'float32'));
    if (places.size === 0) return from;
    const numSegments = tf.scalar(from.size, int32);
    // Where there is nothing to combine with, TensorFlow gives what changes nothing.
    const combined = runOp(reduction, { x: values, segmentIds: places, numSegments });
    return combine(from, reshape(combined, from.shape));
  };

type Combine = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** The array with the elements that the indices select multiplied with `y`, through which no gradient flows. */
export const indexMul = combining('indexMul', 'UnsortedSegmentProd', tf.mul);
/** The array with the smaller of `y` and the elements that the indices select. No gradient flows through `y`. */
export const indexMin = combining('indexMin', 'UnsortedSegmentMin', tf.minimum);
/** The array with the larger of `y` and the elements that the indices select. No gradient flows through `y`. */
export const indexMax = combining('indexMax', 'UnsortedSegmentMax', tf.maximum);

/**
 * The sums of the rows of `data` that have the same segment id: `[numSegments, ...]`. Ids are taken modulo their number.
 * Without `numSegments` the ids' values are read. Throws if there is not one id for each row.
 */
export function segmentSum(data: ArrayLike, segmentIds: ArrayLike, numSegments?: number): tf.Tensor {
  const [rows] = promoted([asarray(data)]) as [tf.Tensor];
  const from = rows.dtype === bool ? tf.cast(rows, int32) : rows;
  const ids = asarray(asInteger('ops.segmentSum', segmentIds), int32);
  if (ids.rank !== 1 || ids.shape[0] !== from.shape[0]) {
    throw new ShapeError(`ops.segmentSum: expected an id for each row of ${describe(from)}, got ${describe(ids)}.`);
  }
  const length = tf.scalar(from.shape[0] as number, int32);
  const count = numSegments ?? (tf.max(tf.mod(ids, length)).dataSync()[0] as number) + 1;
  return tf.unsortedSegmentSum(from, tf.mod(ids, tf.scalar(count, int32)) as tf.Tensor1D, count);
}
