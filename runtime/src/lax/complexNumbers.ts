/** Complex numbers from and to their parts. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, float32 } from '../numpy/array';

export { conj, imag, real } from '../numpy/complexNumbers';

/** `x + iy`: complex64 of two real arrays that broadcast. */
export function complex(x: ArrayLike, y: ArrayLike): tf.Tensor {
  const [re, im] = [asarray(x, float32), asarray(y, float32)];
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(re.shape, im.shape);
  return tf.complex(tf.broadcastTo(re, shape), tf.broadcastTo(im, shape));
}
