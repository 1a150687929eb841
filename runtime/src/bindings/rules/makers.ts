/** The few kinds of rules that most ops follow. */
import { type Aval, formatShape } from '../aval';
import { ConcretizationError } from '../concretization';
import { type Dtypes, INTEGER } from './dtypes';
import { type OpCall, operands } from './opCall';
import type { ShapeRule } from './rule';

/** Each element by itself: the input's shape, and its dtype unless another is given. */
export const unary =
  (dtypes: Dtypes, as?: number): ShapeRule =>
  (call) => {
    const { shape, dtype } = call.input(0, dtypes);
    return result(shape, as ?? dtype);
  };

/** Two operands of one dtype whose shapes broadcast. */
export const broadcast =
  (dtypes: Dtypes, as?: number): ShapeRule =>
  (call) => {
    const a = call.input(0, dtypes);
    const b = call.inputLike(a, 1);
    const shape =
      broadcastShapes(a.shape, b.shape) ?? call.fail('shapes do not broadcast', operands(call.inputs, ' and '));
    return result(shape, as ?? a.dtype);
  };

/** NumPy's broadcasting; undefined where two sizes differ and neither is 1. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) return undefined;
    shape.push(sizeA === 1 ? sizeB : sizeA);
  }
  return shape;
}

/** The axes in operand 1 go, or stay with size 1 under `keep_dims`. */
export const reduction =
  (dtypes: Dtypes): ShapeRule =>
  (call) => {
    const { shape, dtype } = call.input(0, dtypes);
    const reduced = new Set<number>();
    for (const given of call.values(1, 'axes')) {
      const axis = call.axisOf(given, shape.length);
      if (reduced.has(axis)) call.fail(`axis ${axis} is reduced twice`, operands([call.input(0)]));
      reduced.add(axis);
    }
    const keep = call.flag('keep_dims');
    const left = shape.flatMap((size, axis) => (!reduced.has(axis) ? [size] : keep ? [1] : []));
    return result(left, dtype);
  };

/** Works along the axis in operand 1 and keeps the shape. */
export const alongAxis =
  (dtypes: Dtypes): ShapeRule =>
  (call) => {
    const { shape, dtype } = call.input(0, dtypes);
    call.axis(1, shape.length);
    return result(shape, dtype);
  };

/** Operands of one shape and dtype give one more of it. */
export const alike =
  (dtypes: Dtypes): ShapeRule =>
  (call) => {
    const first = call.input(0, dtypes);
    for (let index = 1; index < call.inputs.length; index++) {
      if (!sameShape(call.inputLike(first, index).shape, first.shape)) call.fail('shapes differ');
    }
    return result(first.shape, first.dtype);
  };

/** An op whose output has as many elements as its values say. */
export const dataDependent: ShapeRule = (call) => {
  throw new ConcretizationError(`${call.op}'s output shape depends on the values of ${operands(call.inputs)}`);
};

/** An op that is run for its effect. */
export const noOutputs: ShapeRule = () => [];

/** A shape that is an operand's values. */
export function shapeOperand(call: OpCall, index: number, meaning = 'shape'): number[] {
  call.inputOf(['axes'], index, INTEGER);
  const shape = call.values(index, meaning);
  if (shape.some((size) => size < 0)) call.fail(`its ${meaning} ${formatShape(shape)} has a negative size`);
  return shape;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** One output. */
export const result = (shape: readonly number[], dtype: number): Aval[] => [{ shape, dtype }];
