import { formatAval, sizeOf } from '../aval';
import { FLOATING, INTEGER, REAL } from './dtypes';
import { result, shapeOperand } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

const fill: ShapeRule = (call) => {
  const shape = shapeOperand(call, 0);
  const value = call.input(1);
  if (sizeOf(value.shape) !== 1) call.fail('it fills with one value', formatAval(value));
  return result(shape, value.dtype);
};

/** The number of steps is a division in the operands' own dtype. */
const range: ShapeRule = (call) => {
  const { dtype } = call.inputOf([], 0, REAL);
  const [start, limit, delta] = [0, 1, 2].map((index) => {
    call.inputLike(call.input(0), index);
    return call.value(index, 'start, limit and step', REAL);
  }) as [number, number, number];
  if (delta === 0) call.fail('its step is 0');
  if (delta > 0 ? start > limit : start < limit) call.fail(`no steps of ${delta} lead from ${start} to ${limit}`);
  const steps = FLOATING.includes(dtype) ? Math.fround(Math.fround(limit - start) / delta) : (limit - start) / delta;
  return result([Math.ceil(Math.abs(steps))], dtype);
};

const linSpace: ShapeRule = (call) => {
  const start = call.inputOf([], 0, FLOATING);
  call.inputLike(start, 1, []);
  const count = call.value(2, 'number of values');
  if (count <= 0) call.fail(`${count} values were asked for`);
  return result([count], start.dtype);
};

/** The indices' shape with a new axis. */
const oneHot: ShapeRule = (call) => {
  const indices = call.input(0, INTEGER);
  const depth = call.value(1, 'depth');
  const on = call.inputOf([], 2);
  call.inputLike(on, 3, []);
  if (depth < 0) call.fail(`its depth is ${depth}`);
  const axis = call.int('axis', -1);
  const rank = indices.shape.length;
  if (axis < -1 || axis > rank) call.fail(`there is no axis ${axis}`);
  return result(indices.shape.toSpliced(axis === -1 ? rank : axis, 0, depth), on.dtype);
};

/** Tensors made from numbers. */
export const creation: ShapeRules = { Fill: fill, LinSpace: linSpace, OneHot: oneHot, Range: range };
