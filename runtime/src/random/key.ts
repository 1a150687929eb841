/** Threefry keys (jax.random): int32[2] tensors that hold the two uint32 words. */
import { createHash } from 'node:crypto';
import { stack, Tensor, tensor1d, unstack } from '#tfjs';
import { runPrimitive } from '../bindings/randomKernels';
import { config } from '../config';
import { formatTensor } from '../transforms/shapeDtypeStruct';

/**
 * A key from a seed. As in JAX without 64-bit integers the seed's low 32 bits count, two's complement where negative.
 * Throws TypeError for a seed that is no integer.
 */
export function PRNGKey(seed: number | bigint | Tensor): Tensor {
  if (seed instanceof Tensor) return stack([tensor1d([0], 'int32').reshape([]), scalarWord('PRNGKey', seed)]);
  return tensor1d(Int32Array.of(0, word('PRNGKey', seed)), 'int32');
}

/** New keys from one: int32[num, 2], or int32[...num, 2] for a shape. `const [key1, key2] = random.split(key)`. */
export function split(key: Tensor, num: number | readonly number[] = 2): Tensor {
  checkKey('split', key);
  const shape = typeof num === 'number' ? [num] : num;
  return runPrimitive('DistaffRandomSplit', { key }, counting('split', shape));
}

/** Two new keys from one. */
export const splitInTwo = (key: Tensor): [Tensor, Tensor] => unstack(split(key)) as [Tensor, Tensor];

/** A new key from a key and an integer, which counts modulo 2^32. */
export function foldIn(key: Tensor, data: number | bigint | Tensor): Tensor {
  checkKey('foldIn', key);
  const count =
    data instanceof Tensor
      ? stack([tensor1d([0], 'int32').reshape([]), scalarWord('foldIn', data)])
      : tensor1d(Int32Array.of(0, word('foldIn', data)), 'int32');
  return runPrimitive('DistaffThreefry2x32', { key, count });
}

/** A new key from a key and a name: Flax's `_fold_in_str`, which folds in the first four bytes of the name's SHA-1. */
export function foldInStr(key: Tensor, name: string): Tensor {
  return foldIn(key, createHash('sha1').update(name).digest().readUInt32BE(0));
}

/** Throws unless `key` is one key. */
export function checkKey(fn: string, key: Tensor): void {
  if (key instanceof Tensor && key.dtype === 'int32') {
    if (key.shape.length === 1 && key.shape[0] === 2) return;
    if (key.shape.at(-1) === 2) {
      throw new TypeError(
        `random.${fn} takes a single key, int32[2], got keys ${formatTensor(key)}: ` +
          'take them apart (const [key1, key2] = random.split(key)) or use vmap.',
      );
    }
  }
  const got = key instanceof Tensor ? formatTensor(key) : String(key);
  throw new TypeError(
    `random.${fn}: the first argument is a key, int32[2], as random.PRNGKey(0) makes it; got ${got}.`,
  );
}

/** What every primitive that counts needs: how many values, and which way of counting. */
export function counting(fn: string, shape: readonly number[]): { shape: number[]; partitionable: boolean } {
  if (!Array.isArray(shape) || shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new TypeError(`random.${fn}: a shape is an array of sizes such as [2, 3], got ${formatArgument(shape)}.`);
  }
  return { shape: [...shape], partitionable: config.threefryPartitionable };
}

function formatArgument(value: unknown): string {
  if (value instanceof Tensor) return formatTensor(value);
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

/** The low 32 bits, as the int32 that holds them. */
function word(fn: string, value: number | bigint): number {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
    throw new TypeError(`random.${fn} takes an integer (a bigint beyond 2^53), got ${formatArgument(value)}.`);
  }
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0;
}

function scalarWord(fn: string, value: Tensor): Tensor {
  if (value.dtype !== 'int32' || value.rank !== 0) {
    throw new TypeError(`random.${fn} takes an integer or an int32 scalar, got ${formatTensor(value)}.`);
  }
  return value;
}
