/** `serialization`: state dicts and the bytes that Flax writes (flax.serialization). */
export type { NumpyDType } from './dtypes';
export { NDArray, type Values } from './ndarray';
export { Complex, Extension, NumpyScalar, PyFloat } from './scalars';
export {
  fromStateDict,
  type Mismatch,
  registerSerializationState,
  type SerializationState,
  StateDictError,
  toStateDict,
} from './stateDict';
