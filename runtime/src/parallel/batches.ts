/**
 * What Flax's examples train on several devices with (flax.training.common_utils).
 *
 * @module
 */
import { type Tensor, where } from '#tfjs';
import { localDeviceCount } from '../bindings/devices';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, float32 } from '../numpy/array';
import { arange, full } from '../numpy/creation';
import { equal } from '../numpy/logic';
import { expandDims, reshape, stack } from '../numpy/manipulation';

import { split } from '../random/key';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';
import { unreplicate } from './replication';

/**
 * Divides the first axis of each leaf among the devices: `[batch, …]` → `[devices, batch / devices, …]`
 * (flax.training.common_utils.shard). Throws ShapeError unless the devices divide the batch.
 */
export function shard<T>(batch: T): T {
  const count = localDeviceCount();
  return tree.map((leaf: unknown) => {
    const tensor = asarray(leaf as ArrayLike);
    const [size, ...rest] = tensor.shape;
    if (size === undefined || size % count !== 0) {
      throw new ShapeError(
        `commonUtils.shard: the first axis of each array is divided among ${count} device${count === 1 ? '' : 's'}, ` +
          `got ${formatTensor(tensor)}. Leave the rest of the batch out, or fill it up.`,
      );
    }
    return reshape(tensor, [count, size / count, ...rest]);
  }, batch as unknown) as T;
}

/** A key for each device: `[devices, 2]` (flax.training.common_utils.shard_prng_key). */
export const shardPrngKey = (key: Tensor): Tensor => split(key, localDeviceCount());

/**
 * `onValue` where a class is the label's and `offValue` elsewhere: `[…]` → `f32[…, numClasses]`
 * (flax.training.common_utils.onehot).
 */
export function onehot(
  labels: ArrayLike,
  numClasses: number,
  { onValue = 1, offValue = 0 }: { readonly onValue?: number; readonly offValue?: number } = {},
): Tensor {
  const hit = equal(expandDims(labels, -1), arange(numClasses));
  return where(hit, full(hit.shape, onValue, float32), full(hit.shape, offValue, float32));
}

/** Pytrees of one form as one, with their leaves stacked (flax.training.common_utils.stack_forest). */
export function stackForest<T>(forest: readonly T[]): T {
  if (forest.length === 0) throw new TypeError('commonUtils.stackForest: there are no trees.');
  const [first, ...others] = forest as readonly unknown[];
  return tree.map((...leaves: unknown[]) => stack(leaves as ArrayLike[]), first, ...others) as T;
}

/**
 * What pmap's steps returned, each with a copy for each device, as one pytree with a row for each step
 * (flax.training.common_utils.get_metrics).
 */
export const getMetrics = <T>(deviceMetrics: readonly T[]): T => stackForest(deviceMetrics.map(unreplicate));
