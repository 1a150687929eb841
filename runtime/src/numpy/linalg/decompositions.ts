/** Factors and eigenvalues of matrices. */
import type * as tf from '#tfjs';
import { qr as reducedQr } from '../../bindings/addedKernels';
import { runOp, runOps } from '../../bindings/tensorFlowOps';
import { stopGradient } from '../../transforms/stopGradient';
import type { ArrayLike } from '../array';
import { matrices, squareMatrices, symmetrized, transposed } from './matrices';

/**
 * The lower triangular L with `L Lᵀ = a`, of symmetric positive-definite matrices f32[..., n, n]. Others are taken for
 * the mean with their transpose, as in JAX. Throws (TensorFlow's error) where a matrix is not positive-definite.
 */
export function cholesky(a: ArrayLike): tf.Tensor {
  return runOp('Cholesky', { x: symmetrized(squareMatrices('cholesky', a)) });
}

/**
 * Q with orthonormal columns and the upper triangular R whose product is f32[..., m, n]: f32[..., m, k] and
 * f32[..., k, n] with k = min(m, n); in the mode 'complete' k = m; in the mode 'r' R alone.
 */
export function qr(a: ArrayLike): [q: tf.Tensor, r: tf.Tensor];
export function qr(a: ArrayLike, mode: 'reduced' | 'complete'): [q: tf.Tensor, r: tf.Tensor];
export function qr(a: ArrayLike, mode: 'r'): tf.Tensor;
export function qr(a: ArrayLike, mode: 'reduced' | 'complete' | 'r' = 'reduced'): tf.Tensor | [tf.Tensor, tf.Tensor] {
  const x = matrices('qr', a);
  switch (mode) {
    case 'reduced':
      return reducedQr(x);
    case 'r':
      return reducedQr(x)[1];
    case 'complete':
      return runOps('FullQr', { x }) as [tf.Tensor, tf.Tensor];
    default:
      throw new TypeError(`jnp.linalg.qr: mode is 'reduced', 'complete' or 'r', got '${mode}'.`);
  }
}

export interface SvdOptions {
  /** Whether U and V have all their columns, not only min(m, n). Default true. */
  fullMatrices?: boolean;
  /** Whether to give U and V. Default true. */
  computeUv?: boolean;
}

/**
 * The singular values s of f32[..., m, n], in descending order, between U and V's transpose: `a = U diag(s) Vᵀ`. With
 * `computeUv: false` s alone. Has a gradient if singular values differ, and with `fullMatrices: false` or of square
 * matrices.
 */
export function svd(a: ArrayLike): [u: tf.Tensor, s: tf.Tensor, vh: tf.Tensor];
export function svd(
  a: ArrayLike,
  options: SvdOptions & { computeUv?: true },
): [u: tf.Tensor, s: tf.Tensor, vh: tf.Tensor];
export function svd(a: ArrayLike, options: SvdOptions & { computeUv: false }): tf.Tensor;
export function svd(
  a: ArrayLike,
  { fullMatrices = true, computeUv = true }: SvdOptions = {},
): tf.Tensor | [tf.Tensor, tf.Tensor, tf.Tensor] {
  const x = matrices('svd', a);
  const found = runOps('Svd', { x }, { full_matrices: fullMatrices && computeUv });
  const [s, u, v] = found as [tf.Tensor, tf.Tensor, tf.Tensor];
  return computeUv ? [u, s, transposed(v)] : s;
}

export interface EighOptions {
  /** Which triangle is read when the matrix is not symmetrized. Default 'L', the lower one. */
  uplo?: 'L' | 'U';
  /** Whether to take the mean of the matrix and its transpose. Default true. */
  symmetrizeInput?: boolean;
}

/**
 * The eigenvalues f32[..., n] in ascending order and the eigenvectors f32[..., n, n], in columns, of symmetric matrices.
 * The gradient needs eigenvalues that differ.
 */
export function eigh(
  a: ArrayLike,
  { uplo = 'L', symmetrizeInput = true }: EighOptions = {},
): [w: tf.Tensor, v: tf.Tensor] {
  const x = squareMatrices('eigh', a);
  // TensorFlow reads the lower triangle.
  const read = symmetrizeInput ? symmetrized(x) : uplo === 'U' ? transposed(x) : x;
  return runOps('SelfAdjointEigV2', { x: read }) as [tf.Tensor, tf.Tensor];
}

/** The eigenvalues of symmetric matrices in ascending order, f32[..., n]. */
export function eigvalsh(a: ArrayLike, options?: EighOptions): tf.Tensor {
  return eigh(a, options)[0];
}

/**
 * The eigenvalues c64[..., n] and eigenvectors c64[..., n, n], in columns, of square matrices f32[..., n, n]. No gradient
 * flows through them.
 */
export function eig(a: ArrayLike): [w: tf.Tensor, v: tf.Tensor] {
  return runOps('Eig', { x: stopGradient(squareMatrices('eig', a)) }) as [tf.Tensor, tf.Tensor];
}

/** The eigenvalues of square matrices, c64[..., n]. No gradient flows through them. */
export function eigvals(a: ArrayLike): tf.Tensor {
  return eig(a)[0];
}

/** The sign of the determinant, f32[...], and the logarithm of its absolute value, -infinity where it is 0. */
export function slogdet(a: ArrayLike): [sign: tf.Tensor, logdet: tf.Tensor] {
  return runOps('LogMatrixDeterminant', { x: squareMatrices('slogdet', a) }) as [tf.Tensor, tf.Tensor];
}

/** The determinants of square matrices, f32[...]. The gradient needs matrices that have an inverse. */
export function det(a: ArrayLike): tf.Tensor {
  return runOp('MatrixDeterminant', { x: squareMatrices('det', a) });
}
