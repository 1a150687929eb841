/** Arrays of every NumPy dtype as they stand in files, also of those that tensors cannot have. */
import { complex, type Tensor, type TypedArray, tensor } from '#tfjs';
import { INSPECT } from '../inspect/print';
import { formatArray, infoOf, NUMPY_DTYPES, type NumpyDType } from './dtypes';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './halfFloats';

/** The typed arrays that hold an NDArray's values. */
export type Values =
  | TypedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

type NumberArray = new (buffer: ArrayBuffer) => Values;

const ARRAYS: Readonly<Record<NumpyDType, NumberArray>> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/**
 * An array of any NumPy dtype, with its bytes: what restoring gives for dtypes that tensors cannot have (float64,
 * float16, bfloat16, the integers but int32, complex128). It is written again byte for byte. Immutable, a leaf of trees.
 */
export class NDArray {
  /** NumPy's name: `bfloat16`. */
  readonly dtype: string;
  /** The sizes of its axes. */
  readonly shape: readonly number[];
  /** The elements in row-major order, little-endian. */
  readonly bytes: Uint8Array;

  /** Throws if the bytes do not fill the shape. A dtype that is not listed is kept as it is. */
  constructor(dtype: string, shape: readonly number[], bytes: Uint8Array) {
    const size = sizeOf(shape);
    const expected = infoOf(dtype)?.itemSize;
    if (expected !== undefined && bytes.length !== size * expected) {
      throw new RangeError(
        `NDArray: ${formatArray({ dtype, shape })} has ${size * expected} bytes, got ${bytes.length}.`,
      );
    }
    this.dtype = dtype;
    this.shape = Object.freeze([...shape]);
    // A Buffer's slice is no copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * An array of the given values in row-major order: numbers, for int64 and uint64 bigints or whole numbers, for complex
   * dtypes pairs of re and im one after the other. Numbers are rounded to the dtype; throws if their number is not the shape's.
   */
  static of(dtype: NumpyDType, shape: readonly number[], values: ArrayLike<number | bigint | boolean>): NDArray {
    if (infoOf(dtype) === undefined) {
      throw new TypeError(`NDArray: there is no dtype '${dtype}'; there are ${NUMPY_DTYPES.join(', ')}.`);
    }
    const length = sizeOf(shape) * (dtype.startsWith('complex') ? 2 : 1);
    if (values.length !== length) {
      throw new RangeError(`NDArray: ${formatArray({ dtype, shape })} has ${length} values, got ${values.length}.`);
    }
    const stored = Array.from(values, toStored(dtype));
    const typed = ARRAYS[dtype] as unknown as { from(values: readonly unknown[]): Values };
    return new NDArray(dtype, shape, bytesOf(typed.from(stored)));
  }

  /** A tensor's values, of its own dtype or another. Reads the tensor. */
  static fromTensor(source: Tensor, dtype: NumpyDType = source.dtype as NumpyDType): NDArray {
    const values = source.dataSync() as TypedArray;
    if (dtype === source.dtype) return new NDArray(dtype, source.shape, bytesOf(values).slice());
    return NDArray.of(dtype, source.shape, values);
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The values in row-major order: bigints for int64 and uint64, 0 and 1 for bool, float32 values for float16 and
   * bfloat16, re and im one after the other for complex dtypes. A copy. Throws for dtypes that are not listed.
   */
  values(): Values {
    const Typed = ARRAYS[this.#known('the values')];
    const typed = new Typed(this.bytes.slice().buffer as ArrayBuffer);
    if (this.dtype === 'float16') return Float32Array.from(typed as Uint16Array, fromFloat16);
    if (this.dtype === 'bfloat16') return Float32Array.from(typed as Uint16Array, fromBfloat16);
    return typed;
  }

  /**
   * A tensor with the same values: float32 for the real floats (float64 is rounded), complex64 for the complex ones, bool,
   * and int32 for the integers. uint32 keeps its bits, as random keys do. Throws where an integer is too large for int32.
   */
  toTensor(): Tensor {
    const dtype = this.#known('a tensor');
    const shape = [...this.shape];
    const values = this.values();
    if (dtype.startsWith('complex')) {
      const pairs = dtype === 'complex64' ? (values as Float32Array) : Float32Array.from(values as Float64Array);
      return complex(tensor(every2nd(pairs, 0), shape, 'float32'), tensor(every2nd(pairs, 1), shape, 'float32'));
    }
    if (dtype === 'bool') return tensor(values as Uint8Array, shape, 'bool');
    if (values instanceof Float32Array) return tensor(values, shape, 'float32');
    if (values instanceof Float64Array) return tensor(new Float32Array(values), shape, 'float32');
    if (dtype !== 'int64' && dtype !== 'uint64') return tensor(new Int32Array(values as Int32Array), shape, 'int32');
    const integers = Int32Array.from(values as BigInt64Array, Number);
    checkFits(this, values as BigInt64Array, integers);
    return tensor(integers, shape, 'int32');
  }

  #known(wanted: string): NumpyDType {
    if (infoOf(this.dtype) !== undefined) return this.dtype as NumpyDType;
    throw new TypeError(
      `NDArray: ${wanted} of dtype '${this.dtype}' cannot be read here; its bytes can. Readable: ${NUMPY_DTYPES.join(', ')}.`,
    );
  }

  /** `bf16[2, 3]`. */
  toString(): string {
    return formatArray(this);
  }

  /** @internal For console.log. */
  [INSPECT](): string {
    return `NDArray ${formatArray(this)}`;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, axis) => size * axis, 1);
}

function bytesOf(values: Values): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Copies bits, for numbers would lose those of NaNs. */
function every2nd(pairs: Float32Array, first: 0 | 1): Float32Array {
  const bits = new Uint32Array(pairs.buffer).filter((_, i) => i % 2 === first);
  return new Float32Array(bits.buffer);
}

function toStored(dtype: NumpyDType): (value: number | bigint | boolean) => unknown {
  if (dtype === 'int64' || dtype === 'uint64') return (value) => BigInt(value);
  if (dtype === 'float16') return (value) => toFloat16(Number(value));
  if (dtype === 'bfloat16') return (value) => toBfloat16(Number(value));
  return dtype === 'bool' ? (value) => (value ? 1 : 0) : Number;
}

function checkFits(array: NDArray, values: BigInt64Array, integers: Int32Array): void {
  const tooLarge = values.find((value, i) => value !== BigInt(integers[i] as number));
  if (tooLarge !== undefined) throw new RangeError(`NDArray: ${tooLarge} in ${array} is too large for int32.`);
}
