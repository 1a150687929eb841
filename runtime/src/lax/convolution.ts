/** Convolutions of channels-last arrays with 1, 2 or 3 spatial axes. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asFloat, describe } from '../numpy/array';
import { concatenate, reshape, split } from '../numpy/manipulation';
import { type Padding, paddingPairs, padSpatial } from './padding';

export interface ConvOptions {
  /** Distance between neighbouring input elements, for each spatial axis; more than 1 gives a transposed convolution. */
  lhsDilation?: readonly number[] | null;
  /** Distance between neighbouring kernel elements, for each spatial axis (atrous convolution). */
  rhsDilation?: readonly number[] | null;
  /** Splits input and output channels into groups that do not see each other. Default 1. */
  featureGroupCount?: number;
}

/**
 * Convolution (jax.lax.conv_general_dilated, channels last): `lhs: [batch, …spatial, in]`,
 * `rhs: [...window, in / groups, out]` → `[batch, …spatial, out]`. Throws if the shapes do not fit.
 */
export function convGeneralDilated(
  lhs: ArrayLike,
  rhs: ArrayLike,
  windowStrides: readonly number[],
  padding: Padding,
  { lhsDilation, rhsDilation, featureGroupCount = 1 }: ConvOptions = {},
): tf.Tensor {
  const [x, kernel] = [asFloat(lhs), asFloat(rhs)];
  const spatial = x.rank - 2;
  const inputDilation = lhsDilation ?? Array<number>(spatial).fill(1);
  const kernelDilation = rhsDilation ?? Array<number>(spatial).fill(1);
  check(x, kernel, { windowStrides, inputDilation, kernelDilation }, featureGroupCount);
  if (padding === 'SAME' && inputDilation.some((d) => d > 1)) {
    throw new TypeError("conv: with input dilation the padding must be given as pairs; 'SAME' has no one meaning.");
  }

  const dilated = dilateSpatial(x, inputDilation);
  const axes = windowStrides.map((stride, i) => ({
    size: dilated.shape[i + 1] as number,
    window: ((kernel.shape[i] as number) - 1) * (kernelDilation[i] as number) + 1,
    stride,
  }));
  const pairs = paddingPairs('conv', padding, axes);
  axes.forEach(({ size, window }, i) => {
    const [before, after] = pairs[i] as [number, number];
    if (size + before + after >= window) return;
    throw new ShapeError(
      `conv: the kernel ${describe(kernel)} spans ${window} elements on spatial axis ${i}, ` +
        `but the padded input ${describe(x)} has ${size + before + after}.`,
    );
  });

  if (kernelDilation.some((d) => d > 1)) {
    const padded = padSpatial(dilated, pairs);
    return subsample(convDilated(padded, kernel, kernelDilation, featureGroupCount), windowStrides);
  }
  if (padding === 'SAME') return convGroups(dilated, kernel, windowStrides, 'same', featureGroupCount);
  return convGroups(padSpatial(dilated, pairs), kernel, windowStrides, 'valid', featureGroupCount);
}

function check(x: tf.Tensor, kernel: tf.Tensor, perAxis: Record<string, readonly number[]>, groups: number): void {
  const spatial = x.rank - 2;
  if (spatial < 1 || spatial > 3 || kernel.rank !== x.rank) {
    throw new ShapeError(
      'conv: the input should be [batch, …spatial, channels] with 1 to 3 spatial axes and the kernel ' +
        `[…window, channels, features] with as many; got ${describe(x)} and ${describe(kernel)}.`,
    );
  }
  for (const [name, values] of Object.entries(perAxis)) {
    if (values.length === spatial && values.every((n) => Number.isInteger(n) && n > 0)) continue;
    throw new ShapeError(
      `conv: ${name} should be ${spatial} positive whole numbers, one for each spatial axis; got [${values}].`,
    );
  }
  const [channels, features] = kernel.shape.slice(-2) as [number, number];
  if (x.shape.at(-1) !== channels * groups || features % groups !== 0) {
    const grouped = groups === 1 ? '' : ` in ${groups} groups`;
    throw new ShapeError(
      `conv: the kernel ${describe(kernel)} takes ${channels} channels and makes ${features} features${grouped}, ` +
        `which does not fit the ${x.shape.at(-1)} channels of the input ${describe(x)}.`,
    );
  }
}

type Pad = 'same' | 'valid';

/** Without dilation. TensorFlow's kernels cover one group and, in two dimensions, one channel a group. */
function convGroups(x: tf.Tensor, kernel: tf.Tensor, strides: readonly number[], pad: Pad, groups: number): tf.Tensor {
  if (groups === 1) return conv(x, kernel, strides, pad);
  const oneChannelEach = kernel.shape.at(-2) === 1;
  if (oneChannelEach && strides.length <= 2 && strides.every((stride) => stride === strides[0])) {
    return convDepthwise(x, kernel, strides[0] as number, pad);
  }
  const kernels = split(kernel, groups, -1);
  return concatenate(
    split(x, groups, -1).map((part, i) => conv(part, kernels[i] as tf.Tensor, strides, pad)),
    -1,
  );
}

