import { formatShape } from '../aval';
import { type Dtypes, FLOATING, REAL } from './dtypes';
import { result, sameShape, shapeOperand } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';
import { layoutOf, windowedSize } from './windows';

/** Windows over every axis; those over batch and channels have size 1. */
function pooled(call: OpCall, shape: readonly number[]): number[] {
  const sizes = call.ints('ksize');
  const strides = call.ints('strides');
  return shape.map((whole, axis) => windowedSize(call, whole, { size: sizes[axis] ?? 1, stride: strides[axis] ?? 1 }));
}

const pool =
  (dimensions: 2 | 3, dtypes: Dtypes): ShapeRule =>
  (call) => {
    const input = call.inputOf(layoutOf(call, dimensions).names, 0, dtypes);
    return result(pooled(call, input.shape), input.dtype);
  };

/** Operands: the input's shape, the output's gradient. */
const averageGradient: ShapeRule = (call) => {
  const shape = shapeOperand(call, 0, 'input shape');
  const { dtype } = call.input(1, FLOATING);
  checkGradient(call, 1, pooled(call, shape));
  return result(shape, dtype);
};

/** Operands: the input, the output, the output's gradient. */
const maximumGradient =
  (dtypes: Dtypes): ShapeRule =>
  (call) => {
    const input = call.input(0, dtypes);
    call.inputLike(input, 1);
    call.inputLike(input, 2);
    const output = pooled(call, input.shape);
    checkGradient(call, 1, output);
    checkGradient(call, 2, output);
    return result(input.shape, input.dtype);
  };

function checkGradient(call: OpCall, index: number, output: readonly number[]): void {
  const { shape } = call.input(index);
  if (!sameShape(shape, output)) call.fail(`the gradient is ${formatShape(shape)}, the output ${formatShape(output)}`);
}

/** The mean or the largest value of a window. */
export const pooling: ShapeRules = {
  AvgPool: pool(2, FLOATING),
  AvgPool3D: pool(3, FLOATING),
  AvgPool3DGrad: averageGradient,
  AvgPoolGrad: averageGradient,
  MaxPool: pool(2, REAL),
  MaxPool3D: pool(3, FLOATING),
  MaxPool3DGrad: maximumGradient(FLOATING),
  MaxPoolGrad: maximumGradient(REAL),
};
