/**
 * Fourier transforms (jax.numpy.fft).
 *
 * @module
 */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import {
  type ArrayLike,
  asarray,
  asNumeric,
  complex64,
  describe,
  float32,
  normalizeAxes,
  normalizeAxis,
} from './array';
import { conj } from './complexNumbers';
import { concatenate, flip, moveaxis } from './manipulation';
import { roll } from './reordering';

type Transform = (x: tf.Tensor) => tf.Tensor;

/** The first `n` elements of the last axis, zeros where there are fewer. */
function resized(x: tf.Tensor, n: number): tf.Tensor {
  const length = x.shape.at(-1) as number;
  if (n === length) return x;
  if (n < length) return tf.slice(x, new Array<number>(x.rank).fill(0), [...x.shape.slice(0, -1), n]);
  return concatenate([x, tf.zeros([...x.shape.slice(0, -1), n - length], x.dtype)], -1);
}

/** Transforms one axis, after it was cut or filled up to `n` elements. */
function along(name: string, a: ArrayLike, n: number | undefined, axis: number, transform: Transform): tf.Tensor {
  const x = asNumeric(a);
  if (x.rank === 0) throw new ShapeError(`jnp.fft.${name}: a scalar has no axis to transform.`);
  const place = normalizeAxis(`jnp.fft.${name}`, axis, x.rank);
  const last = moveaxis(asarray(x, x.dtype === complex64 ? complex64 : float32), place, -1);
  const length = n ?? (last.shape.at(-1) as number);
  if (!Number.isInteger(length) || length < 1) {
    throw new ShapeError(
      `jnp.fft.${name}: expected at least 1 element in axis ${axis} of ${describe(x)}, got ${length}.`,
    );
  }
  return moveaxis(transform(resized(last, length)), -1, place);
}

const complex: Transform = (x) => (x.dtype === complex64 ? x : tf.complex(x, tf.zerosLike(x)));
const forward: Transform = (x) => tf.fft(complex(x));
const backward: Transform = (x) => tf.ifft(complex(x));

/** The coefficients of the frequencies that a real signal determines: `n / 2 + 1`. */
const forwardReal: Transform = (x) => resized(forward(x), Math.floor((x.shape.at(-1) as number) / 2) + 1);

/** The real signal of `n` elements with these first coefficients. */
const backwardReal =
  (n: number): Transform =>
  (x) => {
    const half = resized(complex(x), Math.floor(n / 2) + 1);
    const mirrored = Math.ceil(n / 2) - 1;
    const start = half.shape.map((_, i) => (i === half.rank - 1 ? 1 : 0));
    const rest = tf.slice(half, start, [...half.shape.slice(0, -1), mirrored]);
    return tf.real(backward(mirrored === 0 ? half : concatenate([half, flip(conj(rest), -1)], -1)));
  };

/** The discrete Fourier transform of one axis, cut or filled up to `n` elements; complex64. */
export function fft(a: ArrayLike, n?: number, axis = -1): tf.Tensor {
  return along('fft', a, n, axis, forward);
}

/** The inverse of `fft`; complex64. */
export function ifft(a: ArrayLike, n?: number, axis = -1): tf.Tensor {
  return along('ifft', a, n, axis, backward);
}

/** The first `n / 2 + 1` coefficients of `fft` of a real array, which determine the others; complex64. */
export function rfft(a: ArrayLike, n?: number, axis = -1): tf.Tensor {
  return along('rfft', a, n, axis, forwardReal);
}

/** The inverse of `rfft`, float32: `n` elements, by default twice as many as there are coefficients less one. */
export function irfft(a: ArrayLike, n?: number, axis = -1): tf.Tensor {
  const x = asNumeric(a);
  const given = x.shape[normalizeAxis('jnp.fft.irfft', axis, x.rank)] as number;
  return along('irfft', x, undefined, axis, backwardReal(n ?? 2 * (given - 1)));
}

