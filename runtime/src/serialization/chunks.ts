/** Large arrays in pieces, for one piece of msgpack has less than 2^32 bytes (flax.serialization's _chunk, _unchunk). */
import { infoOf } from './dtypes';
import { NDArray } from './ndarray';

const MARK = '__msgpack_chunked_array__';

/** What stands for the array; undefined if it is small enough to be written in one piece. */
export function chunked(array: NDArray, maxBytes: number): Record<string, unknown> | undefined {
  if (array.bytes.length <= maxBytes) return undefined;
  const itemSize = infoOf(array.dtype)?.itemSize ?? array.bytes.length / array.size;
  const step = Math.max(1, Math.floor(maxBytes / itemSize)) * itemSize;
  const chunks = [];
  for (let start = 0; start < array.bytes.length; start += step) {
    const bytes = array.bytes.subarray(start, start + step);
    chunks.push(new NDArray(array.dtype, [bytes.length / itemSize], bytes));
  }
  return { [MARK]: true, shape: indexed(array.shape), chunks: indexed(chunks) };
}

/** The array that an object stands for; undefined for other objects. Throws if the pieces do not make up the shape. */
export function joined(value: Readonly<Record<string, unknown>>): NDArray | undefined {
  if (!Object.hasOwn(value, MARK)) return undefined;
  const shape = Object.values((value.shape ?? {}) as object);
  const chunks: unknown[] = Object.values((value.chunks ?? {}) as object);
  const [first] = chunks;
  if (!(first instanceof NDArray) || !chunks.every((chunk) => chunk instanceof NDArray)) {
    throw new TypeError('An array in pieces has something else among them.');
  }
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.bytes, at);
    at += chunk.bytes.length;
  }
  return new NDArray(first.dtype, shape, bytes);
}

function indexed(items: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(items.entries());
}
