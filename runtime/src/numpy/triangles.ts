/** Diagonals and triangles of matrices. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, bool, type DType, describe, float32, int32, normalizeAxes } from './array';
import { take } from './indexing';
import { where } from './logic';
import { moveaxis, ravel, reshape } from './manipulation';
import { sum } from './reductions';

/** The flat places of a diagonal in a matrix. */
function diagonalPlaces(rows: number, columns: number, offset: number): number[] {
  const count = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  return Array.from({ length: count }, (_, i) => (i + Math.max(-offset, 0)) * columns + i + Math.max(offset, 0));
}

/**
 * The elements of the matrices in two axes whose column is their row plus `offset`; they become the last axis. Throws if
 * the array has fewer than two axes.
 */
export function diagonal(x: ArrayLike, offset = 0, axis1 = 0, axis2 = 1): tf.Tensor {
  const from = asarray(x);
  if (from.rank < 2)
    throw new ShapeError(`jnp.diagonal: expected an array with at least 2 axes, got ${describe(from)}.`);
  const last = moveaxis(from, normalizeAxes('jnp.diagonal', [axis1, axis2], from.rank), [-2, -1]);
  const [rows = 1, columns = 1] = last.shape.slice(-2);
  const flat = reshape(last, [...last.shape.slice(0, -2), rows * columns]);
  return take(flat, asarray(diagonalPlaces(rows, columns, offset), int32), -1);
}

/** The sum of a diagonal. */
export function trace(x: ArrayLike, offset = 0, axis1 = 0, axis2 = 1): tf.Tensor {
  return sum(diagonal(x, offset, axis1, axis2), -1);
}

/** A matrix with the vector on its `k`-th diagonal and 0 elsewhere; of a matrix its `k`-th diagonal. */
export function diag(x: ArrayLike, k = 0): tf.Tensor {
  const from = asarray(x);
  if (from.rank === 2) return diagonal(from, k);
  if (from.rank !== 1) throw new ShapeError(`jnp.diag: expected a vector or a matrix, got ${describe(from)}.`);
  const size = (from.shape[0] as number) + Math.abs(k);
  const indices = diagonalPlaces(size, size, k).map((place) => [place]);
  if (indices.length === 0) return tf.zeros([size, size], from.dtype);
  return reshape(tf.scatterND(tf.tensor(indices, [indices.length, 1], int32), from, [size * size]), [size, size]);
}

/** A matrix with the flattened array on its `k`-th diagonal. */
export function diagflat(x: ArrayLike, k = 0): tf.Tensor {
  return diag(ravel(x), k);
}

/** The row and column of the main diagonal's elements, for each of `ndim` axes: int32[n]. */
export function diagIndices(n: number, ndim = 2): tf.Tensor[] {
  return Array.from({ length: ndim }, () => tf.range(0, n, 1, int32));
}

/** Ones on and below the `k`-th diagonal: `[n, m]`; square by default. */
export function tri(n: number, m = n, k = 0, dtype: DType = float32): tf.Tensor {
  const rows = tf.range(0, n, 1, int32);
  const columns = tf.range(0, m, 1, int32);
  const last = tf.add(reshape(rows, [n, 1]), tf.scalar(k, int32));
  return asarray(tf.greaterEqual(last, reshape(columns, [1, m])), dtype);
}

/** The lower triangles of matrices (the last two axes): 0 above the `k`-th diagonal. */
export function tril(x: ArrayLike, k = 0): tf.Tensor {
  const from = matrices('tril', x);
  const [rows, columns] = from.shape.slice(-2) as [number, number];
  return where(tri(rows, columns, k, bool), from, tf.zerosLike(from));
}

/** The upper triangles of matrices (the last two axes): 0 below the `k`-th diagonal. */
export function triu(x: ArrayLike, k = 0): tf.Tensor {
  const from = matrices('triu', x);
  const [rows, columns] = from.shape.slice(-2) as [number, number];
  return where(tri(rows, columns, k - 1, bool), tf.zerosLike(from), from);
}

function matrices(name: string, x: ArrayLike): tf.Tensor {
  const from = asarray(x);
  if (from.rank < 2)
    throw new ShapeError(`jnp.${name}: expected an array with at least 2 axes, got ${describe(from)}.`);
  return from;
}

/** The rows and columns, int32, of the elements on and below the `k`-th diagonal of an `n` by `m` matrix. */
export function trilIndices(n: number, k = 0, m = n): [rows: tf.Tensor, columns: tf.Tensor] {
  return places(n, m, (row, column) => column - row <= k);
}

/** The rows and columns, int32, of the elements on and above the `k`-th diagonal of an `n` by `m` matrix. */
export function triuIndices(n: number, k = 0, m = n): [rows: tf.Tensor, columns: tf.Tensor] {
  return places(n, m, (row, column) => column - row >= k);
}

function places(n: number, m: number, holds: (row: number, column: number) => boolean): [tf.Tensor, tf.Tensor] {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < m; column++) {
      if (!holds(row, column)) continue;
      rows.push(row);
      columns.push(column);
    }
  }
  return [asarray(rows, int32), asarray(columns, int32)];
}
