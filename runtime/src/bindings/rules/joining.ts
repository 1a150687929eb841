import { formatAval } from '../aval';
import { formatSize } from '../sizes';
import { result, sameShape } from './makers';
import { operands } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

/** Its last operand is the axis. */
const concat: ShapeRule = (call) => {
  const count = call.inputs.length - 1;
  const first = call.input(0);
  const axis = call.axis(count, first.shape.length);
  let joined = 0;
  for (let index = 0; index < count; index++) {
    const { shape } = call.inputLike(first, index);
    const fits = shape.length === first.shape.length && shape.every((size, i) => i === axis || size === first.shape[i]);
    if (!fits) call.fail(`shapes differ in more than axis ${axis}`, operands(call.inputs.slice(0, count)));
    joined += shape[axis] ?? 0;
  }
  return result(first.shape.with(axis, joined), first.dtype);
};

const pack: ShapeRule = (call) => {
  const first = call.input(0);
  for (let index = 1; index < call.inputs.length; index++) {
    if (!sameShape(call.inputLike(first, index).shape, first.shape)) call.fail('shapes differ');
  }
  const axis = call.axisOf(call.int('axis', 0), first.shape.length + 1);
  return result(first.shape.toSpliced(axis, 0, call.inputs.length), first.dtype);
};

const unpack: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  const axis = call.axisOf(call.int('axis', 0), shape.length);
  const count = call.int('num');
  if (shape[axis] !== count) call.fail(`axis ${axis} does not have ${formatSize(count)} parts`);
  return Array.from({ length: count }, () => ({ shape: shape.toSpliced(axis, 1), dtype }));
};

/** One size may be -1: what is left. */
const split: ShapeRule = (call) => {
  const input = call.input(0);
  const sizes = call.values(1, 'sizes');
  const axis = call.axis(2, input.shape.length);
  const whole = input.shape[axis] ?? 0;
  const open = sizes.indexOf(-1);
  if (sizes.length !== call.int('num_split')) call.fail(`its ${sizes.length} sizes are not one for each part`);
  const given = sizes.reduce((sum, size, i) => (i === open ? sum : sum + size), 0);
  if (open >= 0) sizes[open] = whole - given;
  else if (given !== whole)
    call.fail(`${sizes.map(formatSize).join(' + ')} is not ${formatSize(whole)}`, formatAval(input));
  if (sizes.some((size) => size < 0)) call.fail(`a size of [${sizes.join(', ')}] is negative`, formatAval(input));
  return sizes.map((size) => ({ shape: input.shape.with(axis, size), dtype: input.dtype }));
};

/** Several tensors into one and one into several. */
export const joining: ShapeRules = { ConcatV2: concat, Pack: pack, SplitV: split, Unpack: unpack };
