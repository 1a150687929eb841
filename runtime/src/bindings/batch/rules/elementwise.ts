import { broadcasting } from '../../rules/broadcasting';
import { elementwise as unaryOps } from '../../rules/elementwise';
import type { BatchRule, BatchRules } from '../call';

/** Each element by itself: examples are more elements. */
const unary: BatchRule = (call) => call.run(call.inputs.map((_, i) => call.front(i)));

/** Operands that broadcast, each example's with its own. */
export const broadcast: BatchRule = (call) => {
  const rank = Math.max(...call.inputs.map(({ shape }) => shape.length));
  return call.run(call.inputs.map((_, i) => call.aligned(i, rank)));
};

const byName = (ops: object, rule: BatchRule): BatchRules =>
  Object.fromEntries(Object.keys(ops).map((op) => [op, rule]));
const { Select: _, AddN: __, ...broadcastOps } = broadcasting;

/** Ops on single elements, of one operand or of several that broadcast. */
export const elementwise: BatchRules = { ...byName(unaryOps, unary), ...byName(broadcastOps, broadcast), AddN: unary };
