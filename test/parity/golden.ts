/** Reads the data that JAX and Flax produced (test/golden) and compares with it. */
import { readFileSync } from 'node:fs';
import { assert } from 'vitest';
import { Tensor } from '../../runtime/src/index';

/** One array of the golden data, flattened in row-major order; booleans are 0 and 1, complex numbers pairs. */
export interface GoldenArray {
  /** NumPy's name. Bare lists, which store no dtype, are taken for float32. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A value may differ by any one of these; without any it must be equal. */
export interface Tolerance {
  absolute?: number;
  /** Of the expected value's magnitude. */
  relative?: number;
  /** Of the largest finite magnitude in the expected array: for sums whose order is the backend's own. */
  ofLargest?: number;
  /** Steps between neighbouring float32 values. */
  ulps?: number;
}

/** One file of test/golden, typed as its reader knows it. */
export function golden<T = Record<string, unknown>>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8')) as T;
}

/**
 * Decodes `{dtype, shape, data}` or, where the file stores no more than that, a nested list or a number. A tensor or a
 * typed array is taken as it is.
 */
export function array(entry: unknown): GoldenArray {
  if (entry instanceof Tensor) return { dtype: entry.dtype, shape: entry.shape, data: [...entry.dataSync()] };
  if (ArrayBuffer.isView(entry)) return array([...(entry as Float32Array)]);
  if (isEncoded(entry)) {
    const data = flatten(entry.data, entry.dtype);
    const parts = entry.dtype.startsWith('complex') ? 2 : 1;
    assert.equal(data.length, sizeOf(entry.shape) * parts, 'a golden array whose data does not fill its shape');
    return { dtype: entry.dtype, shape: entry.shape, data };
  }
  return { dtype: 'float32', shape: shapeOf(entry), data: flatten(entry, 'float32') };
}

/**
 * Fails unless `actual` has the golden array's shape, a dtype of its kind and its values. int32 holds uint32's bits, as
 * random keys do. NaN equals NaN.
 */
export function expectClose(actual: Tensor | ArrayLike<number>, expected: unknown, tolerance: Tolerance = {}): void {
  const { dtype, shape, data } = array(expected);
  const got = actual instanceof Tensor ? actual.dataSync() : actual;
  if (actual instanceof Tensor) {
    assert.deepEqual(actual.shape, [...shape], 'shape');
    assert.equal(actual.dtype, tensorDtype(dtype), 'dtype');
  } else {
    assert.equal(got.length, data.length, 'number of values');
  }
  const read = (i: number) => (dtype === 'uint32' ? Number(got[i]) >>> 0 : Number(got[i]));
  const largest = data.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 0);
  const wrong = data.flatMap((x, i) => (isClose(read(i), x, largest, tolerance) ? [] : [i]));
  if (wrong.length === 0) return;
  const line = (i: number) => {
    const [a, e] = [read(i), data[i] ?? Number.NaN];
    const ulps = dtype === 'float32' ? `, ${ulpsBetween(a, e)} ulps` : '';
    return `  ${formatIndex(i, shape)}: got ${a}, expected ${e} (${Math.abs(a - e).toPrecision(3)} off${ulps})`;
  };
  const shown = wrong.slice(0, 8).map(line).join('\n');
  const rest = wrong.length > 8 ? `\n  … ${wrong.length - 8} more` : '';
  assert.fail(
    `${wrong.length} of ${data.length} values of ${dtype}[${shape}] are off (allowed: ${formatTolerance(tolerance)}):\n${shown}${rest}`,
  );
}

/** How many float32 values lie between two float32 values, counting one end. */
export function ulpsBetween(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Object.is(a, b) ? 0 : Number.POSITIVE_INFINITY;
  const [x = 0, y = 0] = new Int32Array(new Float32Array([a, b]).buffer);
  const ordered = (bits: number) => (bits < 0 ? -(bits & 0x7fffffff) : bits);
  return Math.abs(ordered(x) - ordered(y));
}

function isClose(actual: number, expected: number, largest: number, tolerance: Tolerance): boolean {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return true;
  const { absolute = 0, relative = 0, ofLargest = 0, ulps = 0 } = tolerance;
  if (!Number.isFinite(expected) || !Number.isFinite(actual)) return false;
  const allowed = Math.max(absolute, relative * Math.abs(expected), ofLargest * largest);
  return Math.abs(actual - expected) <= allowed || (ulps > 0 && ulpsBetween(actual, expected) <= ulps);
}

interface EncodedArray {
  dtype: string;
  shape: number[];
  data: unknown;
}

function isEncoded(entry: unknown): entry is EncodedArray {
  return typeof entry === 'object' && entry !== null && 'dtype' in entry && 'shape' in entry && 'data' in entry;
}

/** Python prints the shortest decimal that reads back in the dtype; JavaScript must round it to get there. */
function flatten(data: unknown, dtype: string): number[] {
  if (Array.isArray(data)) return data.flatMap((row) => flatten(row, dtype));
  if (dtype === 'float32') return [Math.fround(Number(data))];
  return [dtype === 'float16' ? roundToFloat16(Number(data)) : Number(data)];
}

function roundToFloat16(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -14) - 10);
  return Math.round(x / step) * step;
}

function shapeOf(nested: unknown): number[] {
  return Array.isArray(nested) ? [nested.length, ...(nested.length > 0 ? shapeOf(nested[0]) : [])] : [];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

function tensorDtype(dtype: string): string {
  if (dtype === 'bool') return 'bool';
  if (dtype.startsWith('complex')) return 'complex64';
  return /^u?int/.test(dtype) ? 'int32' : 'float32';
}

function formatIndex(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flat;
  for (const dim of [...shape].reverse()) {
    index.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  return `[${index.join(', ')}]`;
}

function formatTolerance(tolerance: Tolerance): string {
  const parts = Object.entries(tolerance).map(([name, value]) => `${name} ${value}`);
  return parts.length > 0 ? parts.join(' or ') : 'no difference';
}
