/** Transposed convolutions by the kernel of a convolution's gradient, which does not multiply by the zeros between elements. */
import * as tf from '#tfjs';
import { flip, swapaxes } from '../numpy/manipulation';
import { type Padding, padSpatial } from './padding';

/** Whether the arrays fit each other; what does not fit is for others to say. */
export function isConvInputGradient(
  x: tf.Tensor,
  kernel: tf.Tensor,
  strides: readonly number[],
  pairs: readonly (readonly [number, number])[],
): boolean {
  const length = (i: number) => ((x.shape[i + 1] as number) - 1) * (strides[i] as number) + 1;
  return (
    x.shape.at(-1) === kernel.shape.at(-2) &&
    strides.every((stride) => Number.isInteger(stride) && stride > 0) &&
    pairs.every(([before, after], i) => length(i) + before + after >= (kernel.shape[i] as number))
  );
}

/**
 * `x: [batch, …spatial, in]` spread by the strides and padded by `pairs`, then convolved with `kernel: [...window, in,
 * out]`: the gradient of a convolution whose kernel is this one flipped. One or two spatial axes.
 */
export function convInputGradient(
  x: tf.Tensor,
  kernel: tf.Tensor,
  strides: readonly number[],
  padding: Padding,
  pairs: readonly (readonly [number, number])[],
): tf.Tensor {
  const spatial = strides.length;
  if (spatial === 1) {
    const y = convInputGradient(
      tf.expandDims(x, 1),
      tf.expandDims(kernel, 0),
      [1, strides[0] as number],
      padding === 'SAME' ? padding : [[0, 0], pairs[0] as [number, number]],
      [[0, 0], pairs[0] as [number, number]],
    );
    return tf.squeeze(y, [1]);
  }
  const forward = swapaxes(flip(kernel, [0, 1]), -1, -2) as tf.Tensor4D;
  const [batch = 0, height = 0, width = 0] = x.shape;
  const [windowHeight = 0, windowWidth = 0] = kernel.shape;
  const [down = 1, right = 1] = strides;
  const features = kernel.shape.at(-1) as number;
  if (padding === 'SAME') {
    const size: [number, number, number, number] = [batch, height * down, width * right, features];
    return tf.conv2dTranspose(x as tf.Tensor4D, forward, size, [down, right], 'same');
  }
  // All that a window touches; what the padding leaves of it, or adds.
  const full = tf.conv2dTranspose(
    x as tf.Tensor4D,
    forward,
    [batch, (height - 1) * down + windowHeight, (width - 1) * right + windowWidth, features],
    [down, right],
    'valid',
  );
  const beyond = pairs.map(([before, after], i): [number, number] => {
    const edge = (kernel.shape[i] as number) - 1;
    return [before - edge, after - edge];
  });
  return padSpatial(full, beyond);
}
