/** Order. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asNumeric, describe } from '../numpy/array';
import { argsort, sort as sortOf, takeAlongAxis } from '../numpy/indexing';
import { stopGradient } from '../transforms/stopGradient';

/** The array sorted along an axis in ascending order. */
export function sort(x: ArrayLike, dimension = -1): tf.Tensor {
  return sortOf(x, dimension);
}

/** Keys sorted along an axis, and the values in the order of their keys. Throws if the shapes differ. */
export function sortKeyVal(keys: ArrayLike, values: ArrayLike, dimension = -1): [keys: tf.Tensor, values: tf.Tensor] {
  const [k, v] = [asarray(keys), asarray(values)];
  if (!tf.util.arraysEqual(k.shape, v.shape)) {
    throw new ShapeError(
      `lax.sortKeyVal: keys and values should have one shape, got ${describe(k)} and ${describe(v)}.`,
    );
  }
  const order = argsort(k, dimension);
  return [takeAlongAxis(k, order, dimension), takeAlongAxis(v, order, dimension)];
}

/** The `k` largest elements of the last axis in descending order, and their places, int32. Throws if there are fewer. */
export function topK(x: ArrayLike, k: number): [values: tf.Tensor, indices: tf.Tensor] {
  const from = asNumeric(x);
  const length = from.shape.at(-1);
  if (length === undefined || !Number.isInteger(k) || k < 0 || k > length) {
    throw new ShapeError(
      `lax.topK: expected 0 to ${length ?? 0} elements of the last axis of ${describe(from)}, got ${k}.`,
    );
  }
  const { indices } = tf.topk(stopGradient(from), k, true);
  return [takeAlongAxis(from, indices, -1), indices];
}
