import { formatAval } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';
import { BOOL, NUMBER, REAL } from './dtypes';
import { alongAxis, reduction, result } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

/** The place of an extreme element along one axis, which goes. */
const argument: ShapeRule = (call) => {
  const input = call.input(0, [...REAL, TF.TF_BOOL]);
  const axis = call.axis(1, input.shape.length);
  if (input.shape[axis] === 0) call.fail(`axis ${axis} is empty`, formatAval(input));
  return result(input.shape.toSpliced(axis, 1), call.dtype('output_type'));
};

/** Ops along axes. */
export const reductions: ShapeRules = {
  All: reduction(BOOL),
  Any: reduction(BOOL),
  ArgMax: argument,
  ArgMin: argument,
  Cumprod: alongAxis(NUMBER),
  Cumsum: alongAxis(NUMBER),
  Max: reduction(REAL),
  Mean: reduction(NUMBER),
  Min: reduction(REAL),
  Prod: reduction(NUMBER),
  Sum: reduction(NUMBER),
};
