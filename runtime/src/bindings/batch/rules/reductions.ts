import type { BatchRule, BatchRules } from '../call';
import { shifted } from './reshaping';

/** Along the axes in operand 1. */
const alongAxes: BatchRule = (call) => {
  const rank = call.input(0).shape.length;
  return call.run([call.front(0), call.ints(call.values(1, 'axes').map((axis) => shifted(axis, rank)))]);
};

/** Along the axis in operand 1. */
const alongAxis: BatchRule = (call) => {
  const [axis = 0] = call.values(1, 'axis');
  return call.run([call.front(0), call.int(shifted(axis, call.input(0).shape.length))]);
};

const sameForAll = (ops: readonly string[], rule: BatchRule): BatchRules =>
  Object.fromEntries(ops.map((op) => [op, rule]));

/** Ops along axes. */
export const reductions: BatchRules = {
  ...sameForAll(['All', 'Any', 'Max', 'Mean', 'Min', 'Prod', 'Sum'], alongAxes),
  ...sameForAll(['ArgMax', 'ArgMin', 'Cumprod', 'Cumsum'], alongAxis),
};
