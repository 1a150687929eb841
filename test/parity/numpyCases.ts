/** Runs calls that JAX answered (test/golden/scripts/cases.py): values, gradients, and shapes from shapes alone. */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, lax, ShapeDtypeStruct, Tensor, tree } from '../../runtime/src/index';
import { array, expectClose, golden } from './golden';
import { toTensor } from './trees';

interface Case {
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly out: unknown;
  /** Whether outputs are compared squared, as their signs are free. */
  readonly square?: boolean;
  /** Of the sum of the weighted outputs, with respect to each float array of `args`. */
  readonly grads?: readonly unknown[];
}

const VALUES = { relative: 1e-5, ofLargest: 1e-6, absolute: 1e-7 };
const GRADIENTS = { relative: 1e-5, ofLargest: 1e-5, absolute: 1e-6 };

/** All cases of one file; `space` holds the functions. */
export function runCases(file: string, space: object): void {
  const { cases } = golden<{ cases: Record<string, Case> }>(file);
  const all = Object.entries(cases);

  describe('values are those of JAX', () => {
    test.each(all)('%s', (_, recorded) => {
      expectOutput(call(space, recorded, recorded.args.map(decode)), recorded.out);
    });
  });

  describe('gradients are those of JAX', () => {
    test.each(all.filter(([, { grads }]) => grads !== undefined))('%s', (_, recorded) => {
      const args = recorded.args.map(decode);
      const [leaves, structure] = tree.flatten(args, { isLeaf: isEmpty });
      const reals = leaves.flatMap((leaf, i) => (isReal(leaf) ? [i] : []));
      const loss = (given: Tensor[]) => {
        const changed = leaves.map((leaf, i) => (reals.includes(i) ? given[reals.indexOf(i)] : leaf));
        return lossOf(call(space, recorded, tree.unflatten(structure, changed) as unknown[]));
      };
      const found = grad(loss)(reals.map((i) => leaves[i] as Tensor));
      recorded.grads?.forEach((expected, i) => {
        expectClose(found[i] as Tensor, expected, GRADIENTS);
      });
    });
  });

  describe('shapes need no values', () => {
    test.each(all)('%s', (_, recorded) => {
      const args = recorded.args.map(decode);
      const [leaves, structure] = tree.flatten(args, { isLeaf: isEmpty });
      const tensors = leaves.filter((leaf) => leaf instanceof Tensor);
      const run = (...given: Tensor[]) => {
        let next = 0;
        const changed = leaves.map((leaf) => (leaf instanceof Tensor ? given[next++] : leaf));
        return call(space, recorded, tree.unflatten(structure, changed) as unknown[]);
      };
      const found = evalShape(run as (...given: Tensor[]) => unknown, ...tensors);
      expect(specs(found)).toEqual(specs(recorded.out));
    });
  });
}

function call(space: object, { fn, options, square }: Case, args: readonly unknown[]): unknown {
  const found = fn.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], space);
  if (typeof found !== 'function') throw new Error(`There is no function ${fn}.`);
  const given = Object.entries(options).map(([name, value]) => [name, decode(value)]);
  const output = found(...args, ...(given.length > 0 ? [Object.fromEntries(given)] : []));
  return square ? tree.map((leaf: unknown) => (isReal(leaf) ? jnp.square(leaf) : leaf), output) : output;
}

/** What None stands for is left out. */
const isEmpty = (value: unknown) => value === null || value === undefined;

const isReal = (leaf: unknown): leaf is Tensor => leaf instanceof Tensor && leaf.dtype === 'float32';

const isArray = (entry: unknown): entry is { dtype: string; shape: number[] } =>
  typeof entry === 'object' && entry !== null && 'dtype' in entry && 'data' in entry;

function decode(entry: unknown): unknown {
  if (isArray(entry)) {
    if (entry.dtype !== 'complex64') return toTensor(entry);
    const { data, shape } = array(entry);
    const part = (first: 0 | 1) =>
      jnp.reshape(
        data.filter((_, i) => i % 2 === first),
        shape,
      );
    return lax.complex(part(0), part(1));
  }
  if (Array.isArray(entry)) return entry.map(decode);
  if (typeof entry === 'string' && entry.startsWith('fn:')) return lax[entry.slice('fn:'.length) as 'add'];
  if (entry === 'newaxis') return jnp.newaxis;
  if (typeof entry === 'string' && /^(NaN|-?Infinity)$/.test(entry)) return Number(entry);
  return entry === null ? undefined : entry;
}

function expectOutput(found: unknown, expected: unknown): void {
  if (isArray(expected)) {
    if (!(found instanceof Tensor)) throw new Error(`Expected a tensor, got ${found}.`);
    expectClose(found, expected, VALUES);
  } else if (Array.isArray(expected) && expected.some(isArray)) {
    expect(Array.isArray(found) && found.length).toBe(expected.length);
    expected.forEach((item, i) => {
      expectOutput((found as unknown[])[i], item);
    });
  } else expect(found).toEqual(expected);
}

/** A complex output is two real ones. */
const realParts = (leaf: unknown): Tensor[] =>
  leaf instanceof Tensor && leaf.dtype === 'complex64' ? [jnp.real(leaf), jnp.imag(leaf)] : [leaf].filter(isReal);

/** The sum of the real outputs, each multiplied with cos(0.5 * i) over its flat index, rounded to 3 decimals. */
function lossOf(output: unknown): Tensor {
  const losses = tree
    .leaves(output)
    .flatMap(realParts)
    .map((y) => {
      const weights = Array.from({ length: y.size }, (_, i) => Math.round(Math.cos(0.5 * i) * 1000) / 1000);
      return jnp.sum(jnp.multiply(y, jnp.reshape(weights, y.shape)));
    });
  return losses.reduce((sum, loss) => jnp.add(sum, loss));
}

/** `float32[2, 3]` for arrays, of whatever kind. */
function specs(output: unknown): unknown {
  if (isArray(output)) return `${output.dtype}[${output.shape}]`;
  if (output instanceof Tensor || output instanceof ShapeDtypeStruct) return `${output.dtype}[${output.shape}]`;
  return Array.isArray(output) ? output.map(specs) : output;
}
