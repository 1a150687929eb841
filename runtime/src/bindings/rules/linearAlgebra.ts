import { type Aval, formatAval, formatShape } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';
import { formatSize } from '../sizes';
import { FLOATING } from './dtypes';
import { result, sameShape } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

/** One matrix or a batch of them: `[...batch, rows, columns]`. */
function matrices(call: OpCall, index = 0): { batch: readonly number[]; rows: number; columns: number } {
  const { shape } = call.input(index, FLOATING);
  const [rows, columns] = shape.slice(-2);
  if (rows === undefined || columns === undefined) call.fail('takes matrices');
  return { batch: shape.slice(0, -2), rows, columns };
}

function squareMatrices(call: OpCall): { batch: readonly number[]; size: number } {
  const { batch, rows, columns } = matrices(call);
  if (rows !== columns) call.fail(`a matrix has ${formatSize(rows)} rows and ${formatSize(columns)} columns`);
  return { batch, size: rows };
}

const ofSquare: ShapeRule = (call) => {
  squareMatrices(call);
  return result(call.input(0).shape, call.input(0).dtype);
};

/** Eigenvalues and eigenvectors. */
const eigen =
  (dtype: number): ShapeRule =>
  (call) => {
    const { batch, size } = squareMatrices(call);
    return [...result([...batch, size], dtype), ...result([...batch, size, size], dtype)];
  };

const determinant: ShapeRule = (call) => result(squareMatrices(call).batch, TF.TF_FLOAT);

const logDeterminant: ShapeRule = (call) => {
  const { batch } = squareMatrices(call);
  return [...result(batch, TF.TF_FLOAT), ...result(batch, TF.TF_FLOAT)];
};

/** Both have the same leading axes, except that those of triangular matrices broadcast. */
const solve: ShapeRule = (call) => {
  const { batch, size } = squareMatrices(call);
  const right = matrices(call, 1);
  if (!sameShape(batch, right.batch)) {
    call.fail(`the batches ${formatShape(batch)} and ${formatShape(right.batch)} differ`);
  }
  if (right.rows !== size) call.fail(`${formatSize(size)} equations need as many rows`, formatAval(call.input(1)));
  return result(call.input(1).shape, TF.TF_FLOAT);
};

/** Singular values and both kinds of singular vectors. */
const svd: ShapeRule = (call) => {
  const { batch, rows, columns } = matrices(call);
  const count = Math.min(rows, columns);
  const full = call.flag('full_matrices');
  const vectors = (size: number): Aval[] => result([...batch, size, full ? size : count], TF.TF_FLOAT);
  return [...result([...batch, count], TF.TF_FLOAT), ...vectors(rows), ...vectors(columns)];
};

/** Decompositions and equations. */
export const linearAlgebra: ShapeRules = {
  Cholesky: ofSquare,
  Eig: eigen(TF.TF_COMPLEX64),
  LogMatrixDeterminant: logDeterminant,
  MatrixDeterminant: determinant,
  MatrixInverse: ofSquare,
  MatrixSolve: solve,
  MatrixTriangularSolve: solve,
  SelfAdjointEigV2: eigen(TF.TF_FLOAT),
  Svd: svd,
};
