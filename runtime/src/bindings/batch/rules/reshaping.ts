import type { BatchRule, BatchRules } from '../call';

/** Where an axis of one example is once the mapped axis is in front; `rank` is the example's. */
export const shifted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis) + 1;

const reshape: BatchRule = (call) => call.run([call.front(0), call.ints([call.size, ...call.values(1, 'shape')])]);

const expandDims: BatchRule = (call) => {
  const [axis = 0] = call.values(1, 'axis');
  return call.run([call.front(0), call.int(axis < 0 ? axis : axis + 1)]);
};

const transpose: BatchRule = (call) => {
  const rank = call.input(0).shape.length;
  const order = call.values(1, 'permutation').map((axis) => shifted(axis, rank));
  return call.run([call.front(0), call.ints([0, ...order])]);
};

const tile: BatchRule = (call) => call.run([call.front(0), call.ints([1, ...call.values(1, 'multiples')])]);

const reverse: BatchRule = (call) => {
  const rank = call.input(0).shape.length;
  return call.run([call.front(0), call.ints(call.values(1, 'axes').map((axis) => shifted(axis, rank)))]);
};

const broadcastTo: BatchRule = (call) => {
  const shape = call.values(1, 'shape');
  return call.run([call.aligned(0, shape.length), call.ints([call.size, ...shape])]);
};

/** The same elements in another arrangement. */
export const reshaping: BatchRules = {
  BroadcastTo: broadcastTo,
  ExpandDims: expandDims,
  Reshape: reshape,
  ReverseV2: reverse,
  Tile: tile,
  Transpose: transpose,
};
