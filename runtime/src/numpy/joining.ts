/** Arrays side by side, on top of each other, and apart again. */
import type * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, describe, normalizeAxis } from './array';
import { concatenate, ravel, reshape, split, transpose } from './manipulation';

/** The array with at least one axis. */
export function atleast1d(x: ArrayLike): tf.Tensor {
  const from = asarray(x);
  return from.rank >= 1 ? from : reshape(from, [1]);
}

/** The array with at least two axes; a vector becomes a row. */
export function atleast2d(x: ArrayLike): tf.Tensor {
  const from = asarray(x);
  return from.rank >= 2 ? from : reshape(from, [1, -1]);
}

/** The array with at least three axes; a vector `[n]` becomes `[1, n, 1]`, a matrix `[m, n, 1]`. */
export function atleast3d(x: ArrayLike): tf.Tensor {
  const from = asarray(x);
  if (from.rank >= 3) return from;
  return reshape(from, from.rank === 2 ? [...from.shape, 1] : [1, -1, 1]);
}

/** The arrays on top of each other, along the first axis; vectors are rows. */
export function vstack(xs: readonly ArrayLike[]): tf.Tensor {
  return concatenate(xs.map(atleast2d), 0);
}

/** The arrays on top of each other, along the first axis; vectors are rows. */
export const rowStack = vstack;

/** The arrays side by side, along the second axis; vectors one after the other. */
export function hstack(xs: readonly ArrayLike[]): tf.Tensor {
  const parts = xs.map(atleast1d);
  return concatenate(parts, parts[0]?.rank === 1 ? 0 : 1);
}

/** The arrays behind each other, along the third axis. */
export function dstack(xs: readonly ArrayLike[]): tf.Tensor {
  return concatenate(xs.map(atleast3d), 2);
}

/** The arrays side by side, vectors as columns. */
export function columnStack(xs: readonly ArrayLike[]): tf.Tensor {
  const columns = xs.map((x) => {
    const from = asarray(x);
    return from.rank >= 2 ? from : transpose(atleast2d(from));
  });
  return concatenate(columns, 1);
}

/** The second array after the first: along an axis they have, or of both flat. */
export function append(x: ArrayLike, values: ArrayLike, axis?: number): tf.Tensor {
  return axis === undefined ? concatenate([ravel(x), ravel(values)]) : concatenate([x, values], axis);
}

/** Nested arrays of blocks, the innermost side by side (along the last axis), the next on top of each other, …. */
type Blocks = tf.Tensor | number | readonly Blocks[];

/** One array made of nested arrays of blocks: `block([[a, b], [c, d]])`. */
export function block(blocks: Blocks): tf.Tensor {
  const join = (item: Blocks): [joined: tf.Tensor, depth: number] => {
    if (!Array.isArray(item)) return [asarray(item as tf.Tensor | number), 0];
    if (item.length === 0) throw new ShapeError('jnp.block: an array of blocks is empty.');
    const parts = item.map(join);
    const depth = 1 + Math.max(...parts.map(([, inner]) => inner));
    const rank = Math.max(depth, ...parts.map(([part]) => part.rank));
    const alike = parts.map(([part]) => reshape(part, [...Array<number>(rank - part.rank).fill(1), ...part.shape]));
    return [concatenate(alike, -depth), depth];
  };
  return join(blocks)[0];
}

/** The array in so many parts along an axis, the first ones larger by 1 where it does not divide; or cut at indices. */
export function arraySplit(x: ArrayLike, indicesOrSections: number | readonly number[], axis = 0): tf.Tensor[] {
  if (typeof indicesOrSections !== 'number') return split(x, indicesOrSections, axis);
  const from = asarray(x);
  const total = from.shape[normalizeAxis('jnp.arraySplit', axis, from.rank)] as number;
  const [size, larger] = [Math.floor(total / indicesOrSections), total % indicesOrSections];
  const cuts = Array.from({ length: indicesOrSections - 1 }, (_, i) => (i + 1) * size + Math.min(i + 1, larger));
  return split(from, cuts, axis);
}

const alongAxis =
  (name: string, axis: number) =>
  (x: ArrayLike, indicesOrSections: number | readonly number[]): tf.Tensor[] => {
    const from = asarray(x);
    if (from.rank <= axis) {
      throw new ShapeError(`jnp.${name}: expected an array with at least ${axis + 1} axes, got ${describe(from)}.`);
    }
    return split(from, indicesOrSections, axis);
  };

/** The array in parts along its first axis: as many equal ones, or cut at the given indices. */
export const vsplit = alongAxis('vsplit', 0);
/** The array in parts along its third axis: as many equal ones, or cut at the given indices. */
export const dsplit = alongAxis('dsplit', 2);

/** The array in parts along its second axis (the only one of a vector): as many equal ones, or cut at the indices. */
export function hsplit(x: ArrayLike, indicesOrSections: number | readonly number[]): tf.Tensor[] {
  return split(x, indicesOrSections, asarray(x).rank === 1 ? 0 : 1);
}
