/**
 * Gradients of decompositions and equations. Giles, "An extended collection of matrix derivative results for forward
 * and reverse mode algorithmic differentiation" (2008); Townsend, "Differentiating the singular value decomposition"
 * (2016); Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2010) for QR.
 */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type GradientRules, registerGradients } from './gradientRule';

/** Each matrix transposed. */
function t(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

const symmetric = (x: tf.Tensor) => tf.mul(tf.add(x, t(x)), 0.5);

/** The matrices multiplied in turn. */
const product = (...matrices: tf.Tensor[]) => matrices.reduce((a, b) => tf.matMul(a, b));

/** Matrices with the elements of `x` where row and column satisfy `keep`, else 0. */
function masked(x: tf.Tensor, keep: (row: number, column: number) => boolean): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const kept = Array.from({ length: rows * columns }, (_, i) => keep(Math.floor(i / columns), i % columns));
  const mask = tf.broadcastTo(tf.tensor(kept, [rows, columns], 'bool'), x.shape);
  return tf.where(mask, x, tf.zerosLike(x));
}

const lower = (x: tf.Tensor) => masked(x, (row, column) => row >= column);

/** `1 / (values[j] - values[i])`, 0 on the diagonal. */
function inverseDifferences(values: tf.Tensor): tf.Tensor {
  const differences = tf.sub(tf.expandDims(values, -2), tf.expandDims(values, -1));
  const n = values.shape.at(-1) as number;
  const identity = tf.broadcastTo(tf.cast(tf.eye(n), 'bool'), differences.shape);
  const safe = tf.where(identity, tf.onesLike(differences), differences);
  return tf.where(identity, tf.zerosLike(differences), tf.reciprocal(safe));
}

/** Matrices with the values on their diagonals. */
function diagonals(values: tf.Tensor): tf.Tensor {
  const n = values.shape.at(-1) as number;
  return tf.mul(tf.expandDims(values, -1), tf.eye(n));
}

/** For the matrices `w` of vectors in columns: `x` without what lies in their span. */
const outside = (w: tf.Tensor, x: tf.Tensor) => tf.sub(x, product(w, t(w), x));

/** `solve(A, b)` and its relatives: `X` solves `A X = B`, `solveTransposed` solves with A's transpose. */
function solveGradient(dx: tf.Tensor, x: tf.Tensor, solveTransposed: (b: tf.Tensor) => tf.Tensor) {
  return { a: () => tf.neg(tf.matMul(solveTransposed(dx), x, false, true)), b: () => solveTransposed(dx) };
}

const qrGradient: GradientRules[string] = {
  output: [true, true],
  grad: ([dq, dr]: tf.Tensor[], [q, r]) => ({
    x: () => {
      const [rows = 0, columns = 0] = [q.shape.at(-2), r.shape.at(-1)];
      if (rows < columns || q.shape.at(-1) !== columns) {
        throw new Error(
          `grad: a QR decomposition has a gradient only in its reduced form and of matrices with at least as many ` +
            `rows as columns, as in JAX; these have ${rows} and ${columns}.`,
        );
      }
      const m = tf.sub(tf.matMul(r, dr as tf.Tensor, false, true), tf.matMul(dq as tf.Tensor, q, true));
      const copied = tf.add(lower(m), t(masked(m, (row, column) => row > column)));
      const right = tf.add(dq as tf.Tensor, tf.matMul(q, copied));
      // right R^-T, as the solution X of R Xᵀ = rightᵀ.
      return t(runOp('MatrixTriangularSolve', { a: r, b: t(right) }, { lower: false, adjoint: false }));
    },
  }),
};

