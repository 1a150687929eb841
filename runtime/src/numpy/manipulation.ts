/** Rearranging arrays: the values stay, the axes change. */
import * as tf from '#tfjs';
import { broadcastShapes } from '../bindings/rules/makers';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, describe, normalizeAxes, normalizeAxis, promoted } from './array';
import { arrayOf, arraysOf, sizesOf } from './shapes';

/** The array with another shape; one size may be -1, which is worked out. Throws if the sizes do not fit. */
export function reshape(x: ArrayLike, shape: number | readonly number[]): tf.Tensor {
  const from = asarray(x);
  const sizes = arrayOf('jnp.reshape', shape);
  const known = sizes.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const unknown = sizes.indexOf(-1);
  if (unknown >= 0) sizes[unknown] = known === 0 ? 0 : from.size / known;
  if (sizes.some((n) => !Number.isInteger(n) || n < 0) || known * (sizes[unknown] ?? 1) !== from.size) {
    throw new ShapeError(`jnp.reshape: ${describe(from)} has ${from.size} elements, which do not fit [${shape}].`);
  }
  return tf.util.arraysEqual(from.shape, sizes) ? from : tf.reshape(from, sizes);
}

/** The array as one axis. */
export function ravel(x: ArrayLike): tf.Tensor {
  return reshape(x, -1);
}

/** The array with its axes in the given order; by default reversed. */
export function transpose(x: ArrayLike, axes?: readonly number[]): tf.Tensor {
  const from = asarray(x);
  const order = normalizeAxes('jnp.transpose', axes ?? Array.from(from.shape, (_, i) => from.rank - 1 - i), from.rank);
  if (order.length !== from.rank) {
    throw new ShapeError(`jnp.transpose: [${axes}] should name each of the ${from.rank} axes of ${describe(from)}.`);
  }
  return order.every((axis, i) => axis === i) ? from : tf.transpose(from, order);
}

/** The array with two axes exchanged. */
export function swapaxes(x: ArrayLike, axis1: number, axis2: number): tf.Tensor {
  const from = asarray(x);
  const [a = 0, b = 0] = [axis1, axis2].map((axis) => normalizeAxis('jnp.swapaxes', axis, from.rank));
  return transpose(
    from,
    from.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

/** The array with axes moved to other places; the others keep their order. */
export function moveaxis(
  x: ArrayLike,
  source: number | readonly number[],
  destination: number | readonly number[],
): tf.Tensor {
  const from = asarray(x);
  const sources = normalizeAxes('jnp.moveaxis', source, from.rank);
  const destinations = normalizeAxes('jnp.moveaxis', destination, from.rank);
  if (sources.length !== destinations.length) {
    throw new ShapeError(`jnp.moveaxis: ${sources.length} axes cannot move to ${destinations.length} places.`);
  }
  const order = from.shape.map((_, i) => i).filter((axis) => !sources.includes(axis));
  const moves = destinations.map((to, i) => [to, sources[i] as number] as const).sort(([a], [b]) => a - b);
  for (const [to, axis] of moves) order.splice(to, 0, axis);
  return transpose(from, order);
}

/** The array with new axes of size 1 at the given places of the result. */
export function expandDims(x: ArrayLike, axis: number | readonly number[]): tf.Tensor {
  const from = asarray(x);
  const rank = from.rank + (typeof axis === 'number' ? 1 : axis.length);
  const added = normalizeAxes('jnp.expandDims', axis, rank);
  let next = 0;
  return reshape(
    from,
    Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : (from.shape[next++] as number))),
  );
}

/** The array without its axes of size 1, or without the given ones. Throws if one of these has another size. */
export function squeeze(x: ArrayLike, axis?: number | readonly number[]): tf.Tensor {
  const from = asarray(x);
  const removed = axis === undefined ? undefined : normalizeAxes('jnp.squeeze', axis, from.rank);
  const kept = removed?.find((i) => from.shape[i] !== 1);
  if (kept !== undefined) {
    throw new ShapeError(`jnp.squeeze: axis ${kept} of ${describe(from)} has size ${from.shape[kept]}, not 1.`);
  }
  return reshape(
    from,
    from.shape.filter((n, i) => (removed === undefined ? n !== 1 : !removed.includes(i))),
  );
}

