/** Running sums and products, and the differences of neighbours. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asFloat, asNumeric, describe, normalizeAxes, normalizeAxis } from './array';
import { concatenate, ravel } from './manipulation';
import { type Doubling, doubling } from './scans';

/** Along an axis, or in the flat array. */
const running =
  (name: string, op: (x: tf.Tensor, axis: number) => tf.Tensor) =>
  (x: ArrayLike, axis?: number): tf.Tensor => {
    const from = asNumeric(x);
    const source = axis === undefined ? ravel(from) : from;
    return op(source, normalizeAxis(`jnp.${name}`, axis ?? 0, source.rank));
  };

const PRODUCTS: Doubling = { op: tf.mul, neutral: 1 };

/** The sums of the elements up to each, along an axis or in the flat array; bools count as int32. */
export const cumsum = running('cumsum', (x, axis) => tf.cumsum(x, axis));
/** The products of the elements up to each, along an axis or in the flat array; bools count as int32. */
export const cumprod = running('cumprod', (x, axis) => doubling(x, axis, PRODUCTS));
/** The products of the elements up to each, along an axis or in the flat array; bools count as int32. */
export const cumproduct = cumprod;

/** A part of one axis. */
function part(x: tf.Tensor, axis: number, from: number, to: number): tf.Tensor {
  return tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? from : 0)),
    x.shape.map((n, i) => (i === axis ? to - from : n)),
  );
}

/** Each element minus the one before it along an axis, `n` times over. */
export function diff(x: ArrayLike, n = 1, axis = -1): tf.Tensor {
  const from = asarray(x);
  const along = normalizeAxis('jnp.diff', axis, from.rank);
  let found = from;
  for (let i = 0; i < n; i++) {
    const length = found.shape[along] as number;
    if (length === 0) break;
    const [later, earlier] = [part(found, along, 1, length), part(found, along, 0, length - 1)];
    found = found.dtype === 'bool' ? tf.notEqual(later, earlier) : tf.sub(later, earlier);
  }
  return found;
}

/** The differences of neighbours in the flat array, with more before and after them. */
export function ediff1d(x: ArrayLike, toEnd?: ArrayLike, toBegin?: ArrayLike): tf.Tensor {
  const differences = diff(ravel(asNumeric(x)));
  const parts = [
    ...(toBegin === undefined ? [] : [ravel(toBegin)]),
    differences,
    ...(toEnd === undefined ? [] : [ravel(toEnd)]),
  ];
  return concatenate(parts);
}

/**
 * The slope at each element along the axes: half the difference of its neighbours, at the ends the difference to the
 * only one. `spacing` is the distance of elements. One tensor for one axis, else an array of them. Throws if an axis has
 * fewer than two elements.
 */
export function gradient(
  x: ArrayLike,
  spacing: number | readonly number[] = 1,
  axis?: number | readonly number[],
): tf.Tensor | tf.Tensor[] {
  const from = asFloat(x);
  const axes = normalizeAxes('jnp.gradient', axis, from.rank);
  const distances = typeof spacing === 'number' ? axes.map(() => spacing) : spacing;
  if (distances.length !== axes.length) {
    throw new ShapeError(`jnp.gradient: ${distances.length} spacings for ${axes.length} axes of ${describe(from)}.`);
  }
  const slopes = axes.map((along, i) => tf.div(slope(from, along), distances[i] as number));
  return slopes.length === 1 ? (slopes[0] as tf.Tensor) : slopes;
}

function slope(x: tf.Tensor, axis: number): tf.Tensor {
  const n = x.shape[axis] as number;
  if (n < 2) {
    throw new ShapeError(`jnp.gradient: axis ${axis} of ${describe(x)} should have at least 2 elements.`);
  }
  const difference = (to: number, from: number, count = 1) =>
    tf.sub(part(x, axis, to, to + count), part(x, axis, from, from + count));
  const inner = n > 2 ? [tf.mul(difference(2, 0, n - 2), 0.5)] : [];
  return tf.concat([difference(1, 0), ...inner, difference(n - 1, n - 2)], axis);
}