const gradientRules: GradientRules = {
  Cholesky: {
    output: true,
    grad: (dy, [l]) => ({
      x: () => {
        const inner = lower(tf.matMul(l, dy, true));
        const phi = tf.sub(
          inner,
          tf.mul(
            masked(inner, (row, column) => row === column),
            0.5,
          ),
        );
        const left = runOp('MatrixTriangularSolve', { a: l, b: phi }, { lower: true, adjoint: true });
        return symmetric(t(runOp('MatrixTriangularSolve', { a: l, b: t(left) }, { lower: true, adjoint: true })));
      },
    }),
  },

  MatrixInverse: {
    output: true,
    grad: (dy, [y]) => ({ x: () => tf.neg(product(t(y), dy, t(y))) }),
  },

  MatrixSolve: {
    inputs: ['a'],
    output: true,
    grad: (dy, [a, y], { adjoint }) => {
      const back = (b: tf.Tensor) => runOp('MatrixSolve', { a, b }, { adjoint: !adjoint });
      const { a: ofA, b } = solveGradient(dy, y, back);
      return { a: adjoint ? () => t(ofA()) : ofA, b };
    },
  },

  MatrixTriangularSolve: {
    inputs: ['a'],
    output: true,
    grad: (dy, [a, y], { lower: isLower, adjoint }) => {
      const back = (b: tf.Tensor) => runOp('MatrixTriangularSolve', { a, b }, { lower: isLower, adjoint: !adjoint });
      const { a: ofA, b } = solveGradient(dy, y, back);
      const triangle = (x: tf.Tensor) => (isLower ? lower(x) : masked(x, (row, column) => row <= column));
      return { a: () => triangle(adjoint ? t(ofA()) : ofA()), b };
    },
  },

  MatrixDeterminant: {
    inputs: ['x'],
    output: true,
    grad: (dy, [x, y]) => ({
      x: () => tf.mul(tf.reshape(tf.mul(dy, y), [...y.shape, 1, 1]), t(runOp('MatrixInverse', { x }))),
    }),
  },

  LogMatrixDeterminant: {
    inputs: ['x'],
    grad: ([, dlog]: tf.Tensor[], [x]) => ({
      x: () => tf.mul(tf.reshape(dlog as tf.Tensor, [...x.shape.slice(0, -2), 1, 1]), t(runOp('MatrixInverse', { x }))),
    }),
  },

  SelfAdjointEigV2: {
    output: [true, true],
    grad: ([dw, dv]: tf.Tensor[], [w, v]) => ({
      x: () => {
        const turned = tf.mul(inverseDifferences(w), tf.matMul(v, dv as tf.Tensor, true));
        return symmetric(product(v, tf.add(diagonals(dw as tf.Tensor), turned), t(v)));
      },
    }),
  },

  Svd: {
    output: [true, true, true],
    grad: ([ds, du, dv]: tf.Tensor[], [s, u, v]) => ({
      x: () => {
        if (u.shape.at(-1) !== s.shape.at(-1) || v.shape.at(-1) !== s.shape.at(-1)) {
          throw new Error(
            'grad: a singular value decomposition has a gradient only with fullMatrices: false, as in JAX.',
          );
        }
        const k = inverseDifferences(tf.square(s));
        const scale = diagonals(s);
        const turned = (w: tf.Tensor, dw: tf.Tensor) => {
          const j = tf.mul(k, tf.matMul(w, dw, true));
          return tf.add(j, t(j));
        };
        const rotations = tf.add(
          tf.matMul(turned(u, du as tf.Tensor), scale),
          tf.matMul(scale, turned(v, dv as tf.Tensor)),
        );
        const inSpan = product(u, tf.add(diagonals(ds as tf.Tensor), rotations), t(v));
        const inverse = tf.expandDims(tf.reciprocal(s), -2);
        const ofU = tf.matMul(tf.mul(outside(u, du as tf.Tensor), inverse), t(v));
        const ofV = tf.matMul(tf.mul(u, inverse), t(outside(v, dv as tf.Tensor)));
        return tf.add(tf.add(inSpan, ofU), ofV);
      },
    }),
  },

  Qr: qrGradient,
  FullQr: qrGradient,
};

registerGradients(gradientRules);
