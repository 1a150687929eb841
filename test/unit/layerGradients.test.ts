/** The gradient of each layer, by parameters and inputs, and the gradient of that, against finite differences. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grad, jnp, type Tensor, tree } from '../../runtime/src/index';
import { addNoise, lossOf, samples } from './layerSamples';

// biome-ignore lint/suspicious/noExplicitAny: a tree of any form.
type Any = any;

const STEP = 1 / 256;
const leavesOf = (values: unknown) => tree.leaves(values) as Tensor[];

/** The sum of the products of two trees' elements. */
function inner(a: unknown, b: unknown): Tensor {
  const others = leavesOf(b);
  return leavesOf(a)
    .map((leaf, i) => leaf.mul(others[i] as Tensor).sum())
    .reduce((sum, product) => sum.add(product));
}

const numberOf = (scalar: Tensor) => scalar.dataSync()[0] as number;

/** Compares the slope of `fn` at a tree of tensors in a random direction with what its gradient says of it. */
function checkSlope(fn: (at: Any) => Tensor, at: Any, seed: number): void {
  const direction = addNoise(
    tree.map((leaf: Tensor) => jnp.zerosLike(leaf), at),
    seed,
    1,
  );
  const along = (step: number) =>
    fn(tree.map((leaf: Tensor, towards: Tensor) => leaf.add(towards.mul(step)), at, direction));
  const slope = numberOf(along(STEP).sub(along(-STEP))) / (2 * STEP);
  const gradient = grad(fn)(at);
  const scale = numberOf(
    inner(
      tree.map((leaf: Tensor) => leaf.abs(), gradient),
      tree.map((leaf: Tensor) => leaf.abs(), direction),
    ),
  );
  expect(Math.abs(numberOf(inner(gradient, direction)) - slope)).toBeLessThan(0.01 * scale + 0.002);
}

test.each(Object.entries(samples))('the gradient of %s is the slope in a random direction', (_, arbitrary) => {
  const property = fc.property(arbitrary, fc.nat(10_000), ({ at, run }, seed) => {
    checkSlope((point: Any) => lossOf(run(point)), at, seed);
  });
  fc.assert(property, { numRuns: 15, seed: 1 });
});

test.each(Object.entries(samples))('the gradient of the gradient of %s is its slope', (_, arbitrary) => {
  const property = fc.property(arbitrary, fc.nat(10_000), ({ at, run }, seed) => {
    const towards = addNoise(at as Any, seed + 1, 1);
    const slopeAt = (point: Any) => inner(grad((p: Any) => lossOf(run(p)).square())(point), towards);
    checkSlope(slopeAt, at, seed);
  });
  fc.assert(property, { numRuns: 5, seed: 1 });
});
