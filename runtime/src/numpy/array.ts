/** What jnp functions take and how it becomes a tensor (DESIGN 5.1 "Numbers"). */
import { backend_util, cast, stack, Tensor, type TypedArray, tensor } from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { kindOf } from '../transforms/arguments';
import { formatTensor } from '../transforms/shapeDtypeStruct';

export type DType = 'float32' | 'int32' | 'bool' | 'complex64';

/** The dtype of numbers: 32-bit floats. */
export const float32 = 'float32';
/** The dtype of whole numbers: 32 bits, signed. */
export const int32 = 'int32';
/** The dtype of truth values. */
export const bool = 'bool';
/** The dtype of complex numbers: two 32-bit floats. */
export const complex64 = 'complex64';

const DTYPES: readonly string[] = [float32, int32, bool, complex64];

/** A tensor, or a number, boolean or nested array of these that becomes one. */
export type ArrayLike = Tensor | number | boolean | TypedArray | OtherTypedArray | readonly ArrayLike[];
/** Doubles become float32, short integers int32. */
type OtherTypedArray = Float64Array | Int8Array | Int16Array | Uint16Array | Uint32Array;

/**
 * The array as a tensor, of `dtype` if one is given. Numbers become float32, booleans bool; a tensor of that dtype is
 * returned as it is.
 */
export function asarray(x: ArrayLike, dtype?: DType): Tensor {
  if (dtype !== undefined) checkDtype(dtype);
  const made = x instanceof Tensor ? x : toTensor(x, dtype);
  return dtype === undefined || made.dtype === dtype ? made : cast(made, dtype);
}

/** Throws unless there is such a dtype. */
export function checkDtype(dtype: unknown): void {
  if (DTYPES.includes(dtype as string)) return;
  throw new TypeError(`jnp: there is no dtype '${String(dtype)}'; there are ${DTYPES.join(', ')}.`);
}

/** The same as `asarray`: tensors never change, so there is nothing to copy. */
export const array = asarray;

function toTensor(x: Exclude<ArrayLike, Tensor>, dtype?: DType): Tensor {
  if (ArrayBuffer.isView(x)) return tensor(tfTyped(x), undefined, dtype === int32 ? dtype : undefined);
  if (!Array.isArray(x) && typeof x !== 'number' && typeof x !== 'boolean') {
    const got = x === undefined ? 'undefined' : kindOf(x);
    throw new TypeError(`jnp: expected a tensor, number or array, got ${got}.`);
  }
  if (Array.isArray(x) && holdsTensor(x)) return stack(promoted(x.map((item) => asarray(item, dtype))));
  // Only whole numbers keep their exact value when made in another dtype at once.
  return tensor(x as number | number[], undefined, dtype === int32 ? dtype : undefined);
}

/** Typed arrays of other widths as those that tensors are made of. */
function tfTyped(values: ArrayBufferView): TypedArray {
  if (values instanceof Float64Array) return Float32Array.from(values);
  if (values instanceof Int8Array || values instanceof Int16Array || values instanceof Uint16Array) {
    return Int32Array.from(values);
  }
  // Of unsigned values the bits are kept, as everywhere.
  if (values instanceof Uint32Array) return new Int32Array(values);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array || values instanceof DataView) {
    throw new TypeError(
      `jnp: expected a tensor, number or array, got ${kindOf(values)}. Array.from(x, Number) has numbers.`,
    );
  }
  return values as TypedArray;
}

/** More axes than any tensor has. */
const DEEPEST = 32;

