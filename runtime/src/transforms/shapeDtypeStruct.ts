import { type DataType, Tensor } from '#tfjs';
import { formatShape } from '../bindings/aval';
import { isPlainObject, type Opaque } from '../tree';

/** A tensor's shape and dtype without its values (jax.ShapeDtypeStruct). A leaf of pytrees. */
class Struct {
  static {
    Object.defineProperty(Struct, 'name', { value: 'ShapeDtypeStruct' });
  }

  readonly shape: readonly number[];
  readonly dtype: DataType;

  constructor(shape: readonly number[], dtype: DataType = 'float32') {
    if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
      const got = Array.isArray(shape) ? `[${shape.join(', ')}]` : String(shape);
      throw new TypeError(`ShapeDtypeStruct: a shape is an array of whole numbers >= 0, got ${got}.`);
    }
    if (!Object.hasOwn(SHORT_DTYPE, dtype)) {
      const known = Object.keys(SHORT_DTYPE).join(', ');
      throw new TypeError(`ShapeDtypeStruct: there is no dtype '${String(dtype)}'. There are ${known}.`);
    }
    this.shape = [...shape];
    this.dtype = dtype;
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** `f32[8, 128]`, the string form that `initByShape` also reads. */
  toString(): string {
    return `${SHORT_DTYPE[this.dtype] ?? this.dtype}[${this.shape.join(', ')}]`;
  }
}

export type ShapeDtypeStruct = Struct;

/** Makes a ShapeDtypeStruct, with or without `new`. */
export const ShapeDtypeStruct = new Proxy(Struct, {
  apply: (cls, _this, args: [readonly number[], DataType?]) => new cls(...args),
}) as unknown as typeof Struct & ((shape: readonly number[], dtype?: DataType) => Struct);

/** JAX's short dtype names. */
export const SHORT_DTYPE: Readonly<Record<string, string>> = {
  float32: 'f32',
  int32: 'i32',
  bool: 'bool',
  complex64: 'c64',
  string: 'string',
};

/** `f32[B, 784]`, as JAX prints avals; named sizes print their names. */
export function formatTensor({ shape, dtype }: { shape: readonly number[]; dtype: DataType }): string {
  return `${SHORT_DTYPE[dtype] ?? dtype}${formatShape(shape)}`;
}

/** Anything with a shape. */
export interface ShapeLike {
  /** The sizes of its axes. */
  readonly shape: readonly number[];
  /** Its dtype. Default float32. */
  readonly dtype?: DataType;
}

/** What stands for a tensor of type `T` where only shapes are needed; containers stay as they are. */
export type Spec<T> = T extends Tensor
  ? readonly number[] | string | ShapeDtypeStruct | ShapeLike
  : T extends Opaque | ((...args: never[]) => unknown)
    ? T
    : T extends object
      ? { [K in keyof T]: Spec<T[K]> }
      : T;

/** The type of `T` with a struct for each tensor. */
export type AsStructs<T> = T extends Tensor
  ? Struct
  : T extends Opaque | ((...args: never[]) => unknown)
    ? T
    : T extends object
      ? { [K in keyof T]: AsStructs<T[K]> }
      : T;

/** An array of numbers is a shape, of float32. */
export function isShape(spec: unknown): spec is readonly number[] {
  return Array.isArray(spec) && spec.every((size) => typeof size === 'number');
}

/** Anything with a shape and a dtype: a tensor or a struct. */
export function isArrayLike(value: unknown): value is { shape: readonly number[]; dtype: DataType } {
  if (value instanceof Tensor || value instanceof Struct) return true;
  return isPlainObject(value) && isShape(value.shape) && (value.dtype === undefined || typeof value.dtype === 'string');
}
