/** Real and imaginary parts. */
import * as tf from '#tfjs';
import { type ArrayLike, asarray, asNumeric, complex64 } from './array';
import { arctan2 } from './trigonometry';

/** The real part; a real array as it is. */
export function real(x: ArrayLike): tf.Tensor {
  const from = asNumeric(x);
  return from.dtype === complex64 ? tf.real(from) : from;
}

/** The imaginary part; 0 of a real array. */
export function imag(x: ArrayLike): tf.Tensor {
  const from = asNumeric(x);
  return from.dtype === complex64 ? tf.imag(from) : tf.zerosLike(from);
}

/** The complex conjugate; a real array as it is. */
export function conj(x: ArrayLike): tf.Tensor {
  const from = asNumeric(x);
  return from.dtype === complex64 ? tf.complex(tf.real(from), tf.neg(tf.imag(from))) : from;
}

/** The complex conjugate; a real array as it is. */
export const conjugate = conj;

/** The angle of each complex number, in radians; of a negative real one π. */
export function angle(x: ArrayLike): tf.Tensor {
  return arctan2(imag(x), real(x));
}

/** Where the imaginary part is not 0. */
export function iscomplex(x: ArrayLike): tf.Tensor {
  const part = imag(x);
  return tf.notEqual(part, tf.zerosLike(part));
}

/** Where the imaginary part is 0. */
export function isreal(x: ArrayLike): tf.Tensor {
  return tf.logicalNot(iscomplex(x));
}

/** Whether the dtype is complex64, whatever the values. */
export function iscomplexobj(x: ArrayLike): boolean {
  return asarray(x).dtype === complex64;
}

/** Whether the dtype is another than complex64, whatever the values. */
export function isrealobj(x: ArrayLike): boolean {
  return !iscomplexobj(x);
}
