/** Making arrays, and the same elements in another shape. */
import * as tf from '#tfjs';
import { broadcastShapes as broadcastTwo } from '../bindings/rules/makers';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, bool, type DType, describe, int32, promoted } from '../numpy/array';
import * as creation from '../numpy/creation';
import * as manipulation from '../numpy/manipulation';

/** An array of the shape that holds `fillValue` everywhere; a number makes float32. */
export const full = creation.full;

/** An array that holds `fillValue` everywhere, of `x`'s shape and dtype unless others are given. */
export function fullLike(x: ArrayLike, fillValue: ArrayLike, dtype?: DType, shape?: readonly number[]): tf.Tensor {
  const like = asarray(x);
  return creation.full(shape ?? like.shape, fillValue, dtype ?? (like.dtype as DType));
}

/** Zeros of the shape and dtype of `x`. */
export const zerosLikeArray = (x: ArrayLike): tf.Tensor => creation.zerosLike(x);

/** 0, 1, … `size - 1`. */
export function iota(dtype: DType, size: number): tf.Tensor {
  return asarray(tf.range(0, size, 1, int32), dtype);
}

/** An array of the shape in which each element is its index along an axis. */
export function broadcastedIota(dtype: DType, shape: readonly number[], dimension: number): tf.Tensor {
  const along = shape.map((n, i) => (i === dimension ? n : 1));
  return manipulation.broadcastTo(manipulation.reshape(iota(dtype, shape[dimension] as number), along), shape);
}

/** The array copied along new first axes of the sizes. */
export function broadcast(x: ArrayLike, sizes: readonly number[]): tf.Tensor {
  const from = asarray(x);
  return manipulation.broadcastTo(from, [...sizes, ...from.shape]);
}

/** The array copied to the shape, its axis i being the result's axis `broadcastDimensions[i]`. Throws if it does not fit. */
export function broadcastInDim(
  x: ArrayLike,
  shape: readonly number[],
  broadcastDimensions: readonly number[],
): tf.Tensor {
  const from = asarray(x);
  const fits = broadcastDimensions.every((axis, i) => {
    const size = from.shape[i];
    return axis < shape.length && axis > (broadcastDimensions[i - 1] ?? -1) && (size === 1 || size === shape[axis]);
  });
  if (broadcastDimensions.length !== from.rank || !fits) {
    throw new ShapeError(
      `lax.broadcastInDim: the axes of ${describe(from)} do not fit the axes [${broadcastDimensions}] of [${shape}].`,
    );
  }
  const sizes = shape.map((_, i) => from.shape[broadcastDimensions.indexOf(i)] ?? 1);
  return manipulation.broadcastTo(manipulation.reshape(from, sizes), shape);
}

/** The shape that shapes broadcast to. Throws if they do not. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  return shapes.reduce<number[]>((all, shape) => {
    const both = broadcastTwo(all, shape);
    if (both !== undefined) return both;
    const given = shapes.map((each) => `[${each.join(', ')}]`).join(', ');
    throw new ShapeError(`lax.broadcastShapes: the shapes do not broadcast: ${given}.`);
  }, []);
}

/** The array with so many axes, new first ones of size 1. Throws if it has more. */
export function broadcastToRank(x: ArrayLike, rank: number): tf.Tensor {
  const from = asarray(x);
  if (from.rank > rank) throw new ShapeError(`lax.broadcastToRank: ${describe(from)} has more than ${rank} axes.`);
  return manipulation.reshape(from, [...new Array<number>(rank - from.rank).fill(1), ...from.shape]);
}

/** The array with its axes from `startDimension` up to but not including `stopDimension` as one. */
export function collapse(x: ArrayLike, startDimension: number, stopDimension: number): tf.Tensor {
  const from = asarray(x);
  const joined = from.shape.slice(startDimension, stopDimension).reduce((product, n) => product * n, 1);
  return manipulation.reshape(from, from.shape.toSpliced(startDimension, stopDimension - startDimension, joined));
}

/** The array with another shape, its axes first brought into the order of `dimensions`. */
export function reshape(x: ArrayLike, newSizes: readonly number[], dimensions?: readonly number[] | null): tf.Tensor {
  return manipulation.reshape(dimensions ? manipulation.transpose(x, dimensions) : x, newSizes);
}

/** The array with its axes in the given order. */
export function transpose(x: ArrayLike, permutation: readonly number[]): tf.Tensor {
  return manipulation.transpose(x, permutation);
}

/** The arrays one after the other along an axis they have. */
export function concatenate(xs: readonly ArrayLike[], dimension: number): tf.Tensor {
  return manipulation.concatenate(xs, dimension);
}

/**
 * The element of `onTrue` where the predicate is true, else that of `onFalse`. Throws unless the three have one shape or
 * the predicate is a scalar; jnp.where broadcasts.
 */
export function select(pred: ArrayLike, onTrue: ArrayLike, onFalse: ArrayLike): tf.Tensor {
  const condition = asarray(pred, bool);
  const [a, b] = promoted([asarray(onTrue), asarray(onFalse)]) as [tf.Tensor, tf.Tensor];
  const alike = tf.util.arraysEqual(a.shape, b.shape);
  if (!alike || (condition.rank > 0 && !tf.util.arraysEqual(condition.shape, a.shape))) {
    throw new ShapeError(
      `lax.select: expected one shape, got ${describe(condition)}, ${describe(a)} and ${describe(b)}; jnp.where broadcasts.`,
    );
  }
  return tf.where(condition, a, b);
}

/** `y` (jax.lax.tie_in): what ties two values together is only of use to a compiler. */
export function tieIn<T>(_: unknown, y: T): T {
  return y;
}
