/** State dicts as the bytes that Flax writes. */
import { Tensor } from '#tfjs';
import { ConcretizationError } from '../bindings/concretization';
import { isAbstract } from '../transforms/evalShape';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import { isPlainObject } from '../tree';
import { chunked } from './chunks';
import { infoOf } from './dtypes';
import { describeLeaf } from './leaves';
import { MsgpackWriter } from './msgpackWriter';
import { NDArray } from './ndarray';
import { Complex, Extension, NumpyScalar, PyFloat } from './scalars';
import type { Format } from './stateDict';

/** Flax's msgpack extensions. */
export const EXTENSIONS = { ndarray: 1, complex: 2, npscalar: 3 } as const;

export interface BytesOptions {
  /**
   * `flax`, the default: as Flax writes since 0.3.6. `flax-0.1`: as it wrote before, dtypes as `<f4` instead of `float32`,
   * no NumPy scalars, no arrays in pieces, the optimizers' older layout. Both can be read here.
   */
  readonly format?: Format;
  /** Arrays of more bytes than this are written in pieces. Default 2^30, as in Flax. */
  readonly maxChunkBytes?: number;
}

/** Flax's MAX_CHUNK_SIZE. */
const MAX_CHUNK_BYTES = 2 ** 30;

interface Encoding {
  /** The function that the user called. */
  readonly caller: string;
  readonly isOld: boolean;
  readonly maxChunkBytes: number;
  /** Whether objects are written by sorted key, as jax.tree_util's functions leave dicts. */
  readonly sorted: boolean;
}

/** Writes nested objects, arrays and leaves. Throws TypeError for what cannot be written, naming its path. */
export function encode(value: unknown, caller: string, options: BytesOptions, sorted: boolean): Uint8Array {
  const { format = 'flax', maxChunkBytes = MAX_CHUNK_BYTES } = options;
  if (format !== 'flax' && format !== 'flax-0.1') {
    throw new TypeError(`${caller}: the formats are 'flax' and 'flax-0.1', got '${String(format)}'.`);
  }
  if (!(maxChunkBytes >= 1)) throw new RangeError(`${caller}: maxChunkBytes is 1 or more, got ${maxChunkBytes}.`);
  const isOld = format === 'flax-0.1';
  const writer = new MsgpackWriter();
  write(writer, value, [], { caller, isOld, maxChunkBytes, sorted: sorted && !isOld });
  return writer.finish();
}

function write(writer: MsgpackWriter, value: unknown, path: readonly string[], how: Encoding): void {
  if (value === null || value === undefined) writer.nil();
  else if (typeof value === 'boolean') writer.boolean(value);
  else if (typeof value === 'number' && !isWhole(value)) writer.float(value);
  else if (typeof value === 'number' || isWide(value)) writer.integer(value);
  else if (typeof value === 'string') writer.string(value);
  else if (value instanceof PyFloat) writer.float(value.value);
  else if (value instanceof Uint8Array) writer.binary(value);
  else if (value instanceof Tensor) writeArray(writer, arrayOf(value, path, how), path, how);
  else if (value instanceof NDArray) writeArray(writer, value, path, how);
  else if (value instanceof Complex) writer.extension(EXTENSIONS.complex, complexContent(value));
  else if (value instanceof NumpyScalar && !how.isOld) {
    writer.extension(EXTENSIONS.npscalar, arrayContent(value.array, how));
  } else if (value instanceof Extension) writer.extension(value.type, bytesContent(value.data));
  else if (Array.isArray(value) && path.length < DEEPEST) writeList(writer, value, path, how);
  else if (isPlainObject(value) && path.length < DEEPEST) writeDict(writer, value, path, how);
  else throw new TypeError(cannotWrite(value, path, how));
}

/** Deeper than any state that somebody means, and far from the end of the stack. */
const DEEPEST = 1000;

/** A bigint that msgpack has a form for. */
function isWide(value: unknown): value is bigint {
  return typeof value === 'bigint' && (BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value);
}

/** Whether a JavaScript number is written as a Python int. */
export function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function cannotWrite(value: unknown, path: readonly string[], { caller }: Encoding): string {
  if (path.length >= DEEPEST) return `${caller}: more than ${DEEPEST} containers deep. Does something contain itself?`;
  const hints = [
    [typeof value === 'bigint', 'A whole number has at most 64 bits.'],
    [value instanceof NumpyScalar, "The format 'flax-0.1' has no NumPy scalars; use a number or the format 'flax'."],
    [ArrayBuffer.isView(value), 'Make it an array: serialization.NDArray.of(dtype, shape, values), or a tensor.'],
    [caller !== 'toBytes', 'Only plain objects and arrays are written as they are; toBytes writes everything.'],
  ] as const;
  const hint =
    hints.find(([applies]) => applies)?.[1] ??
    'Make it a static field, struct.field({ pytreeNode: false }), or register its class with registerSerializationState.';
  return `${caller}: /${path.join('/')} holds ${describeLeaf(value)}, which cannot be written. ${hint}`;
}

function writeList(writer: MsgpackWriter, list: readonly unknown[], path: readonly string[], how: Encoding): void {
  writer.arrayHeader(list.length);
  // As in Flax, only the values of dicts are written in pieces.
  const inList = { ...how, maxChunkBytes: Number.POSITIVE_INFINITY };
  for (const [i, item] of list.entries()) write(writer, item, [...path, String(i)], inList);
}

function writeDict(
  writer: MsgpackWriter,
  dict: Readonly<Record<string, unknown>>,
  path: readonly string[],
  how: Encoding,
): void {
  const keys = Object.keys(dict);
  if (how.sorted) keys.sort(byCodePoints);
  writer.mapHeader(keys.length);
  for (const key of keys) {
    writer.string(key);
    write(writer, dict[key], [...path, key], how);
  }
}

/** Python's order of texts, which JavaScript's differs from beyond the 16 bits of a char code. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((char, i) => char !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? -1) - (right[at]?.codePointAt(0) ?? -1);
}

function arrayOf(tensor: Tensor, path: readonly string[], { caller }: Encoding): NDArray {
  const where = `/${path.join('/')}`;
  if (isAbstract(tensor as unknown)) {
    throw new ConcretizationError(`${caller} needs the values of ${where}, ${formatTensor(tensor)}`);
  }
  if (tensor.dtype === 'string')
    throw new TypeError(`${caller}: ${where} is a tensor of strings, which Flax cannot read.`);
  return NDArray.fromTensor(tensor);
}

function writeArray(writer: MsgpackWriter, array: NDArray, path: readonly string[], how: Encoding): void {
  const pieces = how.isOld ? undefined : chunked(array, how.maxChunkBytes);
  if (pieces === undefined) writer.extension(EXTENSIONS.ndarray, arrayContent(array, how));
  else write(writer, pieces, path, { ...how, maxChunkBytes: Number.POSITIVE_INFINITY, sorted: false });
}

function arrayContent({ dtype, shape, bytes }: NDArray, { isOld }: Encoding): MsgpackWriter {
  const content = new MsgpackWriter();
  content.arrayHeader(3);
  content.arrayHeader(shape.length);
  for (const axis of shape) content.integer(axis);
  content.string(isOld ? (infoOf(dtype)?.code ?? dtype) : dtype);
  content.binary(bytes);
  return content;
}

function complexContent({ re, im }: Complex): MsgpackWriter {
  const content = new MsgpackWriter();
  content.arrayHeader(2);
  content.float(re);
  content.float(im);
  return content;
}

function bytesContent(bytes: Uint8Array): MsgpackWriter {
  const content = new MsgpackWriter();
  content.raw(bytes);
  return content;
}
