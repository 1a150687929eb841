/** Parts of arrays whose places may be tensors. These are not read; like JAX, they are moved until the part is within. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asarray, asInteger, type DType, describe, int32, normalizeAxis } from '../numpy/array';
import { expandDims, reshape, squeeze } from '../numpy/manipulation';
import { stopGradient } from '../transforms/stopGradient';

/** A number or an int32 scalar. */
type Place = number | tf.Tensor;

/** The places, int32[rank], where a part of `sizes` begins, moved until it is within the array. */
function clamped(
  name: string,
  x: tf.Tensor,
  startIndices: readonly Place[] | tf.Tensor,
  sizes: readonly number[],
): tf.Tensor {
  const given = startIndices instanceof tf.Tensor ? [startIndices] : startIndices;
  const places = given.map((place) => stopGradient(asarray(asInteger(`lax.${name}`, place), int32)));
  const begin = startIndices instanceof tf.Tensor ? (places[0] as tf.Tensor) : joined(places);
  const fits =
    sizes.length === x.rank &&
    sizes.every((size, i) => Number.isInteger(size) && 0 <= size && size <= (x.shape[i] as number));
  if (begin.rank !== 1 || begin.shape[0] !== x.rank || !fits) {
    throw new ShapeError(
      `lax.${name}: expected a start for each axis of ${describe(x)} and a part that fits in it; got ` +
        `${begin.shape[0] ?? 'no'} starts and a part of [${sizes.join(', ')}].`,
    );
  }
  // Negative places count from the end.
  const lengths = vector(x.shape);
  const fromStart = tf.where(tf.less(begin, tf.zerosLike(begin)), tf.add(begin, lengths), begin);
  const last = vector(x.shape.map((n, i) => n - (sizes[i] as number)));
  return tf.minimum(tf.maximum(fromStart, tf.zerosLike(fromStart)), last);
}

const vector = (values: readonly number[]) => tf.tensor([...values], [values.length], int32);
const joined = (places: readonly tf.Tensor[]) =>
  places.length === 0 ? vector([]) : tf.stack(places.map((place) => reshape(place, [])));

/** The part of `sliceSizes` that begins at `startIndices`: a place for each axis, or int32[rank]. */
export function dynamicSlice(
  x: ArrayLike,
  startIndices: readonly Place[] | tf.Tensor,
  sliceSizes: readonly number[],
): tf.Tensor {
  const from = asarray(x);
  const begin = clamped('dynamicSlice', from, startIndices, sliceSizes);
  return from.rank === 0 ? from : runOp('DynamicSlice', { x: from, begin, size: vector(sliceSizes) });
}

/** The array with `update` from `startIndices` on: a place for each axis, or int32[rank]. */
export function dynamicUpdateSlice(
  x: ArrayLike,
  update: ArrayLike,
  startIndices: readonly Place[] | tf.Tensor,
): tf.Tensor {
  const from = asarray(x);
  const value = asarray(update, from.dtype as DType);
  if (value.rank !== from.rank) {
    throw new ShapeError(
      `lax.dynamicUpdateSlice: the update ${describe(value)} should have as many axes as ${describe(from)}.`,
    );
  }
  const begin = clamped('dynamicUpdateSlice', from, startIndices, value.shape);
  if (from.rank === 0) return value;
  if (value.size === 0) return from;
  const end = tf.add(begin, vector(value.shape));
  return runOp('DynamicUpdateSlice', { x: from, begin, end, strides: tf.onesLike(begin), value });
}

const alongAxis = (rank: number, axis: number, place: Place): Place[] =>
  Array.from({ length: rank }, (_, i) => (i === axis ? place : 0));

/** `sliceSize` elements of one axis from `startIndex` on. */
export function dynamicSliceInDim(x: ArrayLike, startIndex: Place, sliceSize: number, axis = 0): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('lax.dynamicSliceInDim', axis, from.rank);
  return dynamicSlice(from, alongAxis(from.rank, along, startIndex), from.shape.with(along, sliceSize));
}

/** The elements at one place of an axis, which stays with size 1, or goes with `keepdims` false. */
export function dynamicIndexInDim(x: ArrayLike, index: Place, axis = 0, keepdims = true): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('lax.dynamicIndexInDim', axis, from.rank);
  const found = dynamicSliceInDim(from, index, 1, along);
  return keepdims ? found : squeeze(found, along);
}

/** The array with `update` from `startIndex` of one axis on, and from the start of the others. */
export function dynamicUpdateSliceInDim(x: ArrayLike, update: ArrayLike, startIndex: Place, axis: number): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('lax.dynamicUpdateSliceInDim', axis, from.rank);
  return dynamicUpdateSlice(from, update, alongAxis(from.rank, along, startIndex));
}

/** The array with `update` at one place of an axis, which the update may have with size 1 or lack. */
export function dynamicUpdateIndexInDim(x: ArrayLike, update: ArrayLike, index: Place, axis: number): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('lax.dynamicUpdateIndexInDim', axis, from.rank);
  const value = asarray(update);
  return dynamicUpdateSliceInDim(from, value.rank === from.rank ? value : expandDims(value, along), index, along);
}
