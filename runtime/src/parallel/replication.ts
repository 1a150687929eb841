/**
 * Getting trees onto all devices and back (flax.jax_utils).
 *
 * @module
 */
import { Tensor } from '#tfjs';
import { devices as allDevices, type Device } from '../bindings/devices';
import { type ArrayLike, asarray } from '../numpy/array';
import { broadcastTo } from '../numpy/manipulation';
import { integerLeaves, toTensor } from '../transforms/jit/signature';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

/**
 * A pytree with a copy of each leaf for each device, in a new first axis (flax.jax_utils.replicate): what pmap takes.
 * Numbers become tensors, int32 where the container counts with them. `devices` is what pmap gets; default all.
 */
export function replicate<T>(value: T, devices: readonly Device[] = allDevices()): T {
  const [leaves, structure] = tree.flatten(value);
  const integers = integerLeaves(structure);
  const copies = leaves.map((leaf, i) => {
    const one = toTensor(leaf, integers.has(i));
    if (one !== undefined) return broadcastTo(one, [devices.length, ...one.shape]);
    const [path] = tree.flattenWithPath(value)[i] as [string[], unknown];
    throw new TypeError(
      `jaxUtils.replicate: leaves are tensors, numbers and booleans, got a ${typeof leaf} at /${path.join('/')}.`,
    );
  });
  return tree.unflatten(structure, copies) as T;
}

/** The first device's part of each leaf (flax.jax_utils.unreplicate), which for what was replicated is any's. */
export function unreplicate<T>(value: T): T {
  return tree.map((leaf: unknown) => {
    if (leaf instanceof Tensor && leaf.rank > 0) return leaf.slice(0, 1).reshape(leaf.shape.slice(1));
    const got = leaf instanceof Tensor ? formatTensor(leaf) : `a ${typeof leaf}`;
    throw new TypeError(`jaxUtils.unreplicate: leaves are tensors whose first axis is the devices', got ${got}.`);
  }, value as unknown) as T;
}

/**
 * The batches of an iterable, up to `size` of them fetched ahead (flax.jax_utils.prefetch_to_device): pytrees of arrays
 * whose first axis is the devices', as tensors. An async iterable is read while the caller computes. Throws where
 * that axis has another size than there are devices.
 */
export function prefetchToDevice<T>(
  batches: AsyncIterable<T>,
  size: number,
  devices?: readonly Device[],
): AsyncGenerator<T, void, undefined>;
export function prefetchToDevice<T>(
  batches: Iterable<T>,
  size: number,
  devices?: readonly Device[],
): Generator<T, void, undefined>;
export function prefetchToDevice<T>(
  batches: Iterable<T> | AsyncIterable<T>,
  size: number,
  devices: readonly Device[] = allDevices(),
): Generator<T, void, undefined> | AsyncGenerator<T, void, undefined> {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(
      `jaxUtils.prefetchToDevice: size is how many batches are fetched ahead, at least 1; got ${size}.`,
    );
  }
  const onDevices = (batch: T) => tree.map((leaf: unknown) => sharded(leaf, devices), batch as unknown) as T;
  return Symbol.asyncIterator in batches ? aheadAsync(batches, size, onDevices) : ahead(batches, size, onDevices);
}

function* ahead<T>(batches: Iterable<T>, size: number, onDevices: (batch: T) => T): Generator<T, void, undefined> {
  const buffer: T[] = [];
  for (const batch of batches) {
    buffer.push(onDevices(batch));
    if (buffer.length > size) yield buffer.shift() as T;
  }
  yield* buffer;
}

async function* aheadAsync<T>(
  batches: AsyncIterable<T>,
  size: number,
  onDevices: (batch: T) => T,
): AsyncGenerator<T, void, undefined> {
  const iterator = batches[Symbol.asyncIterator]();
  const fetch = () => {
    const next = iterator
      .next()
      .then((result) => (result.done ? result : { ...result, value: onDevices(result.value) }));
    // Whoever takes it hears of its failure.
    next.catch(() => {});
    return next;
  };
  const buffer = Array.from({ length: size }, fetch);
  try {
    for (let next = await buffer.shift(); next !== undefined && !next.done; next = await buffer.shift()) {
      buffer.push(fetch());
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function sharded(leaf: unknown, devices: readonly Device[]): Tensor {
  const tensor = asarray(leaf as ArrayLike);
  if (tensor.shape[0] === devices.length) return tensor;
  throw new RangeError(
    `jaxUtils.prefetchToDevice: the first axis of each array is the devices', of which there are ${devices.length} ` +
      `(${devices.join(', ')}); got ${formatTensor(tensor)}. commonUtils.shard divides a batch by the devices.`,
  );
}
