/**
 * Gradients of the gradients of convolutions and pools. A convolution is linear in each operand, and so are the two
 * kernels that its gradient is made of: each of the three gives the other two.
 */
import * as tf from '#tfjs';
import { type GradientRule, type GradientRules, registerGradients } from './gradientRule';

type Attrs = Record<string, unknown>;

const run = (kernel: string, inputs: Record<string, tf.Tensor>, attrs: Attrs): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as tf.Tensor;

/** The kernels of one kind of convolution. */
interface Kernels {
  readonly forward: string;
  readonly input: string;
  readonly filter: string;
}

function convolution({ forward, input, filter }: Kernels): GradientRules {
  return {
    [input]: {
      inputs: ['dy', 'filter'],
      grad: (ddx, [dy, w], attrs) => ({
        dy: () => run(forward, { x: ddx, filter: w }, { dilations: 1, ...attrs }),
        filter: () => run(filter, { x: ddx, dy }, { ...attrs, filterShape: w.shape }),
      }),
    },
    [filter]: {
      inputs: ['x', 'dy'],
      grad: (ddw, [x, dy], attrs) => ({
        x: () => run(input, { dy, filter: ddw }, { ...attrs, inputShape: x.shape }),
        dy: () => run(forward, { x, filter: ddw }, { dilations: 1, ...attrs }),
      }),
    },
  };
}

/** Each element of the output's gradient goes to the largest element of its window, which stays the same. */
const maximum = (kernel: string): GradientRule => ({
  inputs: ['input', 'output'],
  grad: (ddx, [input, output], attrs) => ({
    dy: () => run(kernel, { dy: ddx, input, output }, attrs),
    input: () => tf.zerosLike(input),
    output: () => tf.zerosLike(output),
  }),
});

const average = (kernel: string): GradientRule => ({
  inputs: ['input'],
  grad: (ddx, [input], attrs) => ({
    dy: () => run(kernel, { x: ddx }, attrs),
    input: () => tf.zerosLike(input),
  }),
});

/** Resizing is linear: its gradient's gradient is resizing. */
const resize = (kernel: string): GradientRule => ({
  inputs: ['dy', 'images'],
  grad: (ddx, [dy, images], attrs) => ({
    dy: () => run(kernel, { images: ddx }, { ...attrs, size: dy.shape.slice(1, 3) }),
    images: () => tf.zerosLike(images),
  }),
});

registerGradients({
  ...convolution({ forward: 'Conv2D', input: 'Conv2DBackpropInput', filter: 'Conv2DBackpropFilter' }),
  ...convolution({ forward: 'Conv3D', input: 'Conv3DBackpropInputV2', filter: 'Conv3DBackpropFilterV2' }),
  ...convolution({
    forward: 'DepthwiseConv2dNative',
    input: 'DepthwiseConv2dNativeBackpropInput',
    filter: 'DepthwiseConv2dNativeBackpropFilter',
  }),
  MaxPoolGrad: maximum('MaxPoolGradGrad'),
  MaxPool3DGrad: maximum('MaxPool3DGradGrad'),
  MaxPoolGradGrad: {
    inputs: ['input', 'output'],
    grad: (dy, [input, output], attrs) => ({
      dy: () => run('MaxPoolGrad', { dy, input, output }, attrs),
      input: () => tf.zerosLike(input),
      output: () => tf.zerosLike(output),
    }),
  },
  MaxPool3DGradGrad: {
    inputs: ['input', 'output'],
    grad: (dy, [input, output], attrs) => ({
      dy: () => run('MaxPool3DGrad', { dy, input, output }, attrs),
      input: () => tf.zerosLike(input),
      output: () => tf.zerosLike(output),
    }),
  },
  AvgPoolGrad: average('AvgPool'),
  AvgPool3DGrad: average('AvgPool3D'),
  ResizeBilinearGrad: resize('ResizeBilinear'),
  ResizeNearestNeighborGrad: resize('ResizeNearestNeighbor'),
});
