/** Parts of arrays whose places are known. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asNumeric, type DType, describe, normalizeAxis } from '../numpy/array';
import { flip, reshape, squeeze } from '../numpy/manipulation';
import { everyNth } from '../numpy/places';

/**
 * The part from `startIndices` up to but not including `limitIndices`, every `strides`-th element of each axis. Throws if
 * it is not within the array.
 */
export function slice(
  x: ArrayLike,
  startIndices: readonly number[],
  limitIndices: readonly number[],
  strides?: readonly number[] | null,
): tf.Tensor {
  const from = asarray(x);
  const steps = strides ?? from.shape.map(() => 1);
  const fits = (place: number, axis: number) => {
    const limit = limitIndices[axis] as number;
    return 0 <= place && place <= limit && limit <= (from.shape[axis] as number) && (steps[axis] as number) >= 1;
  };
  const counts = [startIndices, limitIndices, steps].map(({ length }) => length);
  if (counts.some((count) => count !== from.rank) || !startIndices.every(fits)) {
    throw new ShapeError(
      `lax.slice: expected a start, a limit and a stride within each axis of ${describe(from)}; got starts ` +
        `[${startIndices}], limits [${limitIndices}], strides [${steps}].`,
    );
  }
  const sizes = startIndices.map((start, axis) => (limitIndices[axis] as number) - start);
  const part = tf.slice(from, [...startIndices], sizes);
  return steps.reduce((y, step, axis) => (step === 1 ? y : everyNth(y, axis, step)), part);
}

/** The part of one axis from `startIndex` up to `limitIndex` (null for the end), negative ones counted from the end. */
export function sliceInDim(
  x: ArrayLike,
  startIndex: number | null,
  limitIndex: number | null,
  stride = 1,
  axis = 0,
): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('lax.sliceInDim', axis, from.rank);
  const length = from.shape[along] as number;
  const place = (index: number) => Math.min(Math.max(index < 0 ? index + length : index, 0), length);
  const [start, limit] = [place(startIndex ?? 0), place(limitIndex ?? length)];
  return slice(
    from,
    from.shape.map((_, i) => (i === along ? start : 0)),
    from.shape.map((n, i) => (i === along ? Math.max(start, limit) : n)),
    from.shape.map((_, i) => (i === along ? stride : 1)),
  );
}

/** The elements at one place of an axis, which stays with size 1, or goes with `keepdims` false. */
export function indexInDim(x: ArrayLike, index: number, axis = 0, keepdims = true): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('lax.indexInDim', axis, from.rank);
  const length = from.shape[along] as number;
  if (!Number.isInteger(index) || index < -length || index >= length) {
    throw new ShapeError(`lax.indexInDim: there is no place ${index} in axis ${along} of ${describe(from)}.`);
  }
  const place = index < 0 ? index + length : index;
  const found = sliceInDim(from, place, place + 1, 1, along);
  return keepdims ? found : squeeze(found, along);
}

/** The array with the order along the given axes reversed. */
export function rev(x: ArrayLike, dimensions: readonly number[]): tf.Tensor {
  return flip(x, dimensions);
}

/**
 * The array with `[low, high, interior]` more elements before, after and between the elements of each axis; negative
 * numbers of the first two cut off. Throws if there is not one triple for each axis.
 */
export function pad(
  x: ArrayLike,
  paddingValue: ArrayLike,
  paddingConfig: readonly (readonly [low: number, high: number, interior: number])[],
): tf.Tensor {
  const from = asNumeric(x);
  const value = asarray(paddingValue, from.dtype as DType);
  const whole = paddingConfig.every(
    ([low, high, interior]) => [low, high, interior].every(Number.isInteger) && interior >= 0,
  );
  if (paddingConfig.length !== from.rank || value.rank !== 0 || !whole) {
    throw new ShapeError(
      `lax.pad: expected a scalar and [low, high, interior] for each axis of ${describe(from)}; got ${describe(value)} ` +
        `and ${JSON.stringify(paddingConfig)}.`,
    );
  }
  return paddingConfig.reduce((y, [low, high, interior], axis) => {
    const spread = interior === 0 ? y : dilated(y, axis, interior, value);
    return padAxis(spread, axis, low, high, value);
  }, from);
}

function filled(like: tf.Tensor, axis: number, count: number, value: tf.Tensor): tf.Tensor {
  return tf.broadcastTo(value, like.shape.with(axis, count));
}

function padAxis(x: tf.Tensor, axis: number, low: number, high: number, value: tf.Tensor): tf.Tensor {
  const parts = [
    ...(low > 0 ? [filled(x, axis, low, value)] : []),
    x,
    ...(high > 0 ? [filled(x, axis, high, value)] : []),
  ];
  const whole = parts.length === 1 ? x : tf.concat(parts, axis);
  if (low >= 0 && high >= 0) return whole;
  const length = whole.shape[axis] as number;
  const start = Math.max(0, -low);
  return tf.slice(
    whole,
    whole.shape.map((_, i) => (i === axis ? start : 0)),
    whole.shape.map((n, i) => (i === axis ? length - start - Math.max(0, -high) : n)),
  );
}

/** Puts `interior` values between neighbours of an axis. */
function dilated(x: tf.Tensor, axis: number, interior: number, value: tf.Tensor): tf.Tensor {
  const length = x.shape[axis] as number;
  if (length === 0) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const rows = reshape(x, [...before, length, 1, ...after]);
  const spread = reshape(padAxis(rows, axis + 1, 0, interior, value), [...before, length * (interior + 1), ...after]);
  return padAxis(spread, axis, 0, -interior, value);
}
