/** Readers of the containers in which models are passed on: .npy, .npz, .safetensors. */
import { fromBuffer } from 'yauzl';
import { serialization } from '../../runtime/src/index';

type NDArray = serialization.NDArray;

const NUMPY_NAMES: Record<string, string> = {
  '|b1': 'bool',
  '<i4': 'int32',
  '<i8': 'int64',
  '<u2': 'uint16',
  '<f2': 'float16',
  '<f4': 'float32',
};

/** NumPy's format 1.0: a header that is a Python dict, then the elements. */
export function readNpy(file: Buffer): NDArray {
  const end = 10 + file.readUInt16LE(8);
  const [, descr = '', isFortran, sizes = ''] =
    /'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([^)]*)\)/.exec(file.toString('latin1', 10, end)) ??
    [];
  const shape = [...sizes.matchAll(/\d+/g)].map(Number);
  const array = new serialization.NDArray(NUMPY_NAMES[descr] ?? descr, shape, file.subarray(end));
  return isFortran === 'True' ? rowMajor(array) : array;
}

/** From the order in which the first axis runs fastest to that in which the last one does. */
function rowMajor({ dtype, shape, bytes }: NDArray): NDArray {
  const size = shape.reduce((product, n) => product * n, 1);
  const itemSize = bytes.length / size;
  const sorted = new Uint8Array(bytes.length);
  for (let to = 0; to < size; to++) {
    let [rest, from, stride] = [to, 0, size];
    for (const axis of [...shape].reverse()) {
      stride /= axis;
      from += (rest % axis) * stride;
      rest = Math.floor(rest / axis);
    }
    sorted.set(bytes.subarray(from * itemSize, (from + 1) * itemSize), to * itemSize);
  }
  return new serialization.NDArray(dtype, shape, sorted);
}

/** A zip archive of .npy files. */
export async function readNpz(file: Buffer): Promise<Record<string, NDArray>> {
  const arrays: Record<string, NDArray> = {};
  await new Promise<void>((resolve, reject) => {
    fromBuffer(file, { lazyEntries: true }, (problem, zip) => {
      if (problem) return reject(problem);
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (entry) => {
        zip.openReadStream(entry, async (error, stream) => {
          if (error) return reject(error);
          arrays[entry.fileName.replace(/\.npy$/, '')] = readNpy(Buffer.concat(await stream.toArray()));
          zip.readEntry();
        });
      });
      zip.readEntry();
    });
  });
  return arrays;
}

const SAFETENSORS_NAMES: Record<string, string> = {
  BOOL: 'bool',
  I32: 'int32',
  I64: 'int64',
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
};

/** The length of a JSON header, the header, then the elements of all tensors. */
export function readSafetensors(file: Buffer): Record<string, NDArray> {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, SafetensorsEntry>;
  return Object.fromEntries(
    Object.entries(header).flatMap(([name, { dtype, shape, data_offsets }]) => {
      if (name === '__metadata__') return [];
      const bytes = file.subarray(...(data_offsets.map((offset) => start + offset) as [number, number]));
      return [[name, new serialization.NDArray(SAFETENSORS_NAMES[dtype] ?? dtype, shape, bytes)]];
    }),
  );
}

interface SafetensorsEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}
