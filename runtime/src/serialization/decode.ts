/** The bytes that Flax writes, of any version, as nested objects with NDArrays and scalars at the leaves. */
import { joined } from './chunks';
import { infoOf, parseDType } from './dtypes';
import { EXTENSIONS, isWhole } from './encode';
import { MsgpackError, MsgpackReader } from './msgpackReader';
import { NDArray } from './ndarray';
import { Complex, Extension, NumpyScalar, PyFloat } from './scalars';

/** Throws MsgpackError, which says at which byte, for data that are damaged or cut off. */
export function decode(bytes: Uint8Array): unknown {
  return readerOf(bytes, 0).whole();
}

function readerOf(bytes: Uint8Array, start: number): MsgpackReader {
  return new MsgpackReader(bytes, { float, extension, object }, start);
}

/** A float that JavaScript would take for an integer stays one. */
function float(value: number): unknown {
  return isWhole(value) ? new PyFloat(value) : value;
}

function extension(type: number, data: Uint8Array, offset: number): unknown {
  if (type === EXTENSIONS.ndarray) return readArray(data, offset);
  if (type === EXTENSIONS.npscalar) {
    const array = readArray(data, offset);
    return array.shape.length === 0 ? new NumpyScalar(array) : array;
  }
  if (type !== EXTENSIONS.complex) return new Extension(type, data.slice());
  const parts = readerOf(data, offset).whole();
  const [re, im] = Array.isArray(parts) ? parts.map(Number) : [];
  if (re === undefined || im === undefined) throw new MsgpackError('A complex number is not [re, im]', offset);
  return new Complex(re, im);
}

function object(value: Record<string, unknown>, offset: number): unknown {
  return checked(offset, () => joined(value) ?? value);
}

function readArray(data: Uint8Array, offset: number): NDArray {
  const parts = readerOf(data, offset).whole();
  const [shape, written, bytes] = Array.isArray(parts) && parts.length === 3 ? parts : [];
  if (
    !isShape(shape) ||
    !(typeof written === 'string' || written instanceof Uint8Array) ||
    !(bytes instanceof Uint8Array)
  ) {
    throw new MsgpackError('An array is not [shape, dtype, bytes]', offset);
  }
  const { dtype, bigEndian } = parseDType(typeof written === 'string' ? written : new TextDecoder().decode(written));
  return checked(offset, () => new NDArray(dtype, shape, bigEndian ? littleEndian(dtype, bytes) : bytes));
}

function isShape(shape: unknown): shape is number[] {
  return Array.isArray(shape) && shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0);
}

function littleEndian(dtype: string, bytes: Uint8Array): Uint8Array {
  const itemSize = infoOf(dtype)?.itemSize ?? 1;
  const width = dtype.startsWith('complex') ? itemSize / 2 : itemSize;
  const swapped = bytes.slice();
  for (let start = 0; start < swapped.length; start += width) swapped.subarray(start, start + width).reverse();
  return swapped;
}

function checked<R>(offset: number, read: () => R): R {
  try {
    return read();
  } catch (error) {
    throw new MsgpackError((error as Error).message.replace(/\.$/, ''), offset);
  }
}
