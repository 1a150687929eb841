/** Trees of golden arrays as trees of tensors, and back to compare. */
import { assert } from 'vitest';
import { jnp, type Tensor } from '../../runtime/src/index';
import { array, expectClose, type Tolerance } from './golden';

/** A golden array as a tensor; those of bfloat16 are float32 with the same values. */
export function toTensor(entry: unknown): Tensor {
  const { dtype, shape, data } = array(entry);
  const known = dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
  return jnp.reshape(jnp.asarray([...data], known), shape);
}

/** A golden tree with tensors for its arrays; objects and lists stay. */
export function toTensors<T = Record<string, unknown>>(tree: unknown): T {
  if (isArray(tree)) return toTensor(tree) as T;
  if (Array.isArray(tree)) return tree.map((item) => toTensors(item)) as T;
  if (typeof tree !== 'object' || tree === null) return tree as T;
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, toTensors(item)])) as T;
}

/** Fails unless both trees have the same keys and close arrays. */
export function expectTreeClose(actual: unknown, expected: unknown, tolerance: Tolerance, path = ''): void {
  if (isArray(expected) || typeof expected === 'number') {
    try {
      expectClose(actual as Tensor, expected, tolerance);
    } catch (error) {
      throw new Error(`${path || 'the array'}: ${(error as Error).message}`);
    }
    return;
  }
  const children = (tree: unknown) => Object.keys(tree as object).sort();
  assert.deepEqual(children(actual), children(expected), `the keys of ${path || 'the tree'}`);
  for (const key of children(expected)) {
    const child = (tree: unknown) => (tree as Record<string, unknown>)[key];
    expectTreeClose(child(actual), child(expected), tolerance, `${path}/${key}`);
  }
}

function isArray(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'dtype' in entry && 'data' in entry;
}
