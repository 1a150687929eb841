import { formatAval, formatShape } from '../aval';
import { INTEGER } from './dtypes';
import { result, sameShape, shapeOperand } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

const gather: ShapeRule = (call) => {
  const params = call.input(0);
  const indices = call.input(1, INTEGER);
  const axis = call.axis(2, params.shape.length);
  const given = call.int('batch_dims', 0);
  const batch = given < 0 ? given + indices.shape.length : given;
  const batches = params.shape.slice(0, batch);
  if (batch > axis || !sameShape(batches, indices.shape.slice(0, batch))) {
    call.fail(`the first ${batch} axes must be the same, and before axis ${axis}`);
  }
  return result(params.shape.toSpliced(axis, 1, ...indices.shape.slice(batch)), params.dtype);
};

/** The last axis of the indices points into the first axes of the tensor. */
const gatherNd: ShapeRule = (call) => {
  const params = call.input(0);
  const indices = call.input(1, INTEGER);
  if (params.shape.length === 0) call.fail('a scalar has nothing to gather from');
  return result([...indices.shape.slice(0, -1), ...pointedAt(call, indices.shape, params.shape)], params.dtype);
};

/** The shape of what one index of `indices` points at. */
function pointedAt(call: OpCall, indices: readonly number[], shape: readonly number[]): readonly number[] {
  const depth = indices.at(-1);
  if (depth === undefined) call.fail('the indices need an axis');
  if (depth > shape.length)
    call.fail(`each index has ${depth} places, the tensor ${shape.length} axes: ${formatShape(shape)}`);
  return shape.slice(depth);
}

function checkUpdates(
  call: OpCall,
  updates: readonly number[],
  indices: readonly number[],
  shape: readonly number[],
): void {
  const needed = [...indices.slice(0, -1), ...pointedAt(call, indices, shape)];
  if (!sameShape(updates, needed)) {
    call.fail(`the updates are ${formatShape(updates)}, the indices need ${formatShape(needed)}`);
  }
}

const scatterNd: ShapeRule = (call) => {
  const indices = call.input(0, INTEGER);
  const updates = call.input(1);
  const shape = shapeOperand(call, 2);
  checkUpdates(call, updates.shape, indices.shape, shape);
  return result(shape, updates.dtype);
};

const scatterUpdate: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  const indices = call.input(1, INTEGER);
  const updates = call.inputLike(call.input(0), 2);
  checkUpdates(call, updates.shape, indices.shape, shape);
  return result(shape, dtype);
};

/** Each row of the indices is a place; a scalar value goes to all of them. */
const sparseToDense: ShapeRule = (call) => {
  const indices = call.input(0, INTEGER);
  const shape = shapeOperand(call, 1);
  const values = call.input(2);
  call.inputLike(values, 3, []);
  const [places = 1, depth = 1] = indices.shape;
  if (indices.shape.length > 2) call.fail('the indices have more than two axes', formatAval(indices));
  if (depth !== shape.length) call.fail(`each index has ${depth} places, the output is ${formatShape(shape)}`);
  if (values.shape.length > 0 && !sameShape(values.shape, [places])) {
    call.fail(`${places} places need as many values or one`);
  }
  return result(shape, values.dtype);
};

/** Parts of a tensor by their places. */
export const indexing: ShapeRules = {
  GatherNd: gatherNd,
  GatherV2: gather,
  ScatterNd: scatterNd,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: scatterUpdate,
};