/** Whether tensors are among nested arrays. Throws where something is that makes no tensor. */
function holdsTensor(items: readonly unknown[], place: readonly number[] = []): boolean {
  if (place.length > DEEPEST) throw new TypeError('jnp: arrays are nested too deeply. Does one contain itself?');
  const [first] = items;
  let found = false;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item === 'number' || typeof item === 'boolean') continue;
    if (item instanceof Tensor) found = true;
    else if (Array.isArray(item)) {
      if (Array.isArray(first) && first.length !== item.length) {
        const at = `[${[...place, i].join('][')}]`;
        throw new ShapeError(`jnp: rows differ in length: ${item.length} at ${at}, ${first.length} at the first.`);
      }
      if (holdsTensor(item, [...place, i])) found = true;
    } else if (!ArrayBuffer.isView(item)) {
      const got = item === undefined ? 'undefined' : kindOf(item);
      const at = `[${[...place, i].join('][')}]`;
      throw new TypeError(`jnp: an array holds numbers, booleans, tensors or arrays of these, got ${got} at ${at}.`);
    }
  }
  return found;
}

/** The tensors cast to their common dtype: bool < int32 < float32 < complex64. */
export function promoted(tensors: readonly Tensor[]): Tensor[] {
  const dtype = tensors.reduce<DType>((common, { dtype }) => backend_util.upcastType(common, dtype) as DType, bool);
  return tensors.map((t) => (t.dtype === dtype ? t : cast(t, dtype)));
}

/** The array as float32 (or complex64): for functions whose result is never whole. */
export function asFloat(x: ArrayLike): Tensor {
  const made = asarray(x);
  return made.dtype === float32 || made.dtype === complex64 ? made : cast(made, float32);
}

/** The array with bool as int32: for arithmetic. */
export function asNumeric(x: ArrayLike): Tensor {
  const made = asarray(x);
  return made.dtype === bool ? cast(made, int32) : made;
}

/** The array as int32 or bool: for arithmetic of bits and places. Numbers become int32; float tensors throw. */
export function asInteger(caller: string, x: ArrayLike): Tensor {
  if (!(x instanceof Tensor)) {
    const plain = asarray(x);
    if (plain.dtype === bool || plain.dtype === int32) return plain;
    if (Array.isArray(x) && holdsTensor(x)) return asInteger(caller, plain);
    return asarray(x, int32);
  }
  if (x.dtype === int32 || x.dtype === bool) return x;
  throw new TypeError(`${caller}: expected whole numbers (int32), got ${describe(x)}; jnp.asarray(x, 'int32') casts.`);
}

/** The sizes of the array's axes: `tree.map(jnp.shape, params)`. */
export function shape(x: ArrayLike | { readonly shape: readonly number[] }): number[] {
  return [...(hasShape(x) ? x : asarray(x)).shape];
}

/** The number of axes. */
export function ndim(x: ArrayLike | { readonly shape: readonly number[] }): number {
  return shape(x).length;
}

/** The number of elements, or the size of one axis. */
export function size(x: ArrayLike | { readonly shape: readonly number[] }, axis?: number): number {
  const sizes = shape(x);
  if (axis === undefined) return sizes.reduce((product, n) => product * n, 1);
  return sizes[normalizeAxis('jnp.size', axis, sizes.length)] as number;
}

function hasShape(x: unknown): x is { readonly shape: readonly number[] } {
  return typeof x === 'object' && x !== null && 'shape' in x;
}

/** An axis counted from the end becomes one counted from the start; throws if there is no such axis. */
export function normalizeAxis(caller: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${caller}: there is no axis ${axis}; the array has ${rank} ${rank === 1 ? 'axis' : 'axes'}.`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** One or more axes, normalized; all of them by default. Throws if one is named twice. */
export function normalizeAxes(caller: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof axis !== 'number' && !Array.isArray(axis)) {
    throw new TypeError(
      `${caller}: an axis is a number, or an array of some, and stands before the options; got ${kindOf(axis)}.`,
    );
  }
  const axes = (typeof axis === 'number' ? [axis] : (axis as readonly number[])).map((item) =>
    normalizeAxis(caller, item, rank),
  );
  if (new Set(axes).size < axes.length) throw new ShapeError(`${caller}: the axes [${axes.join(', ')}] repeat one.`);
  return axes;
}

/** `f32[B, 784]`, for messages. */
export const describe = formatTensor;
