import type { BatchRule, BatchRules } from '../call';

/** A key for each example; bounds broadcast to each example's array. */
const sample: BatchRule = (call) => {
  const shape = call.attr<readonly number[]>('shape', []);
  const keys = call.input(0).shape.length - 1;
  const bounds = call.inputs.slice(1).map((_, i) => call.aligned(i + 1, keys + shape.length));
  return call.run([call.front(0), ...bounds]);
};

const threefry: BatchRule = (call) => {
  const rank = Math.max(...call.inputs.map(({ shape }) => shape.length));
  return call.run(call.inputs.map((_, i) => (call.input(i).mapped ? call.aligned(i, rank) : call.input(i).id)));
};

const SAMPLERS = [
  ...['Bits', 'Cauchy', 'Exponential', 'Gumbel', 'Integer', 'Laplace', 'Logistic', 'Normal', 'Shuffle', 'Split'],
  ...['TruncatedNormal', 'Uniform', 'Unit'],
];

/** random's primitives: their keys may have axes in front. */
export const random: BatchRules = {
  ...Object.fromEntries(SAMPLERS.map((name) => [`DistaffRandom${name}`, sample])),
  DistaffThreefry2x32: threefry,
};
