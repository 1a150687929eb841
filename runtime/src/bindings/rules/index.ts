import type { Aval } from '../aval';
import type { OpAttr } from '../binding';
import { broadcasting } from './broadcasting';
import { complex } from './complex';
import { convolution } from './convolution';
import { creation } from './creation';
import { distaff } from './distaff';
import { einsum } from './einsum';
import { elementwise } from './elementwise';
import { images } from './images';
import { indexing } from './indexing';
import { joining } from './joining';
import { linearAlgebra } from './linearAlgebra';
import { matmul } from './matmul';
import { normalization } from './normalization';
import { OpCall } from './opCall';
import { padding } from './padding';
import { pooling } from './pooling';
import { random } from './random';
import { reductions } from './reductions';
import { reshaping } from './reshaping';
import type { ShapeRules } from './rule';
import { segments } from './segments';
import { slicing } from './slicing';
import { sorting } from './sorting';
import { special } from './special';
import { summaries } from './summaries';

/** One rule for every TensorFlow op that a kernel emits. */
export const shapeRules: ShapeRules = {
  ...broadcasting,
  ...complex,
  ...convolution,
  ...creation,
  ...distaff,
  ...einsum,
  ...elementwise,
  ...images,
  ...indexing,
  ...joining,
  ...linearAlgebra,
  ...matmul,
  ...normalization,
  ...padding,
  ...pooling,
  ...random,
  ...reductions,
  ...reshaping,
  ...segments,
  ...slicing,
  ...sorting,
  ...special,
  ...summaries,
};

/**
 * The outputs of one TensorFlow op. Throws ShapeError where TensorFlow would refuse the call, ConcretizationError where
 * the outputs' shapes follow from values that are not known.
 */
export function inferShapes(op: string, inputs: readonly Aval[], attrs: readonly OpAttr[]): Aval[] {
  const rule = shapeRules[op];
  if (rule === undefined) throw new Error(`No shape rule for the TensorFlow op ${op}.`);
  return rule(new OpCall(op, inputs, attrs));
}
