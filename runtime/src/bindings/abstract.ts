import { type Aval, formatAval, sizeOf } from './aval';
import { registerBindingBackend, ViewingBackend } from './backend';
import { type Binding, type OpAttr, type TensorId, type TensorMetadata, TF_CONSTANTS, type Values } from './binding';
import { ConcretizationError } from './concretization';
import { inferShapes } from './rules/index';
import './addedKernels';
import './randomKernels';
// Kernels ask the native backend for the TF_ constants; it loads nothing until a value is needed.
import './native';

export const ABSTRACT_BACKEND = 'abstract';

/** The most elements of a constant that are kept: every operand that decides a shape is smaller, all data is larger. */
const LARGEST_OPERAND = 1024;

/** Tensors with a shape and a dtype and no data: an op's execution is its shape rule. */
export const abstractBinding: Binding = {
  ...TF_CONSTANTS,

  createTensor(shape: readonly number[], dtype: number, values: Values): TensorId {
    // A view of a foreign tensor comes without values, an int64 scalar as two halves, strings may be whole files.
    const known =
      values.length === sizeOf(shape) && values.length <= LARGEST_OPERAND && dtype !== TF_CONSTANTS.TF_STRING;
    return (known ? { shape, dtype, values: values.slice() } : { shape, dtype }) satisfies Aval;
  },

  deleteTensor() {},

  tensorDataSync(id: TensorId): Values {
    const aval = id as Aval;
    if (aval.values !== undefined) return aval.values.slice();
    throw new ConcretizationError(`The value of an abstract tensor ${formatAval(aval)} was read`);
  },

  executeOp(op: string, attrs: readonly OpAttr[], inputs: readonly TensorId[]): TensorMetadata[] {
    const outputs = inferShapes(op, inputs as readonly Aval[], attrs);
    return outputs.map((aval) => ({ id: aval, shape: [...aval.shape], dtype: aval.dtype }));
  },

  isUsingGpuDevice: () => false,

  getNumOfTensors: () => 0,
};

registerBindingBackend(ABSTRACT_BACKEND, () => new ViewingBackend(abstractBinding, ABSTRACT_BACKEND));
