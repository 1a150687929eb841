/** Running operations that TensorFlow has no kernel or no gradient for. */
import * as tf from '#tfjs';

export interface Doubling {
  /** Associative. */
  op(a: tf.Tensor, b: tf.Tensor): tf.Tensor;
  /** What changes nothing, from which side ever. */
  neutral: number;
}

/**
 * The results of `op` over the elements up to each along an axis: log2(n) passes, each of which doubles how many
 * elements a result covers (Hillis and Steele, 1986). As differentiable as `op`.
 */
export function doubling(x: tf.Tensor, axis: number, { op, neutral }: Doubling, reverse = false): tf.Tensor {
  const length = x.shape[axis] as number;
  let found = x;
  for (let reach = 1; reach < length; reach *= 2) {
    const kept = found.shape.with(axis, length - reach);
    const start = found.shape.map((_, i) => (i === axis && reverse ? reach : 0));
    const fill = tf.cast(
      tf.fill(found.shape.with(axis, reach), neutral, x.dtype === 'int32' ? 'int32' : 'float32'),
      x.dtype,
    );
    const moved = tf.slice(found, start, kept);
    found = op(tf.concat(reverse ? [moved, fill] : [fill, moved], axis), found);
  }
  return found;
}
