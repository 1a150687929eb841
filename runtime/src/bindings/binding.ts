/**
 * The seam below every tfjs kernel: tfjs-node's TFJSBinding (`@tensorflow/tfjs-node/src/tfjs_binding.ts`), with opaque
 * tensor handles where tfjs-node has numbers, so that the garbage collector sees who still holds a tensor.
 */

/** A binding's own handle of one tensor. Only the binding that made it looks inside. */
export type TensorId = object;

/** Values as tfjs-core keeps them. Strings are arrays of their UTF-8 bytes. */
export type Values = Float32Array | Int32Array | Uint8Array | Uint8Array[];

export interface OpAttr {
  readonly name: string;
  /** One of the TF_ATTR_ constants. */
  readonly type: number;
  /** For TF_ATTR_TYPE a DType; lists are arrays. */
  readonly value: unknown;
}

export interface TensorMetadata {
  id: TensorId;
  shape: number[];
  /** A DType. */
  dtype: number;
}

/** TensorFlow's enum values (tensorflow/c/tf_datatype.h, tensorflow/c/c_api.h), as kernels ask bindings for them. */
export const TF_CONSTANTS = {
  TF_FLOAT: 1,
  TF_INT32: 3,
  TF_UINT8: 4,
  TF_STRING: 7,
  TF_COMPLEX64: 8,
  TF_INT64: 9,
  TF_BOOL: 10,
  TF_RESOURCE: 20,
  TF_VARIANT: 21,
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
  TF_ATTR_RESOURCE: 8,
} as const;

export type TfConstants = typeof TF_CONSTANTS;

export interface Binding extends TfConstants {
  /** `dtype` is a DType; the values are copied. */
  createTensor(shape: readonly number[], dtype: number, values: Values): TensorId;
  /** Frees the tensor now; otherwise it is freed when its handle is collected. */
  deleteTensor(id: TensorId): void;
  /** Throws ConcretizationError where there are no values. */
  tensorDataSync(id: TensorId): Values;
  /** Runs one TensorFlow op. Throws with TensorFlow's own message. */
  executeOp(op: string, attrs: readonly OpAttr[], inputs: readonly TensorId[], numOutputs: number): TensorMetadata[];
  isUsingGpuDevice(): boolean;
  /** How many tensors exist that were neither deleted nor collected. */
  getNumOfTensors(): number;
}
