/** Loops and branches against JAX: the programs of test/golden/scripts/gold_lax.py in TypeScript. */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, lax, Tensor, tree } from '../../runtime/src/index';
import { array, golden } from './golden';
import { expectTreeClose, toTensors } from './trees';

interface Program {
  readonly inputs: readonly unknown[];
  readonly out: unknown;
  readonly grads: readonly unknown[] | null;
}

const { programs } = golden<{ programs: Record<string, Program> }>('lax.json');
const CLOSE = { relative: 1e-5, ofLargest: 1e-6, absolute: 1e-7 };
const GRADIENTS = { relative: 1e-5, ofLargest: 1e-5, absolute: 1e-6 };

const cell = (w: Tensor) => (h: Tensor, x: Tensor) => {
  const next = jnp.tanh(jnp.add(jnp.matmul(h, w), x));
  return [next, { h: next, sum: jnp.sum(next) }] as const;
};

const inTypeScript: Record<string, (...inputs: Tensor[]) => unknown> = {
  'a recurrent network': (h, w, xs) => lax.scan(cell(w as Tensor), h as Tensor, xs as Tensor),
  'a recurrent network in reverse': (h, w, xs) =>
    lax.scan(cell(w as Tensor), h as Tensor, xs as Tensor, { reverse: true }),
  'a scan of a pytree by length': (x) =>
    lax.scan(
      ([a, b]: [Tensor, Tensor]) => [[b, jnp.add(a, b)] as [Tensor, Tensor], jnp.multiply(a, b)] as const,
      [x as Tensor, jnp.add(x as Tensor, 1)] as [Tensor, Tensor],
      null,
      { length: 6 },
    ),
  'a scan of no steps': (h, w, xs) => lax.scan(cell(w as Tensor), h as Tensor, xs as Tensor),
  'a scan in a scan': (x) =>
    lax.scan(
      (c: Tensor, row: Tensor) =>
        lax.scan((d: Tensor, e: Tensor) => [jnp.add(jnp.multiply(d, e), 1), d] as const, c, row),
      jnp.array(1),
      x as Tensor,
    ),
  'a map': (x) => lax.map((row: Tensor) => jnp.multiply(jnp.sum(jnp.sin(row)), row), x as Tensor),
  'a power by a counting loop': (x) =>
    lax.foriLoop(0, 5, (i, y: Tensor) => jnp.add(jnp.multiply(y, x as Tensor), i), jnp.onesLike(x as Tensor)),
  'a counting loop that writes': (x) =>
    lax.foriLoop(
      1,
      4,
      (i, y: Tensor) => {
        const before = lax.dynamicIndexInDim(y, lax.sub(i, jnp.asarray(1, 'int32')), 0, false);
        const own = lax.dynamicIndexInDim(y, i, 0, false);
        return lax.dynamicUpdateIndexInDim(y, jnp.add(jnp.multiply(before, 2), own), i, 0);
      },
      x as Tensor,
    ),
  'a loop with a condition': (x) =>
    lax.whileLoop(
      ([y]: [Tensor, Tensor]) => jnp.less(jnp.sum(y), 100),
      ([y, count]: [Tensor, Tensor]): [Tensor, Tensor] => [
        jnp.add(jnp.square(y), 1),
        jnp.add(count, jnp.asarray(1, 'int32')),
      ],
      [x as Tensor, jnp.asarray(0, 'int32')] as [Tensor, Tensor],
    ),
  'a branch that is taken': (x) => branch(x as Tensor, 0),
  'a branch that is not': (x) => branch(x as Tensor, 5),
  'one of three branches': (x) =>
    lax.switch(jnp.asarray(7, 'int32'), [jnp.sin, jnp.cos, (y: Tensor) => jnp.power(y, 3)], x as Tensor),
};

const branch = (x: Tensor, limit: number) =>
  lax.cond(
    jnp.greater(jnp.sum(x), limit),
    (y: Tensor) => jnp.multiply(y, 3),
    (y: Tensor) => jnp.exp(y),
    x,
  );

const isReal = (leaf: unknown): leaf is Tensor => leaf instanceof Tensor && leaf.dtype === 'float32';

function lossOf(output: unknown): Tensor {
  const losses = tree
    .leaves(output)
    .filter(isReal)
    .map((y) => {
      const weights = Array.from({ length: y.size }, (_, i) => Math.round(Math.cos(0.5 * i) * 1000) / 1000);
      return jnp.sum(jnp.multiply(y, jnp.reshape(weights, y.shape)));
    });
  return losses.reduce((sum, loss) => jnp.add(sum, loss));
}

const specs = (output: unknown): unknown =>
  tree.leaves(output).map((leaf) => {
    const { dtype, shape } = leaf as { dtype: string; shape: readonly number[] };
    return `${dtype}[${shape}]`;
  });

test('every program is there', () => {
  expect(Object.keys(inTypeScript)).toEqual(Object.keys(programs));
});

describe.each(Object.entries(programs))('%s', (name, { inputs, out, grads }) => {
  const run = inTypeScript[name] as (...inputs: Tensor[]) => unknown;
  const given = () => toTensors<Tensor[]>(inputs);

  test('gives what JAX gives', () => {
    expectTreeClose(run(...given()), out, CLOSE);
  });

  // JAX has none of loops whose end is not known.
  if (grads !== null)
    test('has the gradient of JAX', () => {
      const argnums = inputs.map((_, i) => i);
      const found = grad((...xs: Tensor[]) => lossOf(run(...xs)), { argnums })(...given());
      expectTreeClose(found, grads, GRADIENTS);
    });

  test('has the shapes without values', () => {
    const found = evalShape(run, ...given());
    const isArray = (value: unknown) => typeof value === 'object' && value !== null && 'data' in value;
    const expected = tree.leaves(out, { isLeaf: isArray }).map((leaf) => {
      const { dtype, shape } = array(leaf);
      return `${dtype}[${shape}]`;
    });
    expect(specs(found)).toEqual(expected);
  });
});
