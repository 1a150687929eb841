import {
  add,
  backpropagateGradients,
  engine,
  getFilteredNodesXToY,
  ones,
  type TapeNode,
  Tensor,
  tensor,
  tidy,
  zeros,
} from '#tfjs';

import './gradients';
import { transforms } from '../bindings/stack';
import * as tree from '../tree';
import { formatTensor } from './shapeDtypeStruct';
import { checkSynchronous } from './synchronous';

// biome-ignore lint/suspicious/noExplicitAny: the further arguments are the caller's.
type Any = any;

export interface GradOptions<A extends number | readonly number[] = number> {
  /** Which positional argument(s) to differentiate with respect to. Default 0. */
  readonly argnums?: A;
}
export interface AuxOptions extends GradOptions {
  /** `fn` returns [loss, aux]; aux comes back beside the value. */
  readonly hasAux: true;
}

/**
 * The value of `fn` and its gradient with respect to the pytree in argument `argnums`, in that tree's form
 * (jax.value_and_grad). `fn` returns a float scalar, or with `hasAux` a pair of it and anything else. Leaves that the
 * value does not depend on get zeros. Throws if a leaf is not a float tensor or the value is not a scalar.
 */
export function valueAndGrad<T, A extends Any[], X>(
  fn: (target: T, ...rest: A) => readonly [Tensor, X],
  options: AuxOptions,
): (target: T, ...rest: A) => [[value: Tensor, aux: X], grad: T];
export function valueAndGrad<T, A extends Any[]>(
  fn: (target: T, ...rest: A) => Tensor,
  options?: GradOptions<0>,
): (target: T, ...rest: A) => [value: Tensor, grad: T];
export function valueAndGrad<A extends Any[]>(
  fn: (...args: A) => Any,
  options: { argnums?: number | readonly number[]; hasAux?: boolean },
): (...args: A) => [value: Any, grad: Any];
export function valueAndGrad(
  fn: (...args: Any[]) => Any,
  { argnums = 0, hasAux = false }: { argnums?: number | readonly number[]; hasAux?: boolean } = {},
): (...args: Any[]) => [Any, Any] {
  return (...args) => {
    const indices = positions(argnums, args.length);
    const targets = indices.map((index) => tree.flatten(args[index]));
    // Fresh aliases: tensors that `fn` closes over are constants even where they are also leaves of the argument.
    const inputs = indices.map((index) =>
      tree.flattenWithPath(args[index]).map(([path, leaf]) => differentiable(leaf, index, path)),
    );
    const changed = [...args];
    indices.forEach((index, i) => {
      changed[index] = tree.unflatten((targets[i] as [unknown, tree.Structure])[1], inputs[i] as Tensor[]);
    });

    let aux: unknown;
    const [value, grads] = differentiate(() => {
      const result = fn(...changed);
      if (!hasAux) return result;
      checkSynchronous(result, 'grad: the function');
      if (!Array.isArray(result) || result.length !== 2) {
        const got = Array.isArray(result) ? `an array of ${result.length}` : kindOf(result);
        throw new TypeError(`grad: with hasAux the function must return [value, aux], got ${got}.`);
      }
      aux = result[1];
      return result[0];
    }, inputs.flat());

    let next = 0;
    const trees = targets.map(([leaves, structure]) => {
      const ofTarget = grads.slice(next, next + leaves.length);
      next += leaves.length;
      return tree.unflatten(structure, ofTarget);
    });
    return [hasAux ? [value, aux] : value, typeof argnums === 'number' ? trees[0] : trees];
  };
}

/**
 * The gradient of a scalar function with respect to the pytree in argument `argnums` (jax.grad); with `hasAux` a pair
 * of the gradient and aux. The gradient of a Model is a Model.
 */
export function grad<T, A extends Any[], X>(
  fn: (target: T, ...rest: A) => readonly [Tensor, X],
  options: AuxOptions,
): (target: T, ...rest: A) => [grad: T, aux: X];
export function grad<T, A extends Any[]>(
  fn: (target: T, ...rest: A) => Tensor,
  options?: GradOptions<0>,
): (target: T, ...rest: A) => T;
export function grad<A extends Any[]>(
  fn: (...args: A) => Any,
  options: { argnums?: number | readonly number[]; hasAux?: boolean },
): (...args: A) => Any;
export function grad(
  fn: (...args: Any[]) => Any,
  options: { argnums?: number | readonly number[]; hasAux?: boolean } = {},
): (...args: Any[]) => Any {
  const both = valueAndGrad(fn, options);
  return (...args) => {
    const [value, gradient] = both(...args);
    return options.hasAux ? [gradient, value[1]] : gradient;
  };
}

