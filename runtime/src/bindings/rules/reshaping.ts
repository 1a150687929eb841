import { type Aval, formatAval, formatShape, sizeOf } from '../aval';
import { formatSize } from '../sizes';
import { INTEGER, SIGNED } from './dtypes';
import { broadcastShapes, result, sameShape, shapeOperand } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

const reshape: ShapeRule = (call) => {
  const input = call.input(0);
  call.inputOf(['axes'], 1, INTEGER);
  const shape = call.values(1, 'shape');
  const elements = sizeOf(input.shape);
  const open = shape.indexOf(-1);
  const given = shape.filter((_, axis) => axis !== open);
  if (given.some((size) => size < 0)) call.fail(`${formatShape(shape)} is not a shape`, formatAval(input));
  const needed = sizeOf(given);
  if (open >= 0 && needed > 0 && elements % needed === 0) shape[open] = elements / needed;
  else if (open >= 0 || needed !== elements) {
    const filled = open < 0 ? `has ${formatSize(needed)}` : `needs a multiple of ${formatSize(needed)}`;
    call.fail(`${formatSize(elements)} values, ${formatShape(shape)} ${filled}`, formatAval(input));
  }
  return result(shape, input.dtype);
};

const expandDims: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  return result(shape.toSpliced(call.axis(1, shape.length + 1), 0, 1), dtype);
};

const transpose: ShapeRule = (call) => {
  const input = call.input(0);
  const permutation = call.values(1, 'permutation').map((axis) => call.axisOf(axis, input.shape.length));
  const wrong = permutation.length !== input.shape.length || new Set(permutation).size !== permutation.length;
  if (wrong) call.fail(`[${permutation.join(', ')}] is no order of its axes`, formatAval(input));
  return result(
    permutation.map((axis) => input.shape[axis] ?? 0),
    input.dtype,
  );
};

const tile: ShapeRule = (call) => {
  const input = call.input(0);
  const multiples = call.values(1, 'multiples');
  if (multiples.length !== input.shape.length || multiples.some((times) => times < 0)) {
    call.fail(`[${multiples.join(', ')}] does not say how often each axis repeats`, formatAval(input));
  }
  return result(
    input.shape.map((size, axis) => size * (multiples[axis] ?? 1)),
    input.dtype,
  );
};

const reverse: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  if (shape.length === 0) return result(shape, dtype);
  const axes = call.values(1, 'axes').map((axis) => call.axisOf(axis, shape.length));
  if (new Set(axes).size !== axes.length) call.fail(`an axis of [${axes.join(', ')}] is reversed twice`);
  return result(shape, dtype);
};

const broadcastTo: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  const to = shapeOperand(call, 1);
  const both = broadcastShapes(shape, to);
  if (both === undefined || !sameShape(both, to)) call.fail(`does not broadcast to ${formatShape(to)}`);
  return result(to, dtype);
};

const diagonal: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0, SIGNED);
  if (shape.length === 0) call.fail('a scalar has no diagonal');
  return result([...shape, ...shape], dtype);
};

/** Computes with shapes themselves: as many sizes as the longer one has. */
const broadcastArguments: ShapeRule = (call) => {
  const a = call.inputOf(['axes'], 0, INTEGER);
  const b = call.inputLike(a, 1);
  call.inputOf(['axes'], 1);
  const known = a.values !== undefined && b.values !== undefined;
  if (known && broadcastShapes(call.values(0, 'first shape'), call.values(1, 'second shape')) === undefined) {
    call.fail('shapes do not broadcast', [a, b].map((shape) => formatShape(valuesOf(shape))).join(' and '));
  }
  return result([Math.max(a.shape[0] ?? 0, b.shape[0] ?? 0)], a.dtype);
};

const valuesOf = (aval: Aval): number[] => Array.from((aval.values ?? []) as ArrayLike<number>);

/** The same elements in another arrangement. */
export const reshaping: ShapeRules = {
  BroadcastArgs: broadcastArguments,
  BroadcastTo: broadcastTo,
  Diag: diagonal,
  ExpandDims: expandDims,
  Reshape: reshape,
  ReverseV2: reverse,
  Tile: tile,
  Transpose: transpose,
};
