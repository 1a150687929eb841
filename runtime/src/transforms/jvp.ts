import { type Tensor, zeros } from '#tfjs';
import * as tree from '../tree';
import { checkFunction, cotangentsFor, type Targets, targetsOf } from './arguments';
import type { Literal } from './literals';
import { record } from './tape';
import { type HasAux, type RecordedTree, recordTree } from './vjp';

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
type Any = any;

/**
 * The output of `fn(...primals)` and its directional derivative along the tangents, in the output's form (jax.jvp). The
 * tangents have the form of the primals. With `hasAux` `fn` returns [output, aux], and aux comes third.
 */
export function jvp<A extends Any[], R extends Literal, X extends Literal>(
  fn: (...primals: A) => readonly [R, X],
  primals: readonly [...A],
  tangents: readonly [...A],
  options: HasAux,
): [output: R, tangent: R, aux: X];
export function jvp<A extends Any[], R>(
  fn: (...primals: A) => R,
  primals: readonly [...A],
  tangents: readonly [...A],
): [output: R, tangent: R];
export function jvp(
  fn: (...primals: Any[]) => Any,
  primals: readonly Any[],
  tangents: readonly Any[],
  { hasAux = false }: { hasAux?: boolean } = {},
): [Any, Any, Any?] {
  checkFunction('jvp', fn);
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new TypeError('jvp: primals and tangents are arrays of arguments: jvp(f, [x], [dx]).');
  }
  const targets = targetsOf('jvp', primals, [...primals.keys()]);
  const { output, pushforward, dispose } = linearizeAt('jvp', fn, targets, hasAux);
  try {
    const value = tree.unflatten(output.structure, output.outputs);
    const tangent = pushTree(output, pushforward(tangentsFor('jvp', targets, tangents)));
    return hasAux ? [value, tangent, output.aux] : [value, tangent];
  } finally {
    dispose();
  }
}

/**
 * The output of `fn(...primals)` and its derivative there, a linear function of tangents in the primals' form
 * (jax.linearize): `const [y, jvpFn] = linearize(f, x); const dy = jvpFn(dx)`.
 */
export function linearize<A extends Any[], R>(
  fn: (...primals: A) => R,
  ...primals: A
): [output: R, jvpFn: (...tangents: A) => R] {
  const targets = targetsOf('linearize', primals, [...primals.keys()]);
  const { output, pushforward } = linearizeAt('linearize', fn, targets);
  return [
    tree.unflatten(output.structure, output.outputs) as R,
    (...tangents) => pushTree(output, pushforward(tangentsFor('linearize', targets, tangents))) as R,
  ];
}

export interface Linearized {
  readonly output: RecordedTree;
  /** From a tangent of each input (or undefined, for zeros) the tangents of the outputs. */
  pushforward(tangents: readonly (Tensor | undefined)[]): Tensor[];
  dispose(): void;
}

/**
 * The derivative by reverse mode twice: cotangents follow linearly from those of the outputs, and the transpose of that
 * is the derivative.
 */
export function linearizeAt(
  transform: string,
  fn: (...args: Any[]) => unknown,
  targets: Targets,
  hasAux = false,
): Linearized {
  const probes: Tensor[] = [];
  let output: RecordedTree | undefined;
  const transposed = record(
    transform,
    () => {
      const recording = recordTree(transform, () => fn(...targets.args), targets.inputs, hasAux);
      output = recording.output;
      for (const { shape } of output.outputs) probes.push(zeros(shape));
      return recording.pullback(output.outputs.map(({ dtype }, i) => (dtype === 'float32' ? probes[i] : undefined)));
    },
    probes,
    (cotangents) => cotangents,
  );
  return { output: output as RecordedTree, pushforward: transposed.pullback, dispose: transposed.dispose };
}

function tangentsFor(transform: string, targets: Targets, tangents: readonly unknown[]): (Tensor | undefined)[] {
  if (tangents.length !== targets.structures.length) {
    throw new TypeError(
      `${transform}: there are ${targets.structures.length} primals but ${tangents.length} tangents; each has one.`,
    );
  }
  let next = 0;
  return targets.structures.flatMap((structure, i) => {
    const own = targets.inputs.slice(next, next + structure.leafCount);
    next += structure.leafCount;
    return cotangentsFor(transform, `tangent of argument ${i}`, tangents[i], own, structure);
  });
}

function pushTree({ outputs, structure }: RecordedTree, tangents: readonly Tensor[]): unknown {
  const leaves = outputs.map(({ shape, dtype }, i) => (dtype === 'float32' ? tangents[i] : zeros(shape, dtype)));
  return tree.unflatten(structure, leaves);
}
