import type { Aval } from '../aval';

/** A call's attributes by name; dtypes are TF_ constants. */
export type Attrs = Readonly<Record<string, unknown>>;

/**
 * What TensorFlow's shape function and dtype checks say of one op: the outputs' avals. Throws ShapeError where
 * TensorFlow refuses the call.
 */
export type ShapeRule = (inputs: readonly Aval[], attrs: Attrs, numOutputs: number) => Aval[];

/** Shapes or dtypes that do not fit an op; the message names the op and prints the operands. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}
