import { Tensor } from '#tfjs';
import { explainGone } from '../../bindings/backend';
import * as tree from '../../tree';

/** Frees an argument's tensors; whoever uses one later learns why it is gone. */
export function donate(fn: string, argnum: number, arg: unknown): void {
  const message =
    `A tensor was used that had been donated: it was part of argument ${argnum} of ${fn}, which was jitted with ` +
    "donateArgnums. Use the function's result in its place, or do not donate that argument.";
  for (const leaf of tree.leaves(arg)) {
    if (!(leaf instanceof Tensor) || leaf.isDisposed) continue;
    leaf.dispose();
    explainGone(leaf.dataId, message);
    Object.defineProperty(leaf, 'throwIfDisposed', {
      value: () => {
        throw new Error(message);
      },
    });
  }
}
