/** Numbers with names, and dtypes with NumPy's names. */
import { bool, complex64, float32, int32 } from './array';

/** The ratio of a circle's circumference to its diameter. */
export const pi = Math.PI;
/** The base of the natural logarithm. */
export const e = Math.E;
/** The Euler-Mascheroni constant. */
export const eulerGamma = 0.5772156649015329;
/** Infinity. */
export const inf = Number.POSITIVE_INFINITY;
/** Minus infinity. */
export const NINF = Number.NEGATIVE_INFINITY;
/** Not a number. */
export const nan = Number.NaN;
/** 0. */
export const PZERO = 0;
/** -0. */
export const NZERO = -0;
/** In an index: a new axis of size 1. */
export const newaxis = null;

/** The dtype 'bool'. */
export const bool_ = bool;
/** The dtype 'int32', the only one for whole numbers. */
export const int_ = int32;
/** The dtype 'float32', the only one for real numbers. */
export const float_ = float32;
/** The dtype 'float32'. */
export const single = float32;
/** The dtype 'complex64', the only one for complex numbers. */
export const complex_ = complex64;
/** The dtype 'complex64'. */
export const csingle = complex64;
