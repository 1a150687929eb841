/** What stands at the leaves of a state: how it is named in messages, and what fits where. */
import { scalar, Tensor } from '#tfjs';
import { formatShape } from '../bindings/aval';
import { isPlainObject } from '../tree';
import { infoOf } from './dtypes';
import { NDArray } from './ndarray';
import { Complex, NumpyScalar, PyFloat } from './scalars';

/** A tensor, an NDArray, or what stands for one where only its shape counts. */
interface ArrayLike {
  readonly shape: readonly number[];
  readonly dtype: string;
}

function isArrayLike(value: unknown): value is ArrayLike {
  if (typeof value !== 'object' || value === null) return false;
  const { shape, dtype } = value as Partial<ArrayLike>;
  return Array.isArray(shape) && typeof dtype === 'string';
}

/** Stands for "what was found does not fit". */
export const UNLIKE = Symbol('distaff.unlike');

/**
 * What a leaf of the target becomes: the value found, in the target's form where they differ only in that (a whole
 * float, an array without axes and a number are the same value). UNLIKE if it does not fit. A target whose kind says
 * nothing, such as null or a function, takes anything, as in Flax.
 */
export function restoreLeaf(target: unknown, found: unknown): unknown {
  if (target === null) return found;
  if (target === undefined) return found === null ? undefined : found;
  if (isArrayLike(target)) return restoreArray(target, found);
  if (typeof target === 'number') return asNumber(found) ?? UNLIKE;
  if (typeof target === 'boolean') return asBoolean(found) ?? UNLIKE;
  if (typeof target === 'bigint') return Number.isInteger(found) ? BigInt(found as number) : ofKind(target, found);
  if (target instanceof PyFloat) return typeof found === 'number' ? new PyFloat(found) : ofKind(target, found);
  if (typeof target === 'string' || SCALARS.some((cls) => target instanceof cls)) return ofKind(target, found);
  return found;
}

const SCALARS = [PyFloat, Complex, NumpyScalar, Uint8Array];

function ofKind(target: unknown, found: unknown): unknown {
  if (typeof target !== 'object') return typeof found === typeof target ? found : UNLIKE;
  const cls = SCALARS.find((candidate) => target instanceof candidate);
  return cls !== undefined && found instanceof cls ? found : UNLIKE;
}

function restoreArray(target: ArrayLike, found: unknown): unknown {
  if (isArrayLike(found)) {
    const sameShape = found.shape.length === target.shape.length && found.shape.every((n, i) => n === target.shape[i]);
    if (!sameShape) return UNLIKE;
    if (found.dtype === target.dtype) return found;
    // A random key: Flax keeps its words as uint32, here they are the bits of int32.
    return found instanceof NDArray && found.dtype === 'uint32' && target.dtype === 'int32' ? found.toTensor() : UNLIKE;
  }
  if (target.shape.length > 0) return UNLIKE;
  if (target.dtype === 'bool') {
    const flag = asBoolean(found);
    return flag === undefined ? UNLIKE : scalar(flag, 'bool');
  }
  const number = asNumber(found);
  const fits = number !== undefined && (target.dtype === 'float32' || (target.dtype === 'int32' && isInt32(number)));
  return fits ? scalar(number, target.dtype as 'float32' | 'int32') : UNLIKE;
}

function isInt32(value: number): boolean {
  return value === (value | 0);
}

/** The number that a leaf stands for, if it is one. Of an array without axes it reads the value. */
function asNumber(found: unknown): number | undefined {
  const value = scalarValue(found);
  return typeof value === 'number' ? value : undefined;
}

function asBoolean(found: unknown): boolean | undefined {
  const value = scalarValue(found);
  return typeof value === 'boolean' ? value : undefined;
}

function scalarValue(found: unknown): unknown {
  if (found instanceof PyFloat || found instanceof NumpyScalar) return found.value;
  if (!isArrayLike(found) || found.shape.length > 0) return found;
  if (found instanceof NDArray) return infoOf(found.dtype) === undefined ? found : new NumpyScalar(found).value;
  if (!(found instanceof Tensor) || found.dtype === 'complex64') return found;
  const [value] = found.dataSync();
  return found.dtype === 'bool' ? value === 1 : value;
}

/** `f32[B, 3]`, `a number`: what a leaf of a target asks for. */
export function describeKind(target: unknown): string {
  if (target instanceof PyFloat) return 'a float';
  return typeof target === 'object' ? describeLeaf(target) : `a ${typeof target}`;
}

/** `f32[B, 3]`, `the number 5`, `"relu"`: a leaf for a message. */
export function describeLeaf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (isArrayLike(value)) return `${infoOf(value.dtype)?.short ?? value.dtype}${formatShape(value.shape)}`;
  if (value instanceof PyFloat) return `the float ${value.value}`;
  if (value instanceof NumpyScalar) return `a NumPy scalar of ${value.dtype}`;
  if (value instanceof Complex) return 'a complex number';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object') return isPlainObject(value) ? 'an object' : `a ${value.constructor?.name}`;
  return typeof value === 'function' ? 'a function' : `the ${typeof value} ${String(value)}`;
}
