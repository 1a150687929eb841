import { addN, minimum, Tensor } from '#tfjs';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';
import { type HyperParam, toScalar } from './scalars';
import { tidied } from './tidied';

/** The root of the sum of squares. */
export function norm(x: Tensor): Tensor {
  return x.square().sum().sqrt();
}

/** The root of the sum of all leaves' squares, f32[] (optax.global_norm). Throws if a leaf is no float32 tensor. */
export function globalNorm(values: unknown): Tensor {
  return tidied(() => {
    const sums = tree.leaves(values).map((leaf) => checked('globalNorm', leaf).square().sum());
    return sums.length === 0 ? toScalar(0) : addN(sums).sqrt();
  });
}

/**
 * Gradients whose global norm is at most `maxNorm`: those of a larger norm are scaled down together
 * (jax.example_libraries.optimizers.clip_grads). Throws if a leaf is no float32 tensor.
 */
export function clipByGlobalNorm<T>(grads: T, maxNorm: HyperParam): T {
  const [leaves, structure] = tree.flatten(grads);
  const clipped = tidied(() => {
    const scale = minimum(toScalar(maxNorm).div(globalNorm(leaves)), 1);
    return leaves.map((leaf) => checked('clipByGlobalNorm', leaf).mul(scale));
  });
  return tree.unflatten(structure, clipped) as T;
}

function checked(caller: string, leaf: unknown): Tensor {
  if (leaf instanceof Tensor && leaf.dtype === 'float32') return leaf;
  const got = leaf instanceof Tensor ? formatTensor(leaf) : typeof leaf;
  throw new TypeError(`optim.${caller}: the leaves must be float32 tensors, got ${got}.`);
}
