import type { BatchRule, BatchRules } from '../call';
import { loop } from '../loop';

/** Along the last axis; operand 1 is the number of places. */
const topK: BatchRule = (call) => (call.input(1).mapped ? loop(call) : call.run([call.front(0), call.input(1).id]));

/** Choices by element; a condition for whole rows is for each example by itself. */
const select: BatchRule = (call) => {
  const [condition, chosen] = [call.input(0), call.input(1)];
  if (condition.shape.length !== chosen.shape.length) return loop(call);
  return call.run(call.inputs.map((_, i) => call.front(i)));
};

/** Rows of sorted values: examples are more rows. */
const search: BatchRule = (call) => {
  const rows = call.input(0).shape[0] as number;
  const [sorted, sought] = call.inputs.map(({ shape, dtype }, i) =>
    call.reshape(call.front(i), dtype, [call.size * rows, shape[1] as number]),
  );
  return call.below(call.op, call.attrs, [sorted, sought] as object[], 1).map(({ id, shape, dtype }) => {
    const own = [rows, ...shape.slice(1)];
    return call.level.mapped(call.reshape(id, dtype, [call.size, ...own]), own, dtype);
  });
};

/** Order and choice. */
export const sorting: BatchRules = { LowerBound: search, Select: select, TopKV2: topK, UpperBound: search };
