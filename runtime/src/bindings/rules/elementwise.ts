import { formatDtype } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';
import { ANY, BOOL, FLOATING, INEXACT, NUMBER, REAL, SIGNED, STRING } from './dtypes';
import { alike, unary } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

const CONVERTED_BY_NOTHING: readonly number[] = [TF.TF_STRING, TF.TF_RESOURCE];

const cast: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0);
  const to = call.dtype('DstT');
  if (dtype !== to && (CONVERTED_BY_NOTHING.includes(dtype) || CONVERTED_BY_NOTHING.includes(to))) {
    call.fail(`${formatDtype(dtype)} does not convert to ${formatDtype(to)}`);
  }
  return [{ shape, dtype: to }];
};

/** One operand, each element by itself. */
export const elementwise: ShapeRules = {
  Abs: unary([TF.TF_FLOAT, TF.TF_INT32, TF.TF_INT64]),
  Acos: unary(INEXACT),
  Acosh: unary(INEXACT),
  Asin: unary(INEXACT),
  Asinh: unary(INEXACT),
  Atan: unary(INEXACT),
  Atanh: unary(INEXACT),
  Cast: cast,
  Ceil: unary(FLOATING),
  Cos: unary(INEXACT),
  Cosh: unary(INEXACT),
  Elu: unary(FLOATING),
  EluGrad: alike(FLOATING),
  ReluGrad: alike(FLOATING),
  Erf: unary(FLOATING),
  Exp: unary(INEXACT),
  Expm1: unary(INEXACT),
  Floor: unary(FLOATING),
  IsFinite: unary(FLOATING, TF.TF_BOOL),
  IsInf: unary(FLOATING, TF.TF_BOOL),
  IsNan: unary(FLOATING, TF.TF_BOOL),
  LeakyRelu: unary(FLOATING),
  Log: unary(INEXACT),
  Log1p: unary(INEXACT),
  LogicalNot: unary(BOOL),
  Neg: unary(SIGNED),
  OnesLike: unary(ANY),
  Reciprocal: unary(SIGNED),
  Relu: unary(REAL),
  Relu6: unary(REAL),
  Round: unary(REAL),
  Rsqrt: unary(INEXACT),
  Selu: unary(FLOATING),
  Sigmoid: unary(INEXACT),
  Sign: unary(SIGNED),
  Sin: unary(INEXACT),
  Sinh: unary(INEXACT),
  Softplus: unary(FLOATING),
  Sqrt: unary(INEXACT),
  Square: unary(NUMBER),
  StaticRegexReplace: unary(STRING),
  Tan: unary(INEXACT),
  Tanh: unary(INEXACT),
  ZerosLike: unary(ANY),
};
