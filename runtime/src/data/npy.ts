/** Arrays in files, read in parts: NumPy's .npy (numpy.lib.format) and values without a header. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { infoOf, NUMPY_DTYPES, type NumpyDType, parseDType } from '../serialization/dtypes';
import { NDArray } from '../serialization/ndarray';
import { checkCount } from './cursor';
import type { Reader } from './sources';

/** Where rows of one form stand in a file. */
interface Layout {
  readonly dtype: string;
  /** Of one row. */
  readonly shape: readonly number[];
  readonly rows: number;
  /** Bytes before the first. */
  readonly offset: number;
  /** Bytes of one. */
  readonly rowSize: number;
}

/** Read at once, so that small rows do not cost a system call each. */
const BLOCK_BYTES = 1 << 20;

/** Rows of .npy files, each an NDArray; the batches of them are tensors. */
export const npy: Reader<NDArray> = {
  async *read(path, skip) {
    yield* rowsFrom(path, (handle) => npyLayout(path, (bytes, at) => readExactly(handle, bytes, at)), skip);
  },
  count(path) {
    return counted(path, (file) => npyLayoutSync(path, file).rows);
  },
};

export interface RecordsOptions {
  /** NumPy's name; the bytes are little-endian. */
  readonly dtype: NumpyDType;
  /** Of one record; [] for a single value. */
  readonly shape: readonly number[];
  /** Bytes before the first record, 0 if not given: 16 for the images of MNIST, 8 for its labels. */
  readonly header?: number;
}

/** Records of files that hold values of one dtype and nothing else, each an NDArray. */
export function records({ dtype, shape, header = 0 }: RecordsOptions): Reader<NDArray> {
  const info = infoOf(dtype);
  if (info === undefined) {
    throw new TypeError(`data.records: there is no dtype '${dtype}'; there are ${NUMPY_DTYPES.join(', ')}.`);
  }
  checkCount('data.records: header', header, 0);
  for (const size of shape) checkCount('data.records: a size of the shape', size, 1);
  const rowSize = elements(shape) * info.itemSize;
  const layout = (bytes: number): Layout => {
    const rows = (bytes - header) / rowSize;
    if (Number.isInteger(rows) && rows >= 0) return { dtype, shape, rows, offset: header, rowSize };
    throw new RangeError(`It has ${bytes} bytes, which are no whole records of ${rowSize} bytes after ${header}.`);
  };
  return {
    async *read(path, skip) {
      yield* rowsFrom(path, async (handle) => layout((await handle.stat()).size), skip);
    },
    count: (path) => counted(path, () => layout(statSync(path).size).rows),
  };
}

/** An .npy file as an NDArray, or of it the rows [begin, end), which alone are read. Rejects for files that are none. */
export async function readNpy(
  path: string,
  { begin = 0, end }: { readonly begin?: number; readonly end?: number } = {},
): Promise<NDArray> {
  const handle = await open(path);
  try {
    const layout = await npyLayout(path, (bytes, at) => readExactly(handle, bytes, at));
    const last = end ?? layout.rows;
    checkCount('data.readNpy: begin', begin, 0);
    if (last > layout.rows || begin > last) {
      throw new RangeError(`data.readNpy: rows ${begin} to ${last} of ${path}, which has ${layout.rows}.`);
    }
    const bytes = await readExactly(handle, (last - begin) * layout.rowSize, layout.offset + begin * layout.rowSize);
    return new NDArray(layout.dtype, layout.isScalar ? [] : [last - begin, ...layout.shape], bytes);
  } finally {
    await handle.close();
  }
}

async function* rowsFrom(
  path: string,
  layoutOf: (handle: FileHandle) => Promise<Layout>,
  skip: number,
): AsyncGenerator<NDArray> {
  const handle = await open(path);
  try {
    const { dtype, shape, rows, offset, rowSize } = await layoutOf(handle);
    const atOnce = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(1, rowSize)));
    for (let row = skip; row < rows; row += atOnce) {
      const count = Math.min(atOnce, rows - row);
      const block = await readExactly(handle, count * rowSize, offset + row * rowSize);
      for (let i = 0; i < count; i++) yield new NDArray(dtype, shape, block.subarray(i * rowSize, (i + 1) * rowSize));
    }
  } finally {
    await handle.close();
  }
}

async function readExactly(handle: FileHandle, size: number, position: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await handle.read(bytes, done, size - done, position + done);
    if (bytesRead === 0) throw new RangeError(`The file ends ${size - done} bytes too early.`);
    done += bytesRead;
  }
  return bytes;
}

/** The number of rows before anything is read; what is wrong with a file is told when it is read. */
function counted(path: string, count: (file: number) => number): number | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return count(file);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

type NpyLayout = Layout & { readonly isScalar: boolean };

/** Magic, version and the length of the header. */
const PREAMBLE = 12;

function headerPlace(path: string, preamble: Uint8Array): { begin: number; size: number } {
  const view = new DataView(preamble.buffer, preamble.byteOffset, PREAMBLE);
  const magic = String.fromCharCode(...preamble.subarray(0, 6));
  if (magic !== '\x93NUMPY')
    throw new TypeError(`${path} is no .npy file: it does not begin as numpy.save begins one.`);
  const isFirst = preamble[6] === 1;
  return isFirst ? { begin: 10, size: view.getUint16(8, true) } : { begin: 12, size: view.getUint32(8, true) };
}

async function npyLayout(
  path: string,
  read: (size: number, position: number) => Promise<Uint8Array>,
): Promise<NpyLayout> {
  const { begin, size } = headerPlace(path, await read(PREAMBLE, 0));
  return parseHeader(path, new TextDecoder().decode(await read(size, begin)), begin + size);
}

function npyLayoutSync(path: string, file: number): NpyLayout {
  const preamble = new Uint8Array(PREAMBLE);
  readSync(file, preamble, 0, PREAMBLE, 0);
  const { begin, size } = headerPlace(path, preamble);
  const header = new Uint8Array(size);
  readSync(file, header, 0, size, begin);
  return parseHeader(path, new TextDecoder().decode(header), begin + size);
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }` */
function parseHeader(path: string, header: string, offset: number): NpyLayout {
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || sizes === undefined) {
    throw new TypeError(`${path} holds no plain array: its header is ${header.trim()}.`);
  }
  const { dtype, bigEndian } = parseDType(descr);
  const info = infoOf(dtype);
  if (info === undefined || bigEndian) {
    const what = bigEndian ? 'whose bytes are big-endian' : 'which tensors cannot have';
    throw new TypeError(`${path} is of dtype '${descr}', ${what}. Save it anew, as array.astype('<f4') for example.`);
  }
  if (/'fortran_order':\s*True/.test(header)) {
    throw new TypeError(`${path} is in Fortran order. Save it anew with numpy.ascontiguousarray(array).`);
  }
  const all = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const isScalar = all.length === 0;
  const [rows = 1, ...shape] = all;
  return { dtype, shape, rows, offset, rowSize: elements(shape) * info.itemSize, isScalar };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
