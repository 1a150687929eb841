/** NumPy's functions over tensors (jax.numpy): names in camelCase, NumPy's positional order, the rest as options. */
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
export * from './creation';
export * from './einsum';
export * from './elementwise';
export * from './indexing';
export * from './logic';
export * from './manipulation';
export * from './products';
export * from './reductions';
