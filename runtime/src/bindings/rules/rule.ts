import type { Aval } from '../aval';
import type { OpCall } from './opCall';

/**
 * What TensorFlow's shape function and dtype checks say of one op: the outputs' avals. Throws ShapeError where
 * TensorFlow refuses the call, ConcretizationError where the shapes follow from values that are not known.
 */
export type ShapeRule = (call: OpCall) => Aval[];

/** Rules by TensorFlow op name. */
export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** Shapes or dtypes that do not fit an op; the message names the op and prints the operands. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}
