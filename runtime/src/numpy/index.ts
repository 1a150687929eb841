/**
 * NumPy's functions over tensors (jax.numpy): names in camelCase, NumPy's positional order, the rest as options.
 *
 * @module
 */
export {
  type ArrayLike,
  array,
  asarray,
  bool,
  complex64,
  type DType,
  float32,
  int32,
  ndim,
  shape,
  size,
} from './array';
export * from './complexNumbers';
export * from './constants';
export * from './creation';
export * from './cumulative';
export * from './dtypes';
export * from './einsum';
export * from './elementwise';
export * from './exponents';
export * as fft from './fft';
export * from './getItem';
export * from './indexing';
export * from './integers';
export * from './joining';
export * as linalg from './linalg/index';
export * from './logic';
export * from './manipulation';
export * from './nanReductions';
export * from './pad';
export * from './polynomials';
export * from './products';
export * from './ranges';
export * from './reductions';
export * from './reordering';
export * from './rounding';
export * from './searching';
export * from './signs';
export * from './statistics';
export * from './triangles';
export * from './trigonometry';
export * from './valueDependent';
export * from './vectors';
export * from './windows';
