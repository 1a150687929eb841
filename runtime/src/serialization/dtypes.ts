/** NumPy's dtypes: their names, which current Flax writes, and their codes, which Flax 0.1 wrote. */

interface DTypeInfo {
  /** NumPy's `dtype.str` on a little-endian machine. */
  readonly code: string;
  /** Bytes of one element. */
  readonly itemSize: number;
  /** JAX's short name. */
  readonly short: string;
}

const DTYPES = {
  bool: { code: '|b1', itemSize: 1, short: 'bool' },
  int8: { code: '|i1', itemSize: 1, short: 'i8' },
  int16: { code: '<i2', itemSize: 2, short: 'i16' },
  int32: { code: '<i4', itemSize: 4, short: 'i32' },
  int64: { code: '<i8', itemSize: 8, short: 'i64' },
  uint8: { code: '|u1', itemSize: 1, short: 'u8' },
  uint16: { code: '<u2', itemSize: 2, short: 'u16' },
  uint32: { code: '<u4', itemSize: 4, short: 'u32' },
  uint64: { code: '<u8', itemSize: 8, short: 'u64' },
  float16: { code: '<f2', itemSize: 2, short: 'f16' },
  // NumPy itself has no bfloat16: for its dtype.str it is two bytes of anything.
  bfloat16: { code: '<V2', itemSize: 2, short: 'bf16' },
  float32: { code: '<f4', itemSize: 4, short: 'f32' },
  float64: { code: '<f8', itemSize: 8, short: 'f64' },
  complex64: { code: '<c8', itemSize: 8, short: 'c64' },
  complex128: { code: '<c16', itemSize: 16, short: 'c128' },
} as const satisfies Record<string, DTypeInfo>;

/** The dtypes whose values can be read; arrays of others are kept as bytes. */
export type NumpyDType = keyof typeof DTYPES;

/** What is known of a dtype by its NumPy name; undefined for one that is not listed, such as `float8_e4m3fn`. */
export function infoOf(dtype: string): DTypeInfo | undefined {
  return Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype as NumpyDType] : undefined;
}

/** All names, for messages and tests. */
export const NUMPY_DTYPES = Object.keys(DTYPES) as NumpyDType[];

const NAMES = new Map<string, NumpyDType>(NUMPY_DTYPES.map((name) => [DTYPES[name].code.slice(1), name]));

/** What a written dtype stands for: `float32`, `<f4` and `>f4` are float32, the last with its bytes in reverse. */
export function parseDType(written: string): { readonly dtype: string; readonly bigEndian: boolean } {
  const name = /^[<>|=]/.test(written) ? NAMES.get(written.slice(1)) : undefined;
  return { dtype: name ?? written, bigEndian: name !== undefined && written.startsWith('>') };
}

/** `f32[2, 3]`, as JAX prints avals. */
export function formatArray({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string {
  return `${infoOf(dtype)?.short ?? dtype}[${shape.join(', ')}]`;
}
