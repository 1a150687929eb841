import type { Tensor } from '#tfjs';
import type { Traversal } from '../traverse/traversal';
import * as tree from '../tree';
import { pathOf } from './paramChecks';

/**
 * What each traversal selects of `target`, as indices of its leaves. A traversal may select containers, which stand for
 * their leaves. Throws if two select one leaf, or if one selects what is no part of the target.
 */
export function selections(traversals: readonly Traversal[], target: unknown): number[][] {
  const [leaves, structure] = tree.flatten(target);
  const indices = new Map<unknown, number>();
  const marks = leaves.map((leaf, index) => {
    const mark = indices.has(leaf) ? alias(leaf) : leaf;
    indices.set(mark, index);
    return mark;
  });
  const marked = marks.every((mark, i) => mark === leaves[i]) ? target : tree.unflatten(structure, marks);
  const selectedBy = new Map<number, number>();
  return traversals.map((traversal, i) =>
    tree.leaves([...traversal.iterate(marked)]).map((leaf) => {
      const index = indices.get(leaf);
      if (index === undefined) {
        throw new Error(`MultiOptimizer: traversal ${i} selects something that is no parameter of the target.`);
      }
      const other = selectedBy.get(index);
      if (other !== undefined) {
        throw new Error(
          `MultiOptimizer: traversals ${other} and ${i} both select ${pathOf(target, index)}. ` +
            'Each parameter can have one optimizer only.',
        );
      }
      selectedBy.set(index, i);
      return index;
    }),
  );
}

/** A tensor that stands at a second place: alike in all that filters ask for, yet another one. */
function alias(leaf: unknown): unknown {
  return typeof leaf === 'object' && leaf !== null ? new Proxy(leaf as Tensor, {}) : leaf;
}