/** The arguments' positions; negative ones count from the end, as in JAX. */
function positions(argnums: number | readonly number[], argumentCount: number): number[] {
  const asked = typeof argnums === 'number' ? [argnums] : argnums;
  const found = asked.map((index) => (index < 0 ? index + argumentCount : index));
  found.forEach((position, i) => {
    if (!Number.isInteger(position) || position < 0 || position >= argumentCount) {
      throw new RangeError(
        `grad: argument ${asked[i]} was asked for, but there are ${argumentCount}: 0 is the first, -1 the last.`,
      );
    }
    if (found.indexOf(position) < i) throw new RangeError(`grad: argument ${asked[i]} was asked for twice.`);
  });
  return found;
}

function differentiable(leaf: unknown, argnum: number, path: readonly string[]): Tensor {
  if (typeof leaf === 'number') return tensor(leaf, [], 'float32');
  if (leaf instanceof Tensor && leaf.dtype === 'float32') return leaf.clone();
  const at = path.length > 0 ? ` at /${path.join('/')}` : '';
  throw new TypeError(
    `grad: argument ${argnum} must hold float32 tensors or numbers only, got ${kindOf(leaf)}${at}. ` +
      'Give what is not to be differentiated as another argument.',
  );
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return formatTensor(value);
  return value === undefined ? 'nothing' : value === null ? 'null' : typeof value;
}

/** What the stack of transformations knows of it. */
const GRAD = { name: 'grad', repeats: false };

interface Taping {
  startTape(): void;
  endTape(): void;
  readonly state: { activeTape: TapeNode[] | null; gradientDepth: number };
}

/** Runs `fn` on tfjs's tape and back. Unlike tf.grads it leaves alive what `fn` made: user code may have kept it. */
function differentiate(fn: () => Tensor, inputs: Tensor[]): [Tensor, Tensor[]] {
  const taping = engine() as unknown as Taping;
  const { state } = taping;
  try {
    const value = taped(taping, () => checkedLoss(transforms.with(GRAD, fn)));
    const nodes = getFilteredNodesXToY(differentiableNodes(state.activeTape ?? []), inputs, value);
    const grads = tidy(() => {
      const byId: Record<number, Tensor> = { [value.id]: ones([]) };
      backpropagateGradients(byId, nodes, (f) => tidy(f as () => Tensor), add);
      return inputs.map((input) => byId[input.id] ?? zeros(input.shape));
    });
    return [value, grads];
  } finally {
    // The outermost gradient owns the tape and what kernels saved on it.
    if (state.gradientDepth === 0) {
      for (const node of state.activeTape ?? []) for (const saved of node.saved ?? []) saved.dispose();
      state.activeTape = null;
    }
  }
}

function taped<T>(taping: Taping, fn: () => T): T {
  taping.startTape();
  try {
    return fn();
  } finally {
    taping.endTape();
  }
}

/**
 * The nodes that pass gradients on, each after those whose outputs it takes. Whole numbers and bools pass none: an index
 * or a condition is a constant. tfjs notes the copy that a kernel saves of its output before the kernel itself, which
 * would cut gradients of gradients off.
 */
function differentiableNodes(tape: readonly TapeNode[]): TapeNode[] {
  const made = ({ outputs }: TapeNode) => outputs[0]?.id ?? 0;
  return tape
    .filter(({ outputs }) => outputs.some(({ dtype }) => dtype === 'float32'))
    .sort((a, b) => made(a) - made(b));
}

function checkedLoss(value: unknown): Tensor {
  if (typeof value === 'number') return tensor(value, [], 'float32');
  checkSynchronous(value, 'grad: the function');
  if (!(value instanceof Tensor)) throw new TypeError(`grad: the function must return a scalar, got ${kindOf(value)}.`);
  if (value.rank !== 0 || value.dtype !== 'float32') {
    throw new TypeError(
      `grad: gradients exist only of functions with a float32 scalar output, got ${formatTensor(value)}. ` +
        'Reduce the output, for example with .mean() or .sum().',
    );
  }
  return value;
}
