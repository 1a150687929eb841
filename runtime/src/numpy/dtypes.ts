/** What dtypes are and become. */
import { type DataType, Tensor } from '#tfjs';
import { type ArrayLike, asarray, bool, complex64, type DType, float32, int32 } from './array';

/** The dtype of an array: 'float32', 'int32', 'bool' or 'complex64'. */
export function dtype(x: ArrayLike | { readonly dtype: DataType }): DType {
  if (typeof x === 'object' && x !== null && 'dtype' in x) return x.dtype as DType;
  return asarray(x as ArrayLike).dtype as DType;
}

const ORDER: readonly DType[] = [bool, int32, float32, complex64];

/** The dtype that two have in common: bool < int32 < float32 < complex64. */
export function promoteTypes(a: DType, b: DType): DType {
  return ORDER.indexOf(a) < ORDER.indexOf(b) ? b : a;
}

/** The dtype that an operation on the arrays (or dtypes) computes in. */
export function resultType(...args: readonly (ArrayLike | DType)[]): DType {
  const dtypes = args.map((arg) => (ORDER.includes(arg as DType) ? (arg as DType) : dtype(arg as ArrayLike)));
  return dtypes.reduce(promoteTypes, bool);
}

/** What a float32 can hold. */
export interface FloatInfo {
  /** How many bits one has. */
  readonly bits: number;
  /** The difference between 1 and the next larger number. */
  readonly eps: number;
  /** The largest finite number. */
  readonly max: number;
  /** The least finite number. */
  readonly min: number;
  /** The smallest positive number with full precision. */
  readonly tiny: number;
}

/** The limits of float32 (and of complex64's parts). Throws for other dtypes. */
export function finfo(type: DType | Tensor): FloatInfo {
  const named = type instanceof Tensor ? type.dtype : type;
  if (named !== float32 && named !== complex64) throw new TypeError(`jnp.finfo: ${named} has no fractions; see iinfo.`);
  return { bits: 32, eps: 2 ** -23, max: 3.4028234663852886e38, min: -3.4028234663852886e38, tiny: 2 ** -126 };
}

/** What an int32 can hold. */
export interface IntegerInfo {
  /** How many bits one has. */
  readonly bits: number;
  /** The largest number. */
  readonly max: number;
  /** The least number. */
  readonly min: number;
}

/** The limits of int32. Throws for other dtypes. */
export function iinfo(type: DType | Tensor): IntegerInfo {
  const named = type instanceof Tensor ? type.dtype : type;
  if (named !== int32) throw new TypeError(`jnp.iinfo: ${named} is no dtype of whole numbers; see finfo.`);
  return { bits: 32, max: 2 ** 31 - 1, min: -(2 ** 31) };
}

/** Whether it is a number or a tensor without axes. */
export function isscalar(x: unknown): boolean {
  return typeof x === 'number' || typeof x === 'boolean' || (x instanceof Tensor && x.rank === 0);
}
