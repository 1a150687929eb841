import { TF_CONSTANTS as TF } from '../../binding';
import type { BatchRule, BatchRules } from '../call';
import { loop } from '../loop';
import { broadcast } from './elementwise';

/** The mapped axis is one more letter. */
const einsum: BatchRule = (call) => {
  const equation = call.attr<string>('equation');
  const letter = [...'zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA'].find((name) => !equation.includes(name));
  const [operands = '', output, ...more] = equation.split('->');
  // TensorFlow takes a name that no operand has for another one, and in a batch ends the process. What is no equation it
  // refuses.
  const isSound = output !== undefined && more.length === 0 && operands.split(',').length === call.inputs.length;
  if (!isSound || [...output].some((name) => !operands.includes(name))) return loop(call);
  const named = operands.split(',').map((names, i) => (call.input(i).mapped ? letter : '') + names);
  const mapped = `${named.join(',')}->${letter}${output}`;
  return call.run(
    call.inputs.map(({ id }) => id),
    call.withAttrs({ equation: [TF.TF_ATTR_STRING, mapped] }),
  );
};

/** Ops on the last axes; those before are for more of the same. */
export const onLastAxes: BatchRule = (call) => call.run(call.inputs.map((_, i) => call.front(i)));

const ON_LAST_AXES = [
  ...['Cholesky', 'MatrixDeterminant', 'LogMatrixDeterminant', 'MatrixInverse', 'MatrixSolve', 'MatrixTriangularSolve'],
  ...['Qr', 'SelfAdjointEigV2', 'Svd', 'FFT', 'IFFT', 'Softmax', 'LogSoftmax'],
];

/** Products and decompositions. */
export const linear: BatchRules = {
  ...Object.fromEntries(ON_LAST_AXES.map((op) => [op, onLastAxes])),
  BatchMatMulV2: broadcast,
  Einsum: einsum,
};
