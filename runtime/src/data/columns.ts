/** Columns: what holds many rows along a first axis. And rows put together again: what a batch is made of. */
import { gather, stack, Tensor, tensor, tensor1d } from '#tfjs';
import { NDArray } from '../serialization/ndarray';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import type { Opaque } from '../tree';

export type TypedColumn =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Rows along a first axis; in a typed array each element is one. */
export type Column = Tensor | NDArray | TypedColumn;

type Scalar = string | number | boolean | bigint | symbol | null | undefined;

/** A pytree with columns as its leaves. */
export type Columns<T> = T extends Column
  ? T
  : T extends Scalar | ((...args: never[]) => unknown)
    ? never
    : { readonly [K in keyof T]: Columns<T[K]> };

/** One row of columns. */
export type Row<T> = T extends Tensor
  ? Tensor
  : T extends Column
    ? NDArray
    : T extends object
      ? { -readonly [K in keyof T]: Row<T[K]> }
      : T;

/**
 * A batch of examples of the type `T`: tensors, arrays, numbers and booleans become a Tensor with a new first axis,
 * strings an array of strings.
 */
export type Batch<T> = T extends Column | number | boolean
  ? Tensor
  : T extends string
    ? string[]
    : T extends null | undefined | Opaque
      ? T
      : T extends object
        ? { -readonly [K in keyof T]: Batch<T[K]> }
        : T[];

/** A batch of rows of columns. */
export type RowBatch<T> = T extends Column
  ? Tensor
  : T extends object
    ? { -readonly [K in keyof T]: RowBatch<T[K]> }
    : T;

const DTYPES: Readonly<Record<string, string>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Buffer: 'uint8',
  Uint8ClampedArray: 'uint8',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  BigUint64Array: 'uint64',
};

/** A view of a typed array as an array of one axis; undefined for anything else. */
export function viewOf(value: unknown): NDArray | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const dtype = DTYPES[value.constructor.name];
  if (dtype === undefined) return undefined;
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new NDArray(dtype, [(value as TypedColumn).length], bytes);
}

/** Rows of one column, by number. */
export interface Rows {
  readonly count: number;
  /** f32[size, …] of the rows of these numbers. */
  take(rows: Int32Array): Tensor;
  /** f32[end - begin, …] */
  slice(begin: number, end: number): Tensor;
  row(index: number): Tensor | NDArray;
}

/** Throws TypeError for what is no column, naming `where` it stands. */
export function rowsOf(column: unknown, where: string): Rows {
  const source = viewOf(column) ?? column;
  const [count] = source instanceof Tensor || source instanceof NDArray ? source.shape : [];
  if (count === undefined) {
    throw new TypeError(
      `${where} should be a tensor, a typed array or an NDArray with rows along its first axis, got ${kindOf(column)}.`,
    );
  }
  return source instanceof Tensor ? tensorRows(source, count) : arrayRows(source as NDArray, count);
}

function tensorRows(source: Tensor, count: number): Rows {
  return {
    count,
    take: (rows) => gather(source, tensor1d(rows, 'int32')),
    slice: (begin, end) => source.slice(begin, end - begin),
    row: (index) => source.slice(index, 1).reshape(source.shape.slice(1)),
  };
}

function arrayRows({ dtype, shape, bytes }: NDArray, count: number): Rows {
  const rowShape = shape.slice(1);
  const size = count === 0 ? 0 : bytes.length / count;
  const view = (index: number) => bytes.subarray(index * size, (index + 1) * size);
  return {
    count,
    take: (rows) => {
      const taken = new Uint8Array(rows.length * size);
      rows.forEach((index, i) => {
        taken.set(view(index), i * size);
      });
      return new NDArray(dtype, [rows.length, ...rowShape], taken).toTensor();
    },
    slice: (begin, end) =>
      new NDArray(dtype, [end - begin, ...rowShape], bytes.subarray(begin * size, end * size)).toTensor(),
    row: (index) => new NDArray(dtype, rowShape, view(index)),
  };
}

/**
 * What stands at one place of all examples, as one tensor with a new first axis; strings stay an array. Throws TypeError
 * where they are not alike.
 */
export function stackColumn(values: readonly unknown[], where: string): Tensor | unknown[] {
  const [first] = values;
  const form = formOf(first);
  values.forEach((value, i) => {
    if (formOf(value) === form) return;
    throw new TypeError(
      `A batch takes examples that are alike, but ${where} is ${form} in the first and ${formOf(value)} in number ${i}.`,
    );
  });
  if (first instanceof Tensor) return stack(values as Tensor[]);
  if (typeof first === 'number') return tensor(Float32Array.from(values as number[]), [values.length], 'float32');
  if (typeof first === 'boolean') return tensor(Uint8Array.from(values as number[]), [values.length], 'bool');
  const arrays = values.map((value) => viewOf(value) ?? value);
  return arrays[0] instanceof NDArray ? joined(arrays as NDArray[]).toTensor() : [...values];
}

function joined(arrays: readonly NDArray[]): NDArray {
  const { dtype, shape, bytes } = arrays[0] as NDArray;
  const all = new Uint8Array(arrays.length * bytes.length);
  arrays.forEach((array, i) => {
    all.set(array.bytes, i * bytes.length);
  });
  return new NDArray(dtype, [arrays.length, ...shape], all);
}

function formOf(value: unknown): string {
  if (value instanceof Tensor) return formatTensor(value);
  const array = viewOf(value) ?? value;
  return array instanceof NDArray ? String(array) : `a ${typeof value}`;
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return `the scalar ${formatTensor(value)}`;
  if (value instanceof NDArray) return `the scalar ${value}`;
  if (typeof value === 'number' || typeof value === 'boolean') {
    return `the ${typeof value} ${value} (an array of numbers is a tree; jnp.asarray or Float32Array.from makes one column)`;
  }
  return typeof value === 'object' ? `an object of ${value?.constructor.name}` : `a ${typeof value}`;
}
