/** Pooling (flax/nn/pooling.py): reduces windows of the spatial axes of `[batch, …spatial, features]`. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type Padding, paddingPairs, padSpatial } from '../lax/padding';
import { type ArrayLike, asFloat, describe } from '../numpy/array';
import { reshape } from '../numpy/manipulation';

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
  window: readonly number[],
  { strides, padding = 'VALID' }: PoolOptions = {},
  padValue: number,
  kernels: Kernels,
): tf.Tensor {
  const x = asFloat(inputs);
  const steps = strides ?? window.map(() => 1);
  check(caller, x, window, steps);
  const axes = window.map((size, i) => ({ size: x.shape[i + 1] as number, window: size, stride: steps[i] as number }));
  const padded = padSpatial(x, paddingPairs(caller, padding, axes), padValue);
  if (window.some((size, i) => (padded.shape[i + 1] as number) < size)) {
    throw new ShapeError(
      `${caller}: the window [${window.join(', ')}] is larger than the padded input ${describe(padded)}.`,
    );
  }
  return poolAxes(padded, window, steps, kernels);
}

/** TensorFlow's kernels pool two or three axes. Of more, the window is one over the last three of windows over the others. */
function poolAxes(x: tf.Tensor, window: readonly number[], strides: readonly number[], kernels: Kernels): tf.Tensor {
  type Two = [number, number];
  type Three = [number, number, number];
  if (window.length === 0) return x;
  if (window.length === 1) {
    const row = tf.expandDims(x, 1) as tf.Tensor4D;
    return tf.squeeze(kernels.pool2d(row, [1, ...window] as Two, [1, ...strides] as Two), [1]);
  }
  if (window.length === 2) return kernels.pool2d(x as tf.Tensor4D, [...window] as Two, [...strides] as Two);
  if (window.length === 3) return kernels.pool3d(x as tf.Tensor5D, [...window] as Three, [...strides] as Three);
  const others = x.rank - 4;
  const inner = poolAxes(reshape(x, [-1, ...x.shape.slice(others)]), window.slice(-3), strides.slice(-3), kernels);
  const size = inner.shape.slice(1);
  const outer = reshape(inner, [...x.shape.slice(0, others), size.reduce((product, n) => product * n, 1)]);
  const pooled = poolAxes(outer, window.slice(0, -3), strides.slice(0, -3), kernels);
  return reshape(pooled, [...pooled.shape.slice(0, -1), ...size]);
}

function check(caller: string, x: tf.Tensor, window: readonly number[], strides: readonly number[]): void {
  const positive = (n: number) => Number.isInteger(n) && n > 0;
  if (!Array.isArray(window) || !window.every(positive)) {
    throw new ShapeError(`${caller}: the window should be whole numbers above 0; got [${[window].flat().join(', ')}].`);
  }
  const axes = `${window.length} spatial ${window.length === 1 ? 'axis' : 'axes'}`;
  if (x.rank !== window.length + 2) {
    throw new ShapeError(
      `${caller}: the window [${window.join(', ')}] needs an input [batch, …spatial, features] with ${axes}; ` +
        `got ${describe(x)}.`,
    );
  }
  if (strides.length !== window.length || !strides.every(positive)) {
    throw new ShapeError(
      `${caller}: strides should be ${window.length} whole numbers above 0, one for each axis of the window; ` +
        `got [${strides.join(', ')}].`,
    );
  }
}
