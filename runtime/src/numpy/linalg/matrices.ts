/** What linear algebra takes. */
import * as tf from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import { type ArrayLike, asarray, describe, float32 } from '../array';

/** Matrices f32[..., m, n]. Throws if the array has fewer than two axes. */
export function matrices(name: string, a: ArrayLike): tf.Tensor {
  const x = asarray(a, float32);
  if (x.rank < 2) throw new ShapeError(`jnp.linalg.${name}: expected matrices [..., m, n], got ${describe(x)}.`);
  return x;
}

/** Square matrices f32[..., n, n]. Throws if they are not. */
export function squareMatrices(name: string, a: ArrayLike): tf.Tensor {
  const x = matrices(name, a);
  if (x.shape.at(-1) !== x.shape.at(-2)) {
    throw new ShapeError(`jnp.linalg.${name}: expected square matrices [..., n, n], got ${describe(x)}.`);
  }
  return x;
}

/** Each matrix transposed. */
export function transposed(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** Each matrix' mean with its transpose. */
export function symmetrized(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(x, transposed(x)), 0.5);
}
