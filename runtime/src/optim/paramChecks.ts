import { Tensor, util } from '#tfjs';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

/** `/hidden/kernel`: where a leaf stands. */
export function pathOf(target: unknown, index: number): string {
  return `/${tree.flattenWithPath(target)[index]?.[0].join('/') ?? ''}`;
}

/** Throws unless the leaf of `target` is something that can be optimized. */
export function checkParam(target: unknown, index: number, param: unknown): asserts param is Tensor {
  if (param instanceof Tensor && param.dtype === 'float32') return;
  const got = param instanceof Tensor ? formatTensor(param) : typeof param;
  throw new TypeError(`An optimizer's target must hold float32 tensors only, got ${got} at ${pathOf(target, index)}.`);
}

/** Throws unless the gradient is like the leaf of `target`. */
export function checkGradient(target: unknown, index: number, param: unknown, grad: unknown): void {
  if (param instanceof Tensor && grad instanceof Tensor && util.arraysEqual(param.shape, grad.shape)) return;
  const expected = param instanceof Tensor ? formatTensor(param) : String(param);
  const got = grad instanceof Tensor ? formatTensor(grad) : String(grad);
  throw new Error(
    `applyGradient: the gradient of ${pathOf(target, index)} should be like the parameter, ${expected}, got ${got}.`,
  );
}
