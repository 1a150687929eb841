/** Sizes of vectors and matrices. */
import * as tf from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import { type ArrayLike, asarray, asNumeric, complex64, describe, float32, normalizeAxes } from '../array';
import { moveaxis, reshape } from '../manipulation';
import { type Axis, max, min, sum } from '../reductions';
import { svd } from './decompositions';
import { inv } from './equations';
import { matrices, squareMatrices } from './matrices';

/**
 * Which norm. Of vectors: a number p for the p-th root of the sum of p-th powers (2 by default), infinities for the
 * largest and the least size, 0 for how many are not 0. Of matrices: 'fro' (default) the root of all squares' sum, 'nuc'
 * the sum of singular values, 2 and -2 the largest and the least of them, 1, -1 and the infinities those of sums along
 * columns and rows.
 */
export type NormOrder = number | 'fro' | 'nuc';

export interface NormOptions {
  /** Whether reduced axes stay, with size 1. */
  keepdims?: boolean;
}

/**
 * The norms of the vectors in one axis, of the matrices in two, or of the whole array. Throws for an order that does not
 * exist, and for an array with more than two axes if there is an order and no axis.
 */
export function norm(
  x: ArrayLike,
  ord?: NormOrder | null,
  axis?: Axis,
  { keepdims = false }: NormOptions = {},
): tf.Tensor {
  const numeric = asNumeric(x);
  const from = numeric.dtype === complex64 ? tf.abs(numeric) : asarray(numeric, float32);
  if (axis === undefined && (ord ?? null) === null) return euclidean(from, undefined, keepdims);
  const axes = normalizeAxes('jnp.linalg.norm', axis, from.rank);
  if (axes.length === 1) return ofVectors(from, ord ?? 2, axes, keepdims);
  if (axes.length === 2) return ofMatrices(from, ord ?? 'fro', axes as [number, number], keepdims);
  throw new ShapeError(
    `jnp.linalg.norm: expected one axis for vectors or two for matrices, got ${axes.length} axes of ${describe(from)}.`,
  );
}

function euclidean(x: tf.Tensor, axes: number[] | undefined, keepdims: boolean): tf.Tensor {
  return tf.sqrt(sum(tf.square(x), axes, { keepdims }));
}

function ofVectors(x: tf.Tensor, ord: NormOrder, axes: number[], keepdims: boolean): tf.Tensor {
  if (typeof ord !== 'number') {
    throw new TypeError(`jnp.linalg.norm: '${ord}' is a norm of matrices; give vectors a number.`);
  }
  const sizes = tf.abs(x);
  if (ord === 2) return euclidean(x, axes, keepdims);
  if (ord === Number.POSITIVE_INFINITY) return max(sizes, axes, { keepdims });
  if (ord === Number.NEGATIVE_INFINITY) return min(sizes, axes, { keepdims });
  if (ord === 0) return asarray(sum(tf.notEqual(x, 0), axes, { keepdims }), float32);
  if (ord === 1) return sum(sizes, axes, { keepdims });
  return tf.pow(sum(tf.pow(sizes, ord), axes, { keepdims }), 1 / ord);
}

function ofMatrices(x: tf.Tensor, ord: NormOrder, axes: [number, number], keepdims: boolean): tf.Tensor {
  const keep = (found: tf.Tensor) =>
    keepdims
      ? reshape(
          found,
          x.shape.map((n, i) => (axes.includes(i) ? 1 : n)),
        )
      : found;
  const [rows, columns] = axes;
  const sums = (axis: number) => sum(tf.abs(x), axis, { keepdims: true });
  const singular = () => svd(moveaxis(x, axes, [-2, -1]), { computeUv: false });
  switch (ord) {
    case 'fro':
      return euclidean(x, axes, keepdims);
    case 'nuc':
      return keep(sum(singular(), -1));
    case 1:
      return max(sums(rows), axes, { keepdims });
    case -1:
      return min(sums(rows), axes, { keepdims });
    case Number.POSITIVE_INFINITY:
      return max(sums(columns), axes, { keepdims });
    case Number.NEGATIVE_INFINITY:
      return min(sums(columns), axes, { keepdims });
    case 2:
      return keep(max(singular(), -1));
    case -2:
      return keep(min(singular(), -1));
    default:
      throw new TypeError(
        `jnp.linalg.norm: the order of a matrix norm is 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity; got ${ord}.`,
      );
  }
}

/** How much a matrix may enlarge relative errors: its norm times its inverse's; by default of singular values. */
export function cond(x: ArrayLike, p?: NormOrder): tf.Tensor {
  if (p === undefined || p === 2 || p === -2) {
    const s = svd(matrices('cond', x), { computeUv: false });
    const [largest, least] = [max(s, -1), min(s, -1)];
    return p === -2 ? tf.div(least, largest) : tf.div(largest, least);
  }
  const square = squareMatrices('cond', x);
  return tf.mul(norm(square, p, [-2, -1]), norm(inv(square), p, [-2, -1]));
}
