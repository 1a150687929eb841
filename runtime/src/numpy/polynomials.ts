/** Polynomials, and what slides along a vector. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { convGeneralDilated } from '../lax/convolution';
import { type ArrayLike, asarray, asFloat, asNumeric, describe, float32, int32 } from './array';
import { add, multiply, power } from './elementwise';
import { take } from './indexing';
import { where } from './logic';
import { expandDims, flip, reshape } from './manipulation';
import { searchsorted } from './searching';

/** The value at `x` of the polynomial with these coefficients, that of the highest power first (Horner's rule). */
export function polyval(p: ArrayLike, x: ArrayLike): tf.Tensor {
  const coefficients = tf.unstack(asNumeric(p));
  const at = asNumeric(x);
  return coefficients.reduce<tf.Tensor>(
    (value, coefficient) => add(multiply(value, at), coefficient),
    tf.zeros(at.shape, at.dtype),
  );
}

/** Powers of a vector's elements in columns: from the `n - 1`st down to the 0th, or up with `increasing`. */
export function vander(x: ArrayLike, n?: number, { increasing = false }: { increasing?: boolean } = {}): tf.Tensor {
  const from = asNumeric(x);
  if (from.rank !== 1) throw new ShapeError(`jnp.vander: expected a vector, got ${describe(from)}.`);
  const count = n ?? (from.shape[0] as number);
  const powers = Array.from({ length: count }, (_, i) => (increasing ? i : count - 1 - i));
  const exponents = asarray(powers, from.dtype === int32 ? int32 : float32);
  return power(expandDims(from, 1), exponents);
}

/** 'full': wherever they overlap; 'same': as long as the longer one; 'valid': where they overlap completely. */
export type SlidingMode = 'full' | 'same' | 'valid';

/** The discrete convolution of two vectors, float32; by default wherever they overlap. */
export function convolve(a: ArrayLike, v: ArrayLike, mode: SlidingMode = 'full'): tf.Tensor {
  const [x, y] = vectors('convolve', a, v);
  const [long, short] = x.size < y.size ? [y, x] : [x, y];
  return slide('convolve', long, flip(short), mode);
}

/** The cross-correlation of two vectors, float32; by default where they overlap completely. */
export function correlate(a: ArrayLike, v: ArrayLike, mode: SlidingMode = 'valid'): tf.Tensor {
  const [x, y] = vectors('correlate', a, v);
  return x.size < y.size ? flip(slide('correlate', y, x, mode)) : slide('correlate', x, y, mode);
}

function vectors(name: string, a: ArrayLike, v: ArrayLike): [tf.Tensor, tf.Tensor] {
  const [x, y] = [asFloat(a), asFloat(v)];
  if (x.rank === 1 && y.rank === 1) return [x, y];
  throw new ShapeError(`jnp.${name}: expected two vectors, got ${describe(x)} and ${describe(y)}.`);
}

function slide(name: string, long: tf.Tensor, short: tf.Tensor, mode: string): tf.Tensor {
  const n = short.size;
  const half = Math.floor(n / 2);
  const paddings: Readonly<Record<string, [number, number]>> = {
    full: [n - 1, n - 1],
    same: [half, n - half - 1],
    valid: [0, 0],
  };
  const padding = paddings[mode];
  if (padding === undefined) throw new TypeError(`jnp.${name}: mode is full, same or valid, got '${mode}'.`);
  const y = convGeneralDilated(reshape(long, [1, -1, 1]), reshape(short, [-1, 1, 1]), [1], [padding]);
  return reshape(y, [-1]);
}

export interface InterpOptions {
  /** What `x` below the first point gives. Default the first value. */
  left?: ArrayLike;
  /** What `x` above the last point gives. Default the last value. */
  right?: ArrayLike;
}

/** The values at `x` of the lines through the points `(xp, fp)`, whose `xp` ascend. */
export function interp(x: ArrayLike, xp: ArrayLike, fp: ArrayLike, { left, right }: InterpOptions = {}): tf.Tensor {
  const [at, points, values] = [asFloat(x), asFloat(xp), asFloat(fp)];
  if (points.rank !== 1 || points.size === 0 || !tf.util.arraysEqual(points.shape, values.shape)) {
    throw new ShapeError(
      `jnp.interp: xp and fp should be vectors of one length, got ${describe(points)} and ${describe(values)}.`,
    );
  }
  const last = points.size - 1;
  const whole = (n: number) => tf.scalar(n, int32);
  const after = tf.minimum(tf.maximum(searchsorted(points, at, { side: 'right' }), whole(1)), whole(Math.max(last, 1)));
  const upper = tf.minimum(after, whole(last));
  const lower = tf.sub(after, whole(1));
  const [x0, x1, y0, y1] = [take(points, lower), take(points, upper), take(values, lower), take(values, upper)];
  const width = tf.sub(x1, x0);
  const safe = where(tf.equal(width, 0), 1, width);
  const between = tf.add(y0, tf.mul(tf.div(tf.sub(at, x0), safe), tf.sub(y1, y0)));
  const [low, high] = [take(points, asarray(0, int32)), take(points, asarray(last, int32))];
  const below = left ?? take(values, asarray(0, int32));
  const above = right ?? take(values, asarray(last, int32));
  return where(tf.less(at, low), below, where(tf.greater(at, high), above, between));
}
