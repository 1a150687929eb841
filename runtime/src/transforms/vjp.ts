import type { Tensor } from '#tfjs';
import * as tree from '../tree';
import { checkFunction, cotangentsFor, outputsOf, targetsOf, withAux } from './arguments';
import type { Literal } from './literals';
import { type Recording, record } from './tape';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/** Marks that the function returns [output, aux]. */
export interface HasAux {
  readonly hasAux: true;
}

/**
 * The output of `fn` and the function from a cotangent of it, in the output's form, to the cotangents of all arguments
 * (jax.vjp): `const [y, vjpFn] = vjp(f, x); const [dx] = vjpFn(dy)`. It may be called several times. Arguments and output
 * are pytrees. With `{ hasAux: true }` as the last argument `fn` returns [output, aux], and aux comes third. Throws
 * TypeError if a leaf of an argument is no float32 tensor.
 */
export function vjp<A extends Any[], R extends Literal, X extends Literal>(
  fn: (...primals: A) => readonly [R, X],
  ...primalsAndOptions: [...primals: A, options: HasAux]
): [output: R, vjpFn: (cotangent: R) => A, aux: X];
export function vjp<A extends Any[], R>(
  fn: (...primals: A) => R,
  ...primals: A
): [output: R, vjpFn: (cotangent: R) => A];
export function vjp(fn: (...primals: Any[]) => Any, ...given: Any[]): [Any, (cotangent: Any) => Any[], Any?] {
  checkFunction('vjp', fn);
  const hasAux = isHasAux(given.at(-1));
  const primals = hasAux ? given.slice(0, -1) : given;
  const targets = targetsOf('vjp', primals, [...primals.keys()]);
  const { output, pullback } = recordTree('vjp', () => fn(...targets.args), targets.inputs, hasAux);
  const vjpFn = (cotangent: unknown) => {
    const cotangents = cotangentsFor('vjp', 'cotangent', cotangent, output.outputs, output.structure);
    return targets.rebuild(pullback(cotangents));
  };
  const value = tree.unflatten(output.structure, output.outputs);
  return hasAux ? [value, vjpFn, output.aux] : [value, vjpFn];
}

function isHasAux(value: unknown): value is HasAux {
  return tree.isPlainObject(value) && Object.keys(value).length === 1 && value.hasAux === true;
}

export interface RecordedTree {
  readonly outputs: Tensor[];
  readonly structure: tree.Structure;
  readonly aux: unknown;
}

/** Records a function whose output is a pytree of tensors. */
export function recordTree(
  transform: string,
  fn: () => unknown,
  inputs: readonly Tensor[],
  hasAux = false,
): Recording<RecordedTree> {
  const run = () => {
    const result = fn();
    const [value, aux] = hasAux ? withAux(transform, result) : [result, undefined];
    return { ...outputsOf(transform, value), aux };
  };
  return record(transform, run, inputs, ({ outputs }) => outputs);
}