/** The discrete Fourier transform of several axes, of all by default; complex64. */
export function fftn(a: ArrayLike, axes?: readonly number[]): tf.Tensor {
  const x = asNumeric(a);
  return normalizeAxes('jnp.fft.fftn', axes, x.rank).reduce<tf.Tensor>((y, axis) => fft(y, undefined, axis), x);
}

/** The inverse of `fftn`; complex64. */
export function ifftn(a: ArrayLike, axes?: readonly number[]): tf.Tensor {
  const x = asNumeric(a);
  return normalizeAxes('jnp.fft.ifftn', axes, x.rank).reduce<tf.Tensor>((y, axis) => ifft(y, undefined, axis), x);
}

/** `rfft` of the last of the axes and `fft` of the others; complex64. */
export function rfftn(a: ArrayLike, axes?: readonly number[]): tf.Tensor {
  const x = asNumeric(a);
  const all = normalizeAxes('jnp.fft.rfftn', axes, x.rank);
  const last = rfft(x, undefined, all.at(-1) ?? -1);
  return all.slice(0, -1).reduce<tf.Tensor>((y, axis) => fft(y, undefined, axis), last);
}

/** The inverse of `rfftn`, float32. */
export function irfftn(a: ArrayLike, axes?: readonly number[]): tf.Tensor {
  const x = asNumeric(a);
  const all = normalizeAxes('jnp.fft.irfftn', axes, x.rank);
  const others = all.slice(0, -1).reduce<tf.Tensor>((y, axis) => ifft(y, undefined, axis), x);
  return irfft(others, undefined, all.at(-1) ?? -1);
}

type Axes = readonly [number, number];

/** The discrete Fourier transform of two axes, the last by default; complex64. */
export const fft2 = (a: ArrayLike, axes: Axes = [-2, -1]): tf.Tensor => fftn(a, axes);
/** The inverse of `fft2`; complex64. */
export const ifft2 = (a: ArrayLike, axes: Axes = [-2, -1]): tf.Tensor => ifftn(a, axes);
/** `fft2` of a real array, with the coefficients that determine the others; complex64. */
export const rfft2 = (a: ArrayLike, axes: Axes = [-2, -1]): tf.Tensor => rfftn(a, axes);
/** The inverse of `rfft2`, float32. */
export const irfft2 = (a: ArrayLike, axes: Axes = [-2, -1]): tf.Tensor => irfftn(a, axes);

/** The frequencies of `fft`'s coefficients, in cycles a unit, for elements `d` units apart. */
export function fftfreq(n: number, d = 1): tf.Tensor {
  const values = Array.from({ length: n }, (_, i) => (i < Math.ceil(n / 2) ? i : i - n) / (n * d));
  return tf.tensor(values, [n], float32);
}

/** The frequencies of `rfft`'s coefficients, in cycles a unit, for elements `d` units apart. */
export function rfftfreq(n: number, d = 1): tf.Tensor {
  const values = Array.from({ length: Math.floor(n / 2) + 1 }, (_, i) => i / (n * d));
  return tf.tensor(values, [values.length], float32);
}

function shifted(name: string, x: ArrayLike, axes: number | readonly number[] | undefined, sign: 1 | -1): tf.Tensor {
  const from = asarray(x);
  const all = normalizeAxes(`jnp.fft.${name}`, axes, from.rank);
  const shifts = all.map((axis) => sign * Math.floor((from.shape[axis] as number) / 2));
  return roll(from, shifts, all);
}

/** The array with the frequency 0 moved to the middle of the axes, of all by default. */
export function fftshift(x: ArrayLike, axes?: number | readonly number[]): tf.Tensor {
  return shifted('fftshift', x, axes, 1);
}

/** The inverse of `fftshift`. */
export function ifftshift(x: ArrayLike, axes?: number | readonly number[]): tf.Tensor {
  return shifted('ifftshift', x, axes, -1);
}
