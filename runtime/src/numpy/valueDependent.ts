/**
 * Functions whose result has as many elements as the values say. They read their argument's values, so they throw
 * ConcretizationError where there are none: while shapes are worked out, and in compiled functions.
 */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asNumeric, bool, int32 } from './array';

/** The places of the elements that are not 0, in row-major order. */
function places(x: tf.Tensor): number[] {
  const values = asarray(x, bool).dataSync();
  const found: number[] = [];
  values.forEach((value, i) => {
    if (value) found.push(i);
  });
  return found;
}

/** For each axis the indices of the elements that are not 0, int32. Reads the values. */
export function nonzero(x: ArrayLike): tf.Tensor[] {
  const from = asarray(x);
  const flat = places(from);
  let stride = from.size;
  return from.shape.map((n) => {
    stride /= n;
    return tf.tensor(
      flat.map((place) => Math.floor(place / stride) % n),
      [flat.length],
      int32,
    );
  });
}

/** The indices of the elements that are not 0, int32[count, rank]. Reads the values. */
export function argwhere(x: ArrayLike): tf.Tensor {
  const from = asarray(x);
  const ofAxes = nonzero(from);
  return ofAxes.length === 0 ? tf.zeros([places(from).length, 0], int32) : tf.stack(ofAxes, 1);
}

/** The places of the elements that are not 0 in the flat array, int32. Reads the values. */
export function flatnonzero(x: ArrayLike): tf.Tensor {
  const found = places(asarray(x));
  return tf.tensor(found, [found.length], int32);
}

export interface UniqueOptions {
  /** Whether to give the place where each was found first. */
  returnIndex?: boolean;
  /** Whether to give for each element of the flat array which of the distinct ones it is. */
  returnInverse?: boolean;
  /** Whether to give how often each occurs. */
  returnCounts?: boolean;
}

/**
 * The distinct elements in ascending order; with options an array of them and what else was asked for, int32. Reads the
 * values.
 */
export function unique(x: ArrayLike): tf.Tensor;
export function unique(x: ArrayLike, options: UniqueOptions): tf.Tensor | tf.Tensor[];
export function unique(x: ArrayLike, options: UniqueOptions = {}): tf.Tensor | tf.Tensor[] {
  const from = asarray(x);
  const values = Array.from(asNumeric(from).dataSync());
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const distinct: { value: number; first: number; count: number }[] = [];
  const inverse = new Array<number>(values.length).fill(0);
  for (const place of order) {
    const value = values[place] as number;
    const last = distinct.at(-1);
    if (last !== undefined && last.value === value) last.count++;
    else distinct.push({ value, first: place, count: 1 });
    inverse[place] = distinct.length - 1;
  }
  const whole = (numbers: number[]) => tf.tensor(numbers, [numbers.length], int32);
  const found = tf.cast(
    tf.tensor(
      distinct.map(({ value }) => value),
      [distinct.length],
      from.dtype === int32 ? int32 : 'float32',
    ),
    from.dtype,
  );
  const more = [
    ...(options.returnIndex ? [whole(distinct.map(({ first }) => first))] : []),
    ...(options.returnInverse ? [whole(inverse)] : []),
    ...(options.returnCounts ? [whole(distinct.map(({ count }) => count))] : []),
  ];
  return more.length === 0 ? found : [found, ...more];
}

/**
 * The rows and columns, int32, of the elements of an `n` by `n` matrix that `mask` (such as `jnp.triu`) leaves. Reads
 * the values of what it returns.
 */
export function maskIndices(
  n: number,
  mask: (x: tf.Tensor, k: number) => tf.Tensor,
  k = 0,
): [rows: tf.Tensor, columns: tf.Tensor] {
  return nonzero(mask(tf.ones([n, n]), k)) as [tf.Tensor, tf.Tensor];
}
