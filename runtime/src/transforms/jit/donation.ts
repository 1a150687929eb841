import { Tensor } from '#tfjs';
import * as tree from '../../tree';

/** Frees an argument's tensors; whoever uses one later learns why it is gone. */
export function donate(fn: string, argnum: number, arg: unknown): void {
  for (const leaf of tree.leaves(arg)) {
    if (!(leaf instanceof Tensor) || leaf.isDisposed) continue;
    leaf.dispose();
    Object.defineProperty(leaf, 'throwIfDisposed', {
      value: () => {
        throw new Error(
          `A tensor was used that had been donated: it was part of argument ${argnum} of ${fn}, which was jitted with ` +
            "donateArgnums. Use the function's result in its place, or do not donate that argument.",
        );
      },
    });
  }
}
