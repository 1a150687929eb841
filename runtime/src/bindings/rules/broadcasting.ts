import { TF_CONSTANTS as TF } from '../binding';
import { ANY, BOOL, FLOATING, INEXACT, NUMBER, REAL, SIGNED } from './dtypes';
import { alike, broadcast, sameShape } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

/** A choice by element, by row where the condition has one axis, or of the whole where it is a scalar. */
const select: ShapeRule = (call) => {
  const condition = call.input(0, BOOL);
  const chosen = call.input(1);
  const other = call.inputLike(chosen, 2);
  const [rows] = condition.shape;
  const fits =
    sameShape(chosen.shape, other.shape) &&
    (rows === undefined ||
      sameShape(condition.shape, chosen.shape) ||
      (condition.shape.length === 1 && rows === chosen.shape[0]));
  if (!fits) call.fail('shapes differ');
  return [{ shape: chosen.shape, dtype: chosen.dtype }];
};

/** Two operands or more, element by element. */
export const broadcasting: ShapeRules = {
  Add: broadcast([...NUMBER, TF.TF_STRING]),
  AddN: alike(NUMBER),
  AddV2: broadcast(NUMBER),
  Atan2: broadcast(FLOATING),
  Complex: broadcast(FLOATING, TF.TF_COMPLEX64),
  Div: broadcast(NUMBER),
  DivNoNan: broadcast(INEXACT),
  Equal: broadcast(ANY, TF.TF_BOOL),
  FloorDiv: broadcast(NUMBER),
  FloorMod: broadcast(REAL),
  Greater: broadcast(REAL, TF.TF_BOOL),
  GreaterEqual: broadcast(REAL, TF.TF_BOOL),
  Less: broadcast(REAL, TF.TF_BOOL),
  LessEqual: broadcast(REAL, TF.TF_BOOL),
  LogicalAnd: broadcast(BOOL),
  LogicalOr: broadcast(BOOL),
  Maximum: broadcast(REAL),
  Minimum: broadcast(REAL),
  Mul: broadcast(NUMBER),
  NotEqual: broadcast(ANY, TF.TF_BOOL),
  Pow: broadcast(SIGNED),
  RealDiv: broadcast(NUMBER),
  Select: select,
  SquaredDifference: broadcast(SIGNED),
  Sub: broadcast(NUMBER),
};
