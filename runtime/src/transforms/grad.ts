import { ones, Tensor, tensor } from '#tfjs';
import * as tree from '../tree';
import { checkFunction, kindOf, positions, targetsOf, withAux } from './arguments';
import type { Literal } from './literals';
import { formatTensor } from './shapeDtypeStruct';
import { checkSynchronous } from './synchronous';
import { record } from './tape';

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
export function valueAndGrad<T, A extends Any[], X extends Literal>(
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
  options: { argnums?: number | readonly number[]; hasAux?: boolean } = {},
): (...args: Any[]) => [Any, Any] {
  checkFunction('valueAndGrad', fn);
  checkOptions('valueAndGrad', options);
  const { argnums = 0, hasAux = false } = options;
  return (...args) => {
    const targets = targetsOf('grad', args, positions('grad', argnums, args.length));
    const run = () => {
      const result: unknown = fn(...targets.args);
      const [value, aux] = hasAux ? withAux('grad', result) : [result, undefined];
      return { value: checkedLoss(value), aux };
    };
    const recording = record('grad', run, targets.inputs, ({ value }) => [value]);
    const { value, aux } = recording.output;
    try {
      const trees = targets.rebuild(recording.pullback([ones([])]));
      return [hasAux ? [value, aux] : value, typeof argnums === 'number' ? trees[0] : trees];
    } finally {
      recording.dispose();
    }
  };
}

/**
 * The gradient of a scalar function with respect to the pytree in argument `argnums` (jax.grad); with `hasAux` a pair
 * of the gradient and aux. The gradient of a Model is a Model.
 */
export function grad<T, A extends Any[], X extends Literal>(
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
  checkFunction('grad', fn);
  checkOptions('grad', options);
  const both = valueAndGrad(fn, options);
  return (...args) => {
    const [value, gradient] = both(...args);
    return options.hasAux ? [gradient, value[1]] : gradient;
  };
}

/** JAX takes argnums by position: `grad(f, 1)`. */
function checkOptions(transform: string, options: unknown): void {
  if (options === undefined || tree.isPlainObject(options)) return;
  throw new TypeError(
    `${transform}: options come as an object, ${transform}(f, { argnums: 1 }); got ${kindOf(options)}.`,
  );
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
