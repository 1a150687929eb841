import { type Aval, formatAval } from './aval';
import { registerBindingBackend, ViewingBackend } from './backend';
import { type Binding, type OpAttr, type TensorId, type TensorMetadata, TF_CONSTANTS, type Values } from './binding';
import { ConcretizationError } from './concretization';
import { shapeRules } from './rules/index';

export const ABSTRACT_BACKEND = 'abstract';

/** Larger constants are never operands that decide a shape. */
const LARGEST_OPERAND = 1024;

/** Tensors with a shape and a dtype and no data: an op's execution is its shape rule. */
export const abstractBinding: Binding = {
  ...TF_CONSTANTS,

  createTensor(shape: readonly number[], dtype: number, values: Values): TensorId {
    const operand = values.length > 0 && values.length <= LARGEST_OPERAND && dtype !== TF_CONSTANTS.TF_FLOAT;
    return { shape, dtype, ...(operand && { values }) } satisfies Aval;
  },

  deleteTensor() {},

  tensorDataSync(id: TensorId): Values {
    throw new ConcretizationError(formatAval(id as Aval));
  },

  executeOp(op: string, attrs: readonly OpAttr[], inputs: readonly TensorId[], numOutputs: number): TensorMetadata[] {
    const rule = shapeRules[op];
    if (rule === undefined) throw new Error(`No shape rule for the TensorFlow op ${op}.`);
    const outputs = rule(inputs as readonly Aval[], attributesByName(attrs), numOutputs);
    return outputs.map((aval) => ({ id: aval, shape: [...aval.shape], dtype: aval.dtype }));
  },

  isUsingGpuDevice: () => false,

  getNumOfTensors: () => 0,
};

function attributesByName(attrs: readonly OpAttr[]): Record<string, unknown> {
  const byName: Record<string, unknown> = {};
  for (const { name, value } of attrs) byName[name] = value;
  return byName;
}

registerBindingBackend(ABSTRACT_BACKEND, () => new ViewingBackend(abstractBinding, ABSTRACT_BACKEND));
