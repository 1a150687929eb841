/** Pooling (flax/nn/pooling.py): reduces windows of the spatial axes of `[batch, …spatial, features]`. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type Padding, paddingPairs, padSpatial } from '../lax/padding';
import { type ArrayLike, asFloat, describe } from '../numpy/array';

export interface PoolOptions {
  /** Steps between windows, one for each spatial axis. Default 1 each. */
  strides?: readonly number[] | null;
  /** 'SAME', 'VALID' (default), or a `[before, after]` pair for each spatial axis. */
  padding?: Padding;
}

/** The mean of each window; padded elements count as zeros, so it always divides by the whole window's size. */
export function avgPool(inputs: ArrayLike, windowShape: readonly number[], options?: PoolOptions): tf.Tensor {
  return pool('nn.avgPool', inputs, windowShape, options, 0, {
    pool2d: (x, window, strides) => tf.avgPool(x, window, strides, 'valid'),
    pool3d: (x, window, strides) => tf.avgPool3d(x, window, strides, 'valid'),
  });
}

/** The largest element of each window. */
export function maxPool(inputs: ArrayLike, windowShape: readonly number[], options?: PoolOptions): tf.Tensor {
  return pool('nn.maxPool', inputs, windowShape, options, Number.NEGATIVE_INFINITY, {
    pool2d: (x, window, strides) => tf.maxPool(x, window, strides, 'valid'),
    pool3d: (x, window, strides) => tf.maxPool3d(x, window, strides, 'valid'),
  });
}

interface Kernels {
  pool2d(x: tf.Tensor4D, window: [number, number], strides: [number, number]): tf.Tensor;
  pool3d(x: tf.Tensor5D, window: [number, number, number], strides: [number, number, number]): tf.Tensor;
}

function pool(
  caller: string,
  inputs: ArrayLike,
  windowShape: readonly number[],
  { strides, padding = 'VALID' }: PoolOptions = {},
  padValue: number,
  { pool2d, pool3d }: Kernels,
): tf.Tensor {
  const x = asFloat(inputs);
  const steps = strides ?? windowShape.map(() => 1);
  const spatial = windowShape.length;
  if (spatial < 1 || spatial > 3 || x.rank !== spatial + 2 || steps.length !== spatial) {
    throw new ShapeError(
      `${caller}: the window [${windowShape}] with strides [${steps}] needs an input with as many (1 to 3) spatial axes ` +
        `between batch and features; got ${describe(x)}.`,
    );
  }
  const axes = windowShape.map((window, i) => ({
    size: x.shape[i + 1] as number,
    window,
    stride: steps[i] as number,
  }));
  const padded = padSpatial(x, paddingPairs(caller, padding, axes), padValue);
  windowShape.forEach((window, i) => {
    if ((padded.shape[i + 1] as number) >= window) return;
    throw new ShapeError(`${caller}: the window [${windowShape}] is larger than the padded input ${describe(padded)}.`);
  });
  if (spatial === 3) {
    type Three = [number, number, number];
    return pool3d(padded as tf.Tensor5D, [...windowShape] as Three, [...steps] as Three);
  }
  type Two = [number, number];
  if (spatial === 2) return pool2d(padded as tf.Tensor4D, [...windowShape] as Two, [...steps] as Two);
  const row = tf.expandDims(padded, 1) as tf.Tensor4D;
  return tf.squeeze(pool2d(row, [1, ...windowShape] as Two, [1, ...steps] as Two), [1]);
}
