/** Transposed convolutions of channels-last arrays with 1, 2 or 3 spatial axes. */
import type * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asFloat, describe } from '../numpy/array';
import { flip, swapaxes } from '../numpy/manipulation';
import { convInputGradient, isConvInputGradient } from './convInputGradient';
import { convGeneralDilated } from './convolution';
import { type Padding, paddingPairs } from './padding';

export interface ConvTransposeOptions {
  /** Distance between neighbouring kernel elements, for each spatial axis (atrous convolution). */
  rhsDilation?: readonly number[] | null;
  /**
   * Whether the kernel is that of the convolution whose gradient this is: it is flipped and its channels are exchanged,
   * `rhs: [...window, out, in]`, as Keras' Conv2DTranspose has it. Default false.
   */
  transposeKernel?: boolean;
}

/**
 * Transposed ("fractionally strided") convolution (jax.lax.conv_transpose, channels last):
 * `lhs: [batch, …spatial, in]`, `rhs: [...window, in, out]` → `[batch, …spatial * strides, out]` under 'SAME' padding;
 * 'VALID' makes each spatial axis longer by what the window is wider than the stride. Pairs pad the input after it was
 * spread by the strides. Throws if the shapes do not fit.
 */
export function convTranspose(
  lhs: ArrayLike,
  rhs: ArrayLike,
  strides: readonly number[],
  padding: Padding,
  { rhsDilation, transposeKernel = false }: ConvTransposeOptions = {},
): tf.Tensor {
  const [x, kernel] = [asFloat(lhs), asFloat(rhs)];
  const spatial = kernel.rank - 2;
  const dilation = rhsDilation ?? Array<number>(Math.max(0, spatial)).fill(1);
  if (spatial < 1 || x.rank !== kernel.rank || strides.length !== spatial || dilation.length !== spatial) {
    throw new ShapeError(
      'lax.convTranspose: expected an input [batch, …spatial, channels], a kernel [...window, channels, features] and ' +
        `a stride for each spatial axis; got ${describe(x)}, ${describe(kernel)} and strides [${strides}]` +
        `${rhsDilation ? ` with rhsDilation [${rhsDilation}]` : ''}.`,
    );
  }
  const axes = strides.map((stride, i) => ({
    size: x.shape[i + 1] as number,
    window: ((kernel.shape[i] as number) - 1) * (dilation[i] as number) + 1,
    stride,
  }));
  const pairs =
    padding === 'SAME' || padding === 'VALID'
      ? axes.map(({ window, stride }) => transposePadding(window, stride, padding))
      : paddingPairs('lax.convTranspose', padding, axes);
  const window = axes.map((_, i) => i);
  const used = transposeKernel ? swapaxes(flip(kernel, window), -1, -2) : kernel;
  if (spatial < 3 && dilation.every((d) => d === 1) && isConvInputGradient(x, used, strides, pairs)) {
    return convInputGradient(x, used, strides, padding, pairs);
  }
  const ones = Array<number>(spatial).fill(1);
  return convGeneralDilated(x, used, ones, pairs, { lhsDilation: strides, rhsDilation: dilation });
}

/** The padding of the spread input that gives `size * stride` elements, or under 'VALID' all that a window touches. */
function transposePadding(window: number, stride: number, padding: 'SAME' | 'VALID'): [number, number] {
  if (padding === 'VALID') return [window - 1, stride - 1 + Math.max(window - stride, 0)];
  const total = window + stride - 2;
  const before = stride > window - 1 ? window - 1 : Math.ceil(total / 2);
  return [before, total - before];
}
