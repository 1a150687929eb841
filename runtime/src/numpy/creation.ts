/** Making arrays. */
import { fill, type Tensor, tensor, onesLike as tfOnesLike, zerosLike as tfZerosLike } from '#tfjs';
import * as tree from '../tree';
import { type ArrayLike, asarray, bool, checkDtype, type DType, float32, int32, shape as shapeOf } from './array';
import { broadcastTo, reshape } from './manipulation';
import { sizesOf } from './shapes';

type Shape = number | readonly number[];

/** An array of zeros; float32 by default. */
export function zeros(shape: Shape, dtype: DType = float32): Tensor {
  return full(shape, 0, dtype);
}

/** An array of ones; float32 by default. */
export function ones(shape: Shape, dtype: DType = float32): Tensor {
  return full(shape, 1, dtype);
}

/** An array whose values do not matter: zeros; float32 by default. */
export const empty = zeros;

/** An array that holds `fillValue` everywhere; a number makes float32. */
export function full(shape: Shape, fillValue: ArrayLike, dtype?: DType): Tensor {
  const sizes = sizesOf('jnp', shape);
  if (dtype !== undefined) checkDtype(dtype);
  if (typeof fillValue !== 'number' && typeof fillValue !== 'boolean') {
    return broadcastTo(asarray(fillValue, dtype), sizes);
  }
  if (sizes.length === 0) return asarray(fillValue, dtype);
  return fill(sizes, Number(fillValue), dtype ?? (typeof fillValue === 'boolean' ? bool : float32));
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: ArrayLike, dtype?: DType): Tensor {
  const like = asarray(x);
  return dtype === undefined || dtype === like.dtype ? tfZerosLike(like) : zeros(like.shape, dtype);
}

/** An array of the shape and dtype of `x` whose values do not matter: zeros. */
export const emptyLike = zerosLike;

/** Ones of the shape and dtype of `x`. */
export function onesLike(x: ArrayLike, dtype?: DType): Tensor {
  const like = asarray(x);
  return dtype === undefined || dtype === like.dtype ? tfOnesLike(like) : ones(like.shape, dtype);
}

/** An array of the shape and dtype of `x` that holds `fillValue` everywhere. */
export function fullLike(x: ArrayLike, fillValue: ArrayLike, dtype?: DType): Tensor {
  return full(shapeOf(x), fillValue, dtype ?? (asarray(x).dtype as DType));
}

/**
 * `start`, `start + step`, … up to but not including `stop`; `arange(n)` counts from 0. int32 where all bounds are whole
 * numbers, otherwise float32.
 */
export function arange(stop: number): Tensor;
export function arange(start: number, stop?: number, step?: number, dtype?: DType): Tensor;
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Tensor {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new RangeError('jnp.arange: the step must not be 0.');
  const length = Math.max(0, Math.ceil((end - first) / step));
  const values = Float64Array.from({ length }, (_, i) => first + i * step);
  const natural = [first, end, step].every(Number.isInteger) ? int32 : float32;
  const exact = natural === int32 ? Int32Array.from(values) : Float32Array.from(values);
  return asarray(tensor(exact, [length], natural), dtype);
}

/** A matrix with ones on its `k`-th diagonal; square if `columns` is not given. */
export function eye(
  rows: number,
  columns = rows,
  { k = 0, dtype = float32 }: { k?: number; dtype?: DType } = {},
): Tensor {
  const sizes = sizesOf('jnp.eye', [rows, columns]);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const column = row + k;
    if (column >= 0 && column < columns) values[row * columns + column] = 1;
  }
  return asarray(tensor(values, sizes, float32), dtype);
}

/** A square matrix with ones on its diagonal. */
export function identity(n: number, dtype: DType = float32): Tensor {
  return eye(n, n, { dtype });
}

export interface MeshgridOptions {
  /** 'xy' (default) swaps the first two axes, as NumPy does; 'ij' has one axis for each array in turn. */
  indexing?: 'xy' | 'ij';
  /** Whether grids keep size 1 along the axes of the other arrays. */
  sparse?: boolean;
}

/** Coordinate grids of 1-d arrays: `const [x, y] = jnp.meshgrid(xs, ys)`; options come last. */
export function meshgrid(...args: readonly ArrayLike[] | readonly [...ArrayLike[], MeshgridOptions]): Tensor[] {
  const last = args.at(-1);
  const options = tree.isPlainObject(last) ? (last as MeshgridOptions) : {};
  const xs = (options === last ? args.slice(0, -1) : args) as readonly ArrayLike[];
  const swapped = (options.indexing ?? 'xy') === 'xy' && xs.length > 1;
  const axes = xs.map((_, i) => (swapped && i < 2 ? 1 - i : i));
  const sizes: number[] = [];
  axes.forEach((axis, i) => {
    sizes[axis] = shapeOf(xs[i] as ArrayLike)[0] ?? 1;
  });
  return xs.map((x, i) => {
    const along = sizes.map((n, axis) => (axis === axes[i] ? n : 1));
    return options.sparse ? reshape(x, along) : broadcastTo(reshape(x, along), sizes);
  });
}
