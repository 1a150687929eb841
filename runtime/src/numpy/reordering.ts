/** Elements in another order along axes. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asInteger, describe, int32, normalizeAxes, normalizeAxis } from './array';
import { take } from './indexing';
import { flip, moveaxis, ravel, reshape, transpose } from './manipulation';

/** The array with the order of its rows reversed. */
export function flipud(x: ArrayLike): tf.Tensor {
  return flip(x, 0);
}

/** The array with the order of its columns reversed. */
export function fliplr(x: ArrayLike): tf.Tensor {
  return flip(x, 1);
}

/** The array turned by 90 degrees `k` times, in the plane of two axes, from the first towards the second. */
export function rot90(x: ArrayLike, k = 1, axes: readonly [number, number] = [0, 1]): tf.Tensor {
  const from = asarray(x);
  const [first = 0, second = 1] = normalizeAxes('jnp.rot90', axes, from.rank);
  const order = from.shape.map((_, i) => (i === first ? second : i === second ? first : i));
  switch (((k % 4) + 4) % 4) {
    case 1:
      return flip(transpose(from, order), first);
    case 2:
      return flip(from, [first, second]);
    case 3:
      return flip(transpose(from, order), second);
    default:
      return from;
  }
}

/** The array with an axis moved before another one (at `start`); `moveaxis` is clearer. */
export function rollaxis(x: ArrayLike, axis: number, start = 0): tf.Tensor {
  const from = asarray(x);
  const source = normalizeAxis('jnp.rollaxis', axis, from.rank);
  if (start < -from.rank || start > from.rank) {
    throw new ShapeError(`jnp.rollaxis: start ${start} is not between -${from.rank} and ${from.rank}.`);
  }
  const target = start < 0 ? start + from.rank : start;
  return moveaxis(from, source, target > source ? target - 1 : target);
}

/**
 * The array with its elements moved on by `shift` along the axes, those at the end to the start; the flat array by
 * default. A shift may be an int32 tensor, whose value is not read.
 */
export function roll(
  x: ArrayLike,
  shift: number | tf.Tensor | readonly (number | tf.Tensor)[],
  axis?: number | readonly number[],
): tf.Tensor {
  const from = asarray(x);
  if (axis === undefined) return reshape(roll(ravel(from), shift, 0), from.shape);
  const axes = (typeof axis === 'number' ? [axis] : axis).map((item) => normalizeAxis('jnp.roll', item, from.rank));
  const shifts = Array.isArray(shift) ? (shift as (number | tf.Tensor)[]) : axes.map(() => shift as number | tf.Tensor);
  const ofEach = shifts.length === 1 ? axes.map(() => shifts[0] as number | tf.Tensor) : shifts;
  const along = axes.length === 1 ? ofEach.map(() => axes[0] as number) : axes;
  if (ofEach.length !== along.length) {
    throw new ShapeError(`jnp.roll: ${ofEach.length} shifts for ${along.length} axes of ${describe(from)}.`);
  }
  return along.reduce((rolled, i, k) => rollAxis(rolled, ofEach[k] as number | tf.Tensor, i), from);
}

function rollAxis(x: tf.Tensor, shift: number | tf.Tensor, axis: number): tf.Tensor {
  const length = x.shape[axis] as number;
  if (length === 0) return x;
  const places = tf.range(0, length, 1, int32);
  const moved = tf.sub(places, asarray(asInteger('jnp.roll', shift), int32));
  return take(x, tf.mod(moved, tf.scalar(length, int32)), axis);
}
