/**
 * `serialization`: state dicts and the bytes that Flax writes (flax.serialization).
 *
 * @module
 */
export { fromBytes, msgpackRestore, msgpackSerialize, toBytes } from './bytes';
export type { NumpyDType } from './dtypes';
export type { BytesOptions } from './encode';
export { MsgpackError } from './msgpackReader';
export { NDArray, type Values } from './ndarray';
export { Complex, Extension, NumpyScalar, PyFloat } from './scalars';
export {
  type Format,
  fromStateDict,
  type Mismatch,
  registerSerializationState,
  type SerializationState,
  StateDictError,
  toStateDict,
} from './stateDict';
