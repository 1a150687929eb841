/** Products of vectors, and of matrices with all of another. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asNumeric, describe, normalizeAxis, promoted } from './array';
import { conj } from './complexNumbers';
import { multiply, subtract } from './elementwise';
import { moveaxis, ravel, reshape } from './manipulation';
import { dot, tensordot } from './products';

/** The sum of the products of all elements of two arrays, flat; a complex `a` is conjugated. */
export function vdot(a: ArrayLike, b: ArrayLike): tf.Tensor {
  return dot(ravel(conj(a)), ravel(b));
}

/** The sums of products over the last axes of both; scalars multiply. */
export function inner(a: ArrayLike, b: ArrayLike): tf.Tensor {
  const [x, y] = [asarray(a), asarray(b)];
  return x.rank === 0 || y.rank === 0 ? multiply(x, y) : tensordot(x, y, [-1, -1]);
}

/** The product of each element of `a` with all of `b` in its place: axis sizes multiply. */
export function kron(a: ArrayLike, b: ArrayLike): tf.Tensor {
  const [x, y] = promoted([asNumeric(a), asNumeric(b)]) as [tf.Tensor, tf.Tensor];
  const rank = Math.max(x.rank, y.rank);
  const [ofX, ofY] = [x, y].map(({ shape }) => [...Array<number>(rank - shape.length).fill(1), ...shape]) as [
    number[],
    number[],
  ];
  const left = ofX.flatMap((n) => [n, 1]);
  const right = ofY.flatMap((n) => [1, n]);
  return reshape(
    multiply(reshape(x, left), reshape(y, right)),
    ofX.map((n, i) => n * (ofY[i] as number)),
  );
}

export interface CrossOptions {
  /** The axis of the vectors in all arrays; in place of the others. */
  axis?: number;
  /** The axis of the vectors in `a`. Default the last. */
  axisa?: number;
  /** The axis of the vectors in `b`. Default the last. */
  axisb?: number;
  /** The axis of the vectors in the result. Default the last. */
  axisc?: number;
}

/**
 * The cross products of vectors with 2 or 3 elements; with 2 and 2 only the third element, without its axis. Throws if
 * vectors have others.
 */
export function cross(a: ArrayLike, b: ArrayLike, options: CrossOptions = {}): tf.Tensor {
  const { axisa = options.axis ?? -1, axisb = options.axis ?? -1, axisc = options.axis ?? -1 } = options;
  const [x, y] = promoted([asNumeric(a), asNumeric(b)]) as [tf.Tensor, tf.Tensor];
  const [left, right] = [moveaxis(x, axisa, -1), moveaxis(y, axisb, -1)];
  const [m, n] = [left.shape.at(-1) as number, right.shape.at(-1) as number];
  if (![m, n].every((size) => size === 2 || size === 3)) {
    throw new ShapeError(`jnp.cross: vectors have 2 or 3 elements; got ${describe(x)} and ${describe(y)}.`);
  }
  const [u, v] = [tf.unstack(left, -1), tf.unstack(right, -1)];
  const product = (p: readonly tf.Tensor[], i: number, q: readonly tf.Tensor[], k: number) =>
    p[i] === undefined || q[k] === undefined ? undefined : multiply(p[i] as tf.Tensor, q[k] as tf.Tensor);
  const difference = (p: tf.Tensor | undefined, q: tf.Tensor | undefined): tf.Tensor => {
    if (p === undefined) return tf.neg(q as tf.Tensor);
    return q === undefined ? p : subtract(p, q);
  };
  const third = difference(product(u, 0, v, 1), product(u, 1, v, 0));
  if (m === 2 && n === 2) return third;
  const first = difference(product(u, 1, v, 2), product(u, 2, v, 1));
  const second = difference(product(u, 2, v, 0), product(u, 0, v, 2));
  const vectors = tf.stack([first, second, third], third.rank);
  return moveaxis(vectors, -1, normalizeAxis('jnp.cross', axisc, vectors.rank));
}