function conv(x: tf.Tensor, kernel: tf.Tensor, strides: readonly number[], pad: Pad): tf.Tensor {
  if (strides.length === 3) {
    return tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, strides as [number, number, number], pad);
  }
  return as2d(x, kernel, strides, (x4, kernel4, strides2) => tf.conv2d(x4, kernel4, strides2, pad));
}

/** `kernel: [...window, 1, channels * multiplier]`. */
function convDepthwise(x: tf.Tensor, kernel: tf.Tensor, stride: number, pad: Pad): tf.Tensor {
  const channels = x.shape.at(-1) as number;
  const window = kernel.shape.slice(0, -2);
  const perChannel = reshape(kernel, [...window, channels, (kernel.shape.at(-1) as number) / channels]);
  // The kernel wants equal strides; on the axis that 1-d inputs get the stride does not matter.
  return as2d(x, perChannel, Array(window.length).fill(stride), (x4, kernel4) =>
    tf.depthwiseConv2d(x4, kernel4, stride, pad),
  );
}

type Conv2d = (x: tf.Tensor4D, kernel: tf.Tensor4D, strides: [number, number]) => tf.Tensor;

/** Runs a 2-d convolution on 1-d inputs by giving them a first spatial axis of size 1. */
function as2d(x: tf.Tensor, kernel: tf.Tensor, strides: readonly number[], run: Conv2d): tf.Tensor {
  if (strides.length === 2) return run(x as tf.Tensor4D, kernel as tf.Tensor4D, strides as [number, number]);
  const y = run(tf.expandDims(x, 1) as tf.Tensor4D, tf.expandDims(kernel, 0) as tf.Tensor4D, [1, strides[0] as number]);
  return tf.squeeze(y, [1]);
}

/**
 * Atrous convolution without strides: elements `dilation` apart never meet others, so they become batches of their own
 * and an undilated convolution does the rest. TensorFlow has no gradients for its dilated kernels on CPUs.
 */
function convDilated(x: tf.Tensor, kernel: tf.Tensor, dilation: readonly number[], groups: number): tf.Tensor {
  const fill = dilation.map((d, i) => (d - ((x.shape[i + 1] as number) % d)) % d);
  const none = fill.map((n): [number, number] => [0, n]);
  const batches = tf.spaceToBatchND(x, [...dilation], none);
  const y = convGroups(batches, kernel, Array(dilation.length).fill(1), 'valid', groups);
  return tf.batchToSpaceND(y, [...dilation], none);
}

/** Every `stride`-th element of each spatial axis. */
function subsample(x: tf.Tensor, strides: readonly number[]): tf.Tensor {
  return strides.reduce((y, stride, i) => {
    if (stride === 1) return y;
    const length = y.shape[i + 1] as number;
    const kept = Math.ceil(length / stride);
    // The gradient of slices is defined, that of strided slices is not.
    const whole = padAxis(y, i + 1, kept * stride - length);
    const [before, after] = [whole.shape.slice(0, i + 1), whole.shape.slice(i + 2)];
    const rows = reshape(whole, [...before, kept, stride, ...after]);
    const first = tf.slice(
      rows,
      rows.shape.map(() => 0),
      rows.shape.map((n, axis) => (axis === i + 2 ? 1 : n)),
    );
    return reshape(first, [...before, kept, ...after]);
  }, x);
}

/** Puts `dilation - 1` zeros between neighbours on each spatial axis. */
function dilateSpatial(x: tf.Tensor, dilation: readonly number[]): tf.Tensor {
  return dilation.reduce((y, d, i) => {
    if (d === 1) return y;
    const axis = i + 1;
    const [before, after] = [y.shape.slice(0, axis), y.shape.slice(axis + 1)];
    const length = y.shape[axis] as number;
    const spread = padAxis(reshape(y, [...before, length, 1, ...after]), axis + 1, d - 1);
    const zerosAtEnd = reshape(spread, [...before, length * d, ...after]);
    return padAxis(zerosAtEnd, axis, 1 - d);
  }, x);
}

/** Pads the end of one axis; a negative number cuts off. */
function padAxis(x: tf.Tensor, axis: number, count: number): tf.Tensor {
  if (count === 0) return x;
  if (count > 0) {
    return tf.pad(
      x,
      x.shape.map((_, i): [number, number] => [0, i === axis ? count : 0]),
    );
  }
  return tf.slice(
    x,
    x.shape.map(() => 0),
    x.shape.map((n, i) => (i === axis ? n + count : n)),
  );
}
