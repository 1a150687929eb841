/** Solving equations, and inverses. */
import * as tf from '#tfjs';
import { broadcastShapes } from '../../bindings/rules/makers';
import { ShapeError } from '../../bindings/rules/rule';
import { runOp } from '../../bindings/tensorFlowOps';
import { type ArrayLike, asarray, describe, float32 } from '../array';
import { where } from '../logic';
import { broadcastTo, expandDims, squeeze } from '../manipulation';
import { matmul } from '../products';
import { sum } from '../reductions';
import { svd } from './decompositions';
import { matrices, squareMatrices, transposed } from './matrices';

const EPSILON = 2 ** -23;

/**
 * The X with `a X = b` of square matrices f32[..., n, n] and right sides f32[..., n, k], or vectors f32[..., n] if `b`
 * has one axis less. Batches broadcast. Throws (TensorFlow's error) where a matrix has no inverse.
 */
export function solve(a: ArrayLike, b: ArrayLike): tf.Tensor {
  const [x, right] = [squareMatrices('solve', a), asarray(b, float32)];
  const vectors = right.rank === x.rank - 1;
  const columns = vectors ? expandDims(right, -1) : right;
  const batch = broadcastShapes(x.shape.slice(0, -2), columns.shape.slice(0, -2));
  if (columns.rank < 2 || columns.shape.at(-2) !== x.shape.at(-1) || batch === undefined) {
    throw new ShapeError(
      `jnp.linalg.solve: expected matrices [..., n, n] and right sides [..., n, k] or [..., n]; got ${describe(x)} and ` +
        `${describe(right)}.`,
    );
  }
  const found = runOp(
    'MatrixSolve',
    {
      a: broadcastTo(x, [...batch, ...x.shape.slice(-2)]),
      b: broadcastTo(columns, [...batch, ...columns.shape.slice(-2)]),
    },
    { adjoint: false },
  );
  return vectors ? squeeze(found, -1) : found;
}

/** The inverses of square matrices. Throws (TensorFlow's error) where there is none. */
export function inv(a: ArrayLike): tf.Tensor {
  return runOp('MatrixInverse', { x: squareMatrices('inv', a) }, { adjoint: false });
}

/** The Moore-Penrose pseudo-inverses f32[..., n, m] of f32[..., m, n] without the singular values below the cut. */
export function pinv(a: ArrayLike, rcond?: number): tf.Tensor {
  const x = matrices('pinv', a);
  const cut = rcond ?? 10 * Math.max(...x.shape.slice(-2)) * EPSILON;
  return differentiablePinv(cut)(x);
}

/** Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems" (1973). */
function differentiablePinv(cut: number): (x: tf.Tensor) => tf.Tensor {
  return tf.customGrad((x, save) => {
    const inverse = pseudoInverse(x as tf.Tensor, cut);
    (save as (tensors: tf.Tensor[]) => void)([x as tf.Tensor]);
    return {
      value: inverse,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const from = saved[0] as tf.Tensor;
        const p = differentiablePinv(cut)(from);
        const [pt, g] = [transposed(p), transposed(dy)];
        const product = (...factors: tf.Tensor[]) => factors.reduce((left, right) => tf.matMul(left, right));
        const ofInverse = product(pt, dy, pt);
        const left = product(g, p, pt);
        const right = product(pt, p, g);
        const ofRows = tf.sub(left, product(from, p, left));
        const ofColumns = tf.sub(right, product(right, p, from));
        return tf.add(tf.sub(ofRows, ofInverse), ofColumns);
      },
    };
  });
}

function pseudoInverse(x: tf.Tensor, cut: number): tf.Tensor {
  const [u, s, vh] = svd(x, { fullMatrices: false });
  const kept = tf.greater(s, tf.mul(tf.max(s, -1, true), cut));
  const inverse = where(kept, tf.reciprocal(s), 0);
  return matmul(transposed(vh), tf.mul(expandDims(inverse, -1), transposed(u)));
}

/**
 * The least-squares solution of `a x = b`, f32[m, n] and f32[m] or f32[m, k]: x, the sums of squared residuals f32[k],
 * the rank (int32), and the singular values. Throws if the shapes do not fit.
 */
export function lstsq(
  a: ArrayLike,
  b: ArrayLike,
  rcond?: number,
): [x: tf.Tensor, residuals: tf.Tensor, rank: tf.Tensor, s: tf.Tensor] {
  const [matrix, right] = [matrices('lstsq', a), asarray(b, float32)];
  if (matrix.rank !== 2 || right.rank < 1 || right.rank > 2 || matrix.shape[0] !== right.shape[0]) {
    throw new ShapeError(
      `jnp.linalg.lstsq: expected a matrix [m, n] and right sides [m] or [m, k]; got ${describe(matrix)} and ` +
        `${describe(right)}.`,
    );
  }
  const columns = right.rank === 1 ? expandDims(right, -1) : right;
  const cut = rcond === undefined ? EPSILON * Math.max(...matrix.shape) : rcond < 0 ? EPSILON : rcond;
  const [u, s, vh] = svd(matrix, { fullMatrices: false });
  const kept = tf.greaterEqual(s, tf.mul(tf.slice(s, [0], [1]), cut));
  const inverse = where(kept, tf.reciprocal(where(kept, s, 1)), 0);
  const x = matmul(transposed(vh), tf.mul(expandDims(inverse, -1), matmul(transposed(u), columns)));
  const residuals = sum(tf.square(tf.sub(columns, matmul(matrix, x))), 0);
  return [right.rank === 1 ? squeeze(x, -1) : x, residuals, sum(kept), s];
}

/** Square matrices multiplied with themselves, `n` factors; the inverses' for a negative `n`. Throws if n is not whole. */
export function matrixPower(a: ArrayLike, n: number): tf.Tensor {
  const x = squareMatrices('matrixPower', a);
  if (!Number.isInteger(n)) throw new TypeError(`jnp.linalg.matrixPower: expected a whole exponent, got ${n}.`);
  if (n === 0) return broadcastTo(tf.eye(x.shape.at(-1) as number), x.shape);
  let square = n < 0 ? inv(x) : x;
  let found: tf.Tensor | undefined;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) found = found === undefined ? square : matmul(found, square);
    if (rest > 1) square = matmul(square, square);
  }
  return found as tf.Tensor;
}

/** How many singular values of a matrix are larger than `tol`, int32; by default what rounding may leave. */
export function matrixRank(a: ArrayLike, tol?: number): tf.Tensor {
  const x = asarray(a, float32);
  if (x.rank < 2) return asarray(tf.any(tf.notEqual(x, 0)), 'int32');
  const s = svd(x, { computeUv: false });
  const cut = tol ?? tf.mul(tf.max(s, -1, true), Math.max(...x.shape.slice(-2)) * EPSILON);
  return sum(tf.greater(s, cut), -1);
}
