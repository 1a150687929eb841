import { Tensor, util } from '#tfjs';
import { kindOf } from '../transforms/arguments';
import * as tree from '../tree';

/** `/hidden/kernel`: where a leaf stands. */
export function pathOf(target: unknown, index: number): string {
  return `/${tree.flattenWithPath(target)[index]?.[0].join('/') ?? ''}`;
}

/** Throws unless the leaf of `target` is something that can be optimized. */
export function checkParam(target: unknown, index: number, param: unknown): asserts param is Tensor {
  if (param instanceof Tensor && param.dtype === 'float32') return;
  throw new TypeError(
    `An optimizer's target must hold float32 tensors only, got ${kindOf(param)} at ${pathOf(target, index)}. ` +
      'Make a number a tensor, jnp.array(x), or keep what is not trained out of the target.',
  );
}

/** Throws unless the gradient is like the leaf of `target`. */
export function checkGradient(target: unknown, index: number, param: unknown, grad: unknown): void {
  if (param instanceof Tensor && grad instanceof Tensor && util.arraysEqual(param.shape, grad.shape)) return;
  const [expected, got] = [kindOf(param), kindOf(grad)];
  throw new Error(
    `applyGradient: the gradient of ${pathOf(target, index)} should be like the parameter, ${expected}, got ${got}.`,
  );
}
