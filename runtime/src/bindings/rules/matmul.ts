import { formatAval } from '../aval';
import { formatSize } from '../sizes';
import { NUMBER } from './dtypes';
import { broadcastShapes, result } from './makers';
import { operands } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

/** The last two axes are matrices, those before broadcast; `adj_x` and `adj_y` swap a matrix's axes. */
const batchMatMul: ShapeRule = (call) => {
  const x = call.input(0, NUMBER);
  const y = call.inputLike(x, 1);
  for (const operand of [x, y]) {
    if (operand.shape.length < 2) call.fail(`${formatAval(operand)} is no matrix`, operands(call.inputs, ' x '));
  }
  const [rows = 0, inner = 0] = matrix(x.shape, call.flag('adj_x'));
  const [innerY = 0, columns = 0] = matrix(y.shape, call.flag('adj_y'));
  if (inner !== innerY) {
    const sizes = `(${formatSize(inner)} and ${formatSize(innerY)})`;
    call.fail('inner sizes differ', `${operands(call.inputs, ' x ')} ${sizes}`);
  }
  const batch =
    broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2)) ??
    call.fail('batch shapes do not broadcast', operands(call.inputs, ' x '));
  return result([...batch, rows, columns], x.dtype);
};

const matrix = (shape: readonly number[], adjoint: boolean) => (adjoint ? shape.slice(-2).reverse() : shape.slice(-2));

/** Products of matrices. */
export const matmul: ShapeRules = { BatchMatMulV2: batchMatMul };
