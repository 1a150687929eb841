import { FLOATING, INTEGER, REAL } from './dtypes';
import { alike, broadcast, result, unary } from './makers';
import type { ShapeRules } from './rule';

/** Special functions and the arithmetic of bits, element by element. */
export const special: ShapeRules = {
  BesselI0e: unary(FLOATING),
  BesselI1e: unary(FLOATING),
  Bitcast: (call) => result(call.input(0, REAL).shape, call.dtype('type')),
  Betainc: alike(FLOATING),
  BitwiseAnd: broadcast(INTEGER),
  BitwiseOr: broadcast(INTEGER),
  BitwiseXor: broadcast(INTEGER),
  Digamma: unary(FLOATING),
  Erfc: unary(FLOATING),
  Erfinv: unary(FLOATING),
  Igamma: broadcast(FLOATING),
  IgammaGradA: broadcast(FLOATING),
  Igammac: broadcast(FLOATING),
  Invert: unary(INTEGER),
  LeftShift: broadcast(INTEGER),
  Lgamma: unary(FLOATING),
  NextAfter: broadcast(FLOATING),
  Polygamma: broadcast(FLOATING),
  RightShift: broadcast(INTEGER),
  Rint: unary(FLOATING),
  TruncateDiv: broadcast(INTEGER),
  TruncateMod: broadcast(REAL),
};
