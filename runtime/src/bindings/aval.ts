import { TF_CONSTANTS as TF, type Values } from './binding';
import { formatSizes } from './sizes';

/** An abstract value (JAX's `ShapedArray`): what is known of a tensor without its data. */
export interface Aval {
  readonly shape: readonly number[];
  /** A TF_ dtype constant. */
  readonly dtype: number;
  /** Known only for small constants, above all what kernels pass as operands: axes, shapes, paddings. */
  readonly values?: Values;
}

const SHORT_DTYPES: Readonly<Record<number, string>> = {
  [TF.TF_FLOAT]: 'f32',
  [TF.TF_INT32]: 'i32',
  [TF.TF_INT64]: 'i64',
  [TF.TF_UINT8]: 'u8',
  [TF.TF_BOOL]: 'bool',
  [TF.TF_COMPLEX64]: 'c64',
  [TF.TF_STRING]: 'string',
  [TF.TF_RESOURCE]: 'resource',
};

/** `f32`. */
export function formatDtype(dtype: number): string {
  return SHORT_DTYPES[dtype] ?? `dtype${dtype}`;
}

/** `f32[B, 784]`, as JAX prints avals; sizes with names print their names. */
export function formatAval({ shape, dtype }: Aval): string {
  return `${formatDtype(dtype)}${formatShape(shape)}`;
}

/** `[B, 784]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${formatSizes(shape).join(', ')}]`;
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}
