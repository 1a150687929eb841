/** What loops carry from step to step keeps its form. */
import { Tensor, tensor } from '#tfjs';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import { checkSynchronous } from '../transforms/synchronous';
import * as tree from '../tree';

/** A pytree of tensors taken apart; numbers and booleans become tensors. */
export interface Flat {
  readonly tensors: Tensor[];
  readonly structure: tree.Structure;
}

/** Throws TypeError where a leaf is neither a tensor nor a number or boolean. `what` names the tree in errors. */
export function flattenTensors(what: string, value: unknown): Flat {
  checkSynchronous(value, what);
  const [leaves, structure] = tree.flatten(value);
  const tensors = leaves.map((leaf, i) => {
    if (leaf instanceof Tensor) return leaf;
    if (typeof leaf === 'number') return tensor(leaf, [], 'float32');
    if (typeof leaf === 'boolean') return tensor(leaf, [], 'bool');
    const path = tree.flattenWithPath(value)[i]?.[0].join('/');
    throw new TypeError(`${what} holds tensors and numbers only, got ${typeof leaf} at /${path}.`);
  });
  return { tensors, structure };
}

/**
 * Throws TypeError unless the two have one structure, the same shapes and the same dtypes. `caller` is the function that
 * asks; `before` and `after` say what the two are: 'the carry it was given', 'the carry that the function returned'.
 */
export function checkAlike(caller: string, before: string, a: Flat, after: string, b: Flat): void {
  if (!a.structure.equals(b.structure)) {
    throw new TypeError(
      `${caller}: ${after} must have the form of ${before}, ${a.structure}, but it is ${b.structure}.`,
    );
  }
  const paths = tree.flattenWithPath(tree.unflatten(a.structure, a.tensors));
  a.tensors.forEach((expected, i) => {
    const got = b.tensors[i] as Tensor;
    if (got.dtype === expected.dtype && String(got.shape) === String(expected.shape)) return;
    const path = paths[i]?.[0].join('/');
    throw new TypeError(
      `${caller}: ${after} must have the shapes and dtypes of ${before}: ${formatTensor(expected)}, but it is ` +
        `${formatTensor(got)}${path ? ` at /${path}` : ''}.`,
    );
  });
}
