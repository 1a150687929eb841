import { oneHot, ones, reshape, stack, type Tensor, tensor1d, zeros } from '#tfjs';
import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { activeBackend } from '../bindings/stack';
import * as tree from '../tree';
import { positions, type Targets, targetsOf } from './arguments';
import { linearizeAt } from './jvp';
import { type RecordedTree, recordTree } from './vjp';

// biome-ignore lint/suspicious/noExplicitAny: the further arguments are the caller's.
type Any = any;

interface Options {
  /** Which positional argument(s) to differentiate with respect to. Default 0. */
  readonly argnums?: number | readonly number[];
}

/** A jacobian: the output's form, with the argument's form at each leaf. */
export type Jacobian<R, T> = tree.MapLeaves<R, T>;

/** By the rows' cotangents, or by the columns' tangents. */
type Rows = (transform: string, fn: (...args: Any[]) => Any, targets: Targets) => [RecordedTree, Tensor[][]];

/**
 * The jacobian of `fn` with respect to the pytree in argument `argnums`, row by row in reverse mode (jax.jacrev): in the
 * output's form, with at each leaf a tree of the argument's form whose leaves are `[...output shape, ...input shape]`.
 * Best for few outputs. Throws TypeError if a leaf is no float32 tensor.
 */
export function jacrev<T, A extends Any[], R>(
  fn: (target: T, ...rest: A) => R,
  options?: { argnums?: 0 },
): (target: T, ...rest: A) => Jacobian<R, T>;
export function jacrev<A extends Any[]>(fn: (...args: A) => Any, options: Options): (...args: A) => Any;
export function jacrev(fn: (...args: Any[]) => Any, options: Options = {}): (...args: Any[]) => Any {
  return jacobianBy('jacrev', fn, options, byRows);
}

/**
 * The jacobian as jacrev gives it, column by column from directional derivatives (jax.jacfwd). Best for few inputs.
 */
export function jacfwd<T, A extends Any[], R>(
  fn: (target: T, ...rest: A) => R,
  options?: { argnums?: 0 },
): (target: T, ...rest: A) => Jacobian<R, T>;
export function jacfwd<A extends Any[]>(fn: (...args: A) => Any, options: Options): (...args: A) => Any;
export function jacfwd(fn: (...args: Any[]) => Any, options: Options = {}): (...args: Any[]) => Any {
  return jacobianBy('jacfwd', fn, options, byColumns);
}

/** The jacobian: jacrev by its other name (jax.jacobian). */
export const jacobian: typeof jacrev = jacrev;

/**
 * The second derivatives of `fn` with respect to the pytree in argument `argnums` (jax.hessian): in the output's form,
 * with at each leaf a tree of trees of the argument's form whose leaves are `[...output, ...input, ...input]`.
 */
export function hessian<T, A extends Any[], R>(
  fn: (target: T, ...rest: A) => R,
  options?: { argnums?: 0 },
): (target: T, ...rest: A) => Jacobian<Jacobian<R, T>, T>;
export function hessian<A extends Any[]>(fn: (...args: A) => Any, options: Options): (...args: A) => Any;
export function hessian(fn: (...args: Any[]) => Any, options: Options = {}): (...args: Any[]) => Any {
  return jacobianBy('hessian', jacrev(fn, options), options, byColumns);
}

function jacobianBy(
  transform: string,
  fn: (...args: Any[]) => Any,
  { argnums = 0 }: Options,
  rows: Rows,
): (...args: Any[]) => Any {
  return (...args) => {
    const targets = targetsOf(transform, args, positions(transform, argnums, args.length));
    const [{ structure }, blocks] = rows(transform, fn, targets);
    const trees = blocks.map((row) => {
      const forTargets = targets.rebuild(row);
      return typeof argnums === 'number' ? forTargets[0] : forTargets;
    });
    return tree.unflatten(structure, trees);
  };
}

const byRows: Rows = (transform, fn, targets) => {
  const recording = recordTree(transform, () => fn(...targets.args), targets.inputs);
  const { outputs } = recording.output;
  const blocks = outputs.map((output, i) => {
    const rows = eachUnit(output, (unit) => recording.pullback(outputs.map((_, j) => (i === j ? unit : undefined))));
    return targets.inputs.map((input, k) => block(output, input, column(rows, k), 0));
  });
  recording.dispose();
  return [recording.output, blocks];
};

const byColumns: Rows = (transform, fn, targets) => {
  const { output, pushforward, dispose } = linearizeAt(transform, fn, targets);
  const { inputs } = targets;
  const byInput = inputs.map((input, k) =>
    eachUnit(input, (unit) => pushforward(inputs.map((_, j) => (k === j ? unit : undefined)))),
  );
  const blocks = output.outputs.map((made, i) =>
    inputs.map((input, k) => block(made, input, column(byInput[k] as Tensor[][], i), made.rank)),
  );
  dispose();
  return [output, blocks];
};

const column = (rows: readonly Tensor[][], k: number) => rows.map((row) => row[k] as Tensor);

/** `fn` of each tensor that is 1 at one place and 0 elsewhere; none for whole numbers, which nothing depends on smoothly. */
function eachUnit({ shape, size, dtype }: Tensor, fn: (unit: Tensor) => Tensor[]): Tensor[][] {
  if (dtype !== 'float32') return [];
  if (size === 1) return [fn(ones([...shape]))];
  const unit = (i: number) => reshape(oneHot(tensor1d([i], 'int32'), size, 1, 0, 'float32'), [...shape]);
  // All have the shapes of the first.
  if (activeBackend() === ABSTRACT_BACKEND && size > 0) return Array(size).fill(fn(unit(0)));
  return Array.from({ length: size }, (_, i) => fn(unit(i)));
}

/** Puts rows, or columns where `axis` is behind the output's, together. */
function block(output: Tensor, input: Tensor, parts: Tensor[], axis: number): Tensor {
  const shape = [...output.shape, ...input.shape];
  return parts.length === 0 ? zeros(shape) : reshape(stack(parts, axis), shape);
}
