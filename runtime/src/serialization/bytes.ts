/** Objects to bytes and back (flax.serialization's to_bytes, from_bytes, msgpack_serialize, msgpack_restore). */
import { isPlainObject } from '../tree';
import { decode } from './decode';
import { type BytesOptions, encode } from './encode';
import { NDArray } from './ndarray';
import { NumpyScalar } from './scalars';
import { fromStateDict, toStateDict } from './stateDict';

/**
 * The bytes that Flax writes for an object of the same fields (flax.serialization.to_bytes): its state dict as msgpack.
 * Reads the values of its tensors. Whole numbers are written as ints, others as floats (`PyFloat` for whole floats).
 * Throws TypeError, with the path, for what has no place in a state dict, ConcretizationError for tensors without values.
 */
export function toBytes(target: unknown, options: BytesOptions = {}): Uint8Array {
  return encode(toStateDict(target, options), 'toBytes', options, false);
}

/**
 * A copy of `target` with the values that `toBytes` of TypeScript or Python wrote (flax.serialization.from_bytes). Of the
 * target only the form counts, as in `fromStateDict`. Throws MsgpackError for damaged bytes, and StateDictError, which
 * names every place where what was saved does not fit.
 */
export function fromBytes(target: null | undefined, bytes: Uint8Array): unknown;
export function fromBytes<T>(target: T, bytes: Uint8Array): T;
export function fromBytes(target: unknown, bytes: Uint8Array): unknown {
  return fromStateDict(target, restored('fromBytes', bytes));
}

/**
 * Nested objects and arrays with tensors and scalars at the leaves as msgpack (flax.serialization.msgpack_serialize). Other
 * than `toBytes` it keeps arrays as lists and, as in Flax, sorts the keys of objects.
 */
export function msgpackSerialize(pytree: unknown, options: BytesOptions = {}): Uint8Array {
  return encode(pytree, 'msgpackSerialize', options, true);
}

/**
 * What stands in bytes of Flax of any version (flax.serialization.msgpack_restore): nested objects with tensors at the
 * leaves, NDArrays for dtypes that tensors cannot have, numbers (PyFloat for whole floats), bigints beyond 2^53, strings,
 * booleans, null, Uint8Array. Throws MsgpackError, with the offset, for damaged bytes.
 */
export function msgpackRestore(bytes: Uint8Array): unknown {
  return restored('msgpackRestore', bytes);
}

function restored(caller: string, bytes: Uint8Array): unknown {
  if (bytes instanceof Uint8Array) {
    // A Buffer's slice would be no copy.
    return withTensors(decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
  }
  const got = bytes === null ? 'null' : typeof bytes;
  throw new TypeError(`${caller} takes a Uint8Array, as toBytes gives and readFileSync reads; got ${got}.`);
}

/** The dtypes of tensors. */
const TENSOR_DTYPES = ['float32', 'int32', 'bool', 'complex64'];

/** What is restored outlives the file's bytes, of which the decoded arrays are a part. */
function withTensors(value: unknown): unknown {
  if (value instanceof NDArray) {
    return TENSOR_DTYPES.includes(value.dtype) ? value.toTensor() : withOwnBytes(value);
  }
  if (value instanceof NumpyScalar) return new NumpyScalar(withOwnBytes(value.array));
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(withTensors);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTensors(item)]));
}

function withOwnBytes({ dtype, shape, bytes }: NDArray): NDArray {
  return new NDArray(dtype, shape, bytes.slice());
}
