/** Products of vectors, matrices and tensors. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asNumeric, describe, normalizeAxes, promoted } from './array';
import { multiply } from './elementwise';
import { ravel, reshape, transpose } from './manipulation';

/** The operands in a common dtype that TensorFlow multiplies matrices of. */
function operands(a: ArrayLike, b: ArrayLike): [tf.Tensor, tf.Tensor] {
  return promoted([asNumeric(asarray(a)), asNumeric(asarray(b))]) as [tf.Tensor, tf.Tensor];
}

/**
 * The sum over the last axis of `a` and the next-to-last of `b` (the only one of a vector); scalars multiply. Throws
 * where these sizes differ.
 */
export function dot(a: ArrayLike, b: ArrayLike): tf.Tensor {
  const [x, y] = operands(a, b);
  if (x.rank === 0 || y.rank === 0) return multiply(x, y);
  return contract('jnp.dot', x, y, [x.rank - 1], [Math.max(0, y.rank - 2)]);
}

/** The matrix product of the last two axes; the axes before them broadcast. Vectors are taken as rows or columns. */
export function matmul(a: ArrayLike, b: ArrayLike): tf.Tensor {
  const [x, y] = operands(a, b);
  if (x.rank === 0 || y.rank === 0) throw new ShapeError('jnp.matmul: a scalar has no axis to sum over.');
  // With a plain matrix on the right, all leading axes of the left are rows of one product.
  if (x.rank === 1 || y.rank <= 2) return contract('jnp.matmul', x, y, [x.rank - 1], [Math.max(0, y.rank - 2)]);
  checkInner('jnp.matmul', x, y, [x.rank - 1], [y.rank - 2]);
  return tf.matMul(x, y);
}

/** The sum over the given axes of both: as many last axes of `a` and first of `b`, or `[axesOfA, axesOfB]`. */
export function tensordot(
  a: ArrayLike,
  b: ArrayLike,
  axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
): tf.Tensor {
  const [x, y] = operands(a, b);
  if (typeof axes === 'number') {
    const count = Array.from({ length: axes }, (_, i) => i);
    const last = normalizeAxes(
      'jnp.tensordot',
      count.map((i) => x.rank - axes + i),
      x.rank,
    );
    return contract('jnp.tensordot', x, y, last, normalizeAxes('jnp.tensordot', count, y.rank));
  }
  const ofX = normalizeAxes('jnp.tensordot', axes[0], x.rank);
  return contract('jnp.tensordot', x, y, ofX, normalizeAxes('jnp.tensordot', axes[1], y.rank));
}

/** The products of all pairs of elements of two flat arrays: `[a.size, b.size]`. */
export function outer(a: ArrayLike, b: ArrayLike): tf.Tensor {
  return multiply(reshape(a, [-1, 1]), ravel(b));
}

/** Sums over pairs of axes with one matrix product; the result has the other axes of `a`, then those of `b`. */
function contract(caller: string, a: tf.Tensor, b: tf.Tensor, axesA: number[], axesB: number[]): tf.Tensor {
  checkInner(caller, a, b, axesA, axesB);
  const freeA = a.shape.map((_, i) => i).filter((i) => !axesA.includes(i));
  const freeB = b.shape.map((_, i) => i).filter((i) => !axesB.includes(i));
  const inner = axesA.reduce((product, i) => product * (a.shape[i] as number), 1);
  const sizes = (x: tf.Tensor, axes: number[]) => axes.map((i) => x.shape[i] as number);
  const count = (shape: number[]) => shape.reduce((product, n) => product * n, 1);
  const left = reshape(transpose(a, [...freeA, ...axesA]), [count(sizes(a, freeA)), inner]);
  const right = reshape(transpose(b, [...axesB, ...freeB]), [inner, count(sizes(b, freeB))]);
  return reshape(tf.matMul(left, right), [...sizes(a, freeA), ...sizes(b, freeB)]);
}

function checkInner(caller: string, a: tf.Tensor, b: tf.Tensor, axesA: number[], axesB: number[]): void {
  if (axesA.length !== axesB.length) {
    throw new ShapeError(`${caller}: ${axesA.length} axes of the first array and ${axesB.length} of the second.`);
  }
  const place = axesA.findIndex((axis, i) => a.shape[axis] !== b.shape[axesB[i] as number]);
  if (place < 0) return;
  const [axisA, axisB] = [axesA[place] as number, axesB[place] as number];
  throw new ShapeError(
    `${caller}: the inner sizes differ: axis ${axisA} of ${describe(a)} has size ${a.shape[axisA]}, ` +
      `but axis ${axisB} of ${describe(b)} has size ${b.shape[axisB]}.`,
  );
}
