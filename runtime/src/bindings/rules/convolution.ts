import { type Aval, formatShape } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';
import { formatSize } from '../sizes';
import { type Dtypes, FLOATING, REAL } from './dtypes';
import { result, sameShape, shapeOperand } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';
import { type Layout, layoutOf, windowedSize } from './windows';

/** A kind of convolution: its dimensions, and the output's channels from the input's channels and the filter. */
interface Convolution {
  readonly dimensions: 2 | 3;
  readonly filterAxes: readonly string[];
  readonly dtypes: Dtypes;
  channels(call: OpCall, channels: number, filter: readonly number[]): number;
}

/** The filter may take the channels of one of several groups. */
function groupedChannels(call: OpCall, channels: number, filter: readonly number[]): number {
  const [expected = 0, outputs = 0] = filter.slice(-2);
  if (expected === 0 || channels % expected !== 0) checkChannels(call, channels, expected);
  const groups = expected === 0 ? 1 : channels / expected;
  if (outputs % groups !== 0)
    call.fail(`${formatSize(outputs)} filters do not split into ${formatSize(groups)} groups`);
  return outputs;
}

function denseChannels(call: OpCall, channels: number, filter: readonly number[]): number {
  checkChannels(call, channels, filter.at(-2) ?? 0);
  return filter.at(-1) ?? 0;
}

function depthwiseChannels(call: OpCall, channels: number, filter: readonly number[]): number {
  checkChannels(call, channels, filter.at(-2) ?? 0);
  return channels * (filter.at(-1) ?? 0);
}

function checkChannels(call: OpCall, channels: number, expected: number): void {
  if (channels !== expected) {
    call.fail(`the input has ${formatSize(channels)} channels, the filter expects ${formatSize(expected)}`);
  }
}

const conv2d: Convolution = {
  dimensions: 2,
  filterAxes: ['height', 'width', 'input channels', 'output channels'],
  dtypes: [TF.TF_FLOAT, TF.TF_INT32],
  channels: groupedChannels,
};

const conv3d: Convolution = {
  dimensions: 3,
  filterAxes: ['depth', ...conv2d.filterAxes],
  dtypes: FLOATING,
  channels: denseChannels,
};

const depthwise: Convolution = {
  dimensions: 2,
  filterAxes: ['height', 'width', 'channels', 'multiplier'],
  dtypes: FLOATING,
  channels: depthwiseChannels,
};

/** The output's shape. Strides, dilations and paddings are in the order of the input's axes. */
function convolved(
  call: OpCall,
  kind: Convolution,
  layout: Layout,
  input: readonly number[],
  filter: readonly number[],
): number[] {
  const strides = call.ints('strides');
  const dilations = call.ints('dilations', []);
  const paddings = call.ints('explicit_paddings', []);
  const shape = [...input];
  shape[layout.channels] = kind.channels(call, input[layout.channels] ?? 0, filter);
  layout.spatial.forEach((axis, i) => {
    shape[axis] = windowedSize(call, input[axis] ?? 0, {
      size: filter[i] ?? 1,
      stride: strides[axis] ?? 1,
      dilation: dilations[axis] ?? 1,
      padding: [paddings[2 * axis] ?? 0, paddings[2 * axis + 1] ?? 0],
    });
  });
  return shape;
}

const forward =
  (kind: Convolution): ShapeRule =>
  (call) => {
    const layout = layoutOf(call, kind.dimensions);
    const input = call.inputOf(layout.names, 0, kind.dtypes);
    const filter = call.inputLike(input, 1);
    call.inputOf(kind.filterAxes, 1);
    return result(convolved(call, kind, layout, input.shape, filter.shape), input.dtype);
  };

/** Operands: the input's shape, the filter, the output's gradient. */
const inputGradient =
  (kind: Convolution): ShapeRule =>
  (call) => {
    const layout = layoutOf(call, kind.dimensions);
    const shape = shapeOperand(call, 0, 'input sizes');
    const filter = call.inputOf(kind.filterAxes, 1, kind.dtypes);
    checkGradient(call, filter, convolved(call, kind, layout, shape, filter.shape));
    return result(shape, filter.dtype);
  };

/** Operands: the input, the filter's shape, the output's gradient. */
const filterGradient =
  (kind: Convolution): ShapeRule =>
  (call) => {
    const layout = layoutOf(call, kind.dimensions);
    const input = call.inputOf(layout.names, 0, kind.dtypes);
    const shape = shapeOperand(call, 1, 'filter sizes');
    checkGradient(call, input, convolved(call, kind, layout, input.shape, shape));
    return result(shape, input.dtype);
  };

function checkGradient(call: OpCall, like: Aval, output: readonly number[]): void {
  const gradient = call.inputLike(like, 2).shape;
  if (!sameShape(gradient, output)) {
    call.fail(`the gradient is ${formatShape(gradient)}, the convolution's output ${formatShape(output)}`);
  }
}

/** The largest sum of a window and a filter, channel by channel; its attributes have their own names. */
function dilated(call: OpCall): number[] {
  const layout = layoutOf(call, 2);
  const input = call.inputOf(layout.names, 0, REAL);
  call.inputLike(input, 1);
  const filter = call.inputOf(['height', 'width', 'channels'], 1).shape;
  checkChannels(call, input.shape.at(-1) ?? 0, filter.at(-1) ?? 0);
  const strides = call.ints('strides');
  const rates = call.ints('rates');
  const shape = [...input.shape];
  layout.spatial.forEach((axis, i) => {
    const window = { size: filter[i] ?? 1, stride: strides[axis] ?? 1, dilation: rates[axis] ?? 1 };
    shape[axis] = windowedSize(call, input.shape[axis] ?? 0, window);
  });
  return shape;
}

/** Operands: the input, the filter, the output's gradient. */
const dilationGradient =
  (index: 0 | 1): ShapeRule =>
  (call) => {
    checkGradient(call, call.input(0), dilated(call));
    return result(call.input(index).shape, call.input(0).dtype);
  };

/** Filters moved over images and volumes. */
export const convolution: ShapeRules = {
  Conv2D: forward(conv2d),
  Conv2DBackpropFilter: filterGradient({ ...conv2d, dtypes: FLOATING }),
  Conv2DBackpropInput: inputGradient(conv2d),
  Conv3D: forward(conv3d),
  Conv3DBackpropFilterV2: filterGradient(conv3d),
  Conv3DBackpropInputV2: inputGradient(conv3d),
  DepthwiseConv2dNative: forward(depthwise),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(depthwise),
  DepthwiseConv2dNativeBackpropInput: inputGradient(depthwise),
  Dilation2D: (call) => result(dilated(call), call.input(0).dtype),
  Dilation2DBackpropFilter: dilationGradient(1),
  Dilation2DBackpropInput: dilationGradient(0),
};