/** The arrays one after the other along an axis they have. */
export function concatenate(xs: readonly ArrayLike[], axis = 0): tf.Tensor {
  const parts = promoted(arraysOf('jnp.concatenate', xs));
  const [first] = parts;
  if (first === undefined) throw new ShapeError('jnp.concatenate: at least one array is needed.');
  const along = normalizeAxis('jnp.concatenate', axis, first.rank);
  const fits = (part: tf.Tensor) =>
    part.rank === first.rank && part.shape.every((n, i) => i === along || n === first.shape[i]);
  const other = parts.find((part) => !fits(part));
  if (other !== undefined) {
    throw new ShapeError(
      `jnp.concatenate: apart from axis ${along} the shapes must agree: ${describe(first)} and ${describe(other)}.`,
    );
  }
  return parts.length === 1 ? first : tf.concat(parts, along);
}

/** The arrays, all of one shape, along a new axis. */
export function stack(xs: readonly ArrayLike[], axis = 0): tf.Tensor {
  const parts = promoted(arraysOf('jnp.stack', xs));
  const [first] = parts;
  if (first === undefined) throw new ShapeError('jnp.stack: at least one array is needed.');
  const other = parts.find((part) => !tf.util.arraysEqual(part.shape, first.shape));
  if (other !== undefined) {
    throw new ShapeError(`jnp.stack: the shapes must be equal: ${describe(first)} and ${describe(other)}.`);
  }
  return tf.stack(parts, normalizeAxis('jnp.stack', axis, first.rank + 1));
}

/** The array in parts along an axis: as many equal ones, or cut at the given indices. */
export function split(x: ArrayLike, indicesOrSections: number | readonly number[], axis = 0): tf.Tensor[] {
  const from = asarray(x);
  const along = normalizeAxis('jnp.split', axis, from.rank);
  const total = from.shape[along] as number;
  if (typeof indicesOrSections === 'number') {
    if (total % indicesOrSections !== 0) {
      throw new ShapeError(
        `jnp.split: axis ${along} of ${describe(from)} does not divide into ${indicesOrSections} equal parts.`,
      );
    }
    return indicesOrSections === 1 ? [from] : tf.split(from, indicesOrSections, along);
  }
  const cuts = [0, ...indicesOrSections.map((cut) => Math.min(cut < 0 ? cut + total : cut, total)), total];
  return tf.split(
    from,
    cuts.slice(1).map((cut, i) => Math.max(0, cut - (cuts[i] as number))),
    along,
  );
}

/** The array repeated as a whole, `reps` times along each axis. */
export function tile(x: ArrayLike, reps: number | readonly number[]): tf.Tensor {
  const from = asarray(x);
  const times = arrayOf('jnp.tile', reps);
  if (times.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(`jnp.tile: repetitions are whole numbers >= 0, got [${times.map(String).join(', ')}].`);
  }
  const rank = Math.max(from.rank, times.length);
  const padded = [...Array<number>(rank - times.length).fill(1), ...times];
  const source = reshape(from, [...Array<number>(rank - from.rank).fill(1), ...from.shape]);
  return rank === 0 ? source : tf.tile(source, padded);
}

/** The array copied along new axes and axes of size 1 until it has the shape. Throws if it does not fit. */
export function broadcastTo(x: ArrayLike, shape: number | readonly number[]): tf.Tensor {
  const from = asarray(x);
  const sizes = sizesOf('jnp.broadcastTo', shape);
  const extra = sizes.length - from.rank;
  if (extra < 0 || from.shape.some((n, i) => n !== 1 && n !== sizes[i + extra])) {
    throw new ShapeError(`jnp.broadcastTo: ${describe(from)} does not broadcast to [${sizes.join(', ')}].`);
  }
  return tf.util.arraysEqual(from.shape, sizes) ? from : tf.broadcastTo(from, sizes);
}

/** The arrays copied along axes until all have one shape. Throws if they do not broadcast. */
export function broadcastArrays(...xs: readonly ArrayLike[]): tf.Tensor[] {
  const arrays = xs.map((x) => asarray(x));
  const shape = arrays.reduce<number[] | undefined>((all, x) => all && broadcastShapes(all, x.shape), []);
  if (shape === undefined) {
    throw new ShapeError(`jnp.broadcastArrays: the shapes do not broadcast: ${arrays.map(describe).join(', ')}.`);
  }
  return arrays.map((x) => broadcastTo(x, shape));
}

/** The array with the order along the given axes reversed; along all by default. */
export function flip(x: ArrayLike, axis?: number | readonly number[]): tf.Tensor {
  const from = asarray(x);
  const axes = normalizeAxes('jnp.flip', axis, from.rank);
  return axes.length === 0 ? from : tf.reverse(from, axes);
}
