import { afterEach, describe, expect, test } from 'vitest';
import { runPrimitive } from '../../runtime/src/bindings/randomKernels';
import { withBackend } from '../../runtime/src/bindings/stack';
import { config, evalShape, grad, jnp, nn, random, ShapeDtypeStruct, type Tensor } from '../../runtime/src/index';
import { expectClose } from '../parity/golden';

const key = random.PRNGKey(42);
const KEY = ShapeDtypeStruct([2], 'int32');

describe('on abstract tensors', () => {
  const logits = jnp.asarray([0, 1, 2]);
  const samplers: [string, string, (key: Tensor) => unknown][] = [
    ['split', 'int32[2, 2]', (k) => random.split(k)],
    ['split into a shape', 'int32[3, 4, 2]', (k) => random.split(k, [3, 4])],
    ['split, taken apart', 'int32[2]', (k) => [...random.split(k)][1]],
    ['foldIn', 'int32[2]', (k) => random.foldIn(k, 3)],
    ['bits', 'int32[5]', (k) => random.bits(k, [5])],
    ['uniform', 'float32[2, 3]', (k) => random.uniform(k, [2, 3], { minval: jnp.asarray([0, 1, 2]), maxval: 5 })],
    ['normal', 'float32[2, 3]', (k) => random.normal(k, [2, 3])],
    ['truncatedNormal', 'float32[3]', (k) => random.truncatedNormal(k, jnp.asarray([-1, -2, -3]), 2)],
    ['randint', 'int32[7]', (k) => random.randint(k, [7], 0, 10)],
    ['bernoulli', 'bool[2]', (k) => random.bernoulli(k, 0.1, [2])],
    ['gumbel', 'float32[]', (k) => random.gumbel(k)],
    ['exponential', 'float32[4]', (k) => random.exponential(k, [4])],
    ['laplace', 'float32[4]', (k) => random.laplace(k, [4])],
    ['logistic', 'float32[4]', (k) => random.logistic(k, [4])],
    ['cauchy', 'float32[4]', (k) => random.cauchy(k, [4])],
    ['rademacher', 'int32[4]', (k) => random.rademacher(k, [4])],
    ['permutation of a number', 'int32[10]', (k) => random.permutation(k, 10)],
    ['permutation of rows', 'float32[4, 3]', (k) => random.permutation(k, jnp.zeros([4, 3]))],
    [
      'independent permutation',
      'float32[4, 3]',
      (k) => random.permutation(k, jnp.zeros([4, 3]), { independent: true }),
    ],
    ['categorical', 'int32[5]', (k) => random.categorical(k, logits, { shape: [5] })],
    [
      'categorical without replacement',
      'int32[2]',
      (k) => random.categorical(k, logits, { shape: [2], replace: false }),
    ],
    ['choice', 'int32[2, 3]', (k) => random.choice(k, 10, [2, 3])],
    ['choice without replacement', 'int32[2, 3]', (k) => random.choice(k, 10, [2, 3], { replace: false })],
    ['weighted choice', 'int32[8]', (k) => random.choice(k, 2, [8], { p: [0.1, 0.9] })],
    [
      'weighted choice without replacement',
      'int32[1]',
      (k) => random.choice(k, 2, [1], { p: [0.1, 0.9], replace: false }),
    ],
    ['choice of rows', 'float32[5, 3]', (k) => random.choice(k, jnp.zeros([4, 3]), [5])],
    ['lecunNormal', 'float32[3, 4]', (k) => nn.initializers.lecunNormal()(k, [3, 4])],
    ['orthogonal', 'float32[2, 2, 3]', (k) => nn.initializers.orthogonal()(k, [2, 2, 3])],
    ['deltaOrthogonal', 'float32[3, 3, 2, 4]', (k) => nn.initializers.deltaOrthogonal()(k, [3, 3, 2, 4])],
  ];

  test.each(samplers)('%s of an unknown key is %s', (_name, expected, sampler) => {
    const out = evalShape(sampler, KEY) as { shape: readonly number[]; dtype: string };
    expect(`${out.dtype}[${out.shape.join(', ')}]`).toBe(expected);
  });

  test('a shape that does not fit its bounds is an error', () => {
    const minval = jnp.asarray([1, 2, 3]);
    expect(() => evalShape((k: Tensor) => random.uniform(k, [2], { minval }), KEY)).toThrow(
      /does not broadcast to \[2\]/,
    );
  });

  test('a real key may be used', () => {
    expect(withBackend('abstract', () => random.normal(key, [3])).shape).toEqual([3]);
  });
});

describe('gradients of bounds', () => {
  /** The derivative of the sum of `f`'s values along a shift of its argument, and the gradient's sum. */
  function slopes(f: (x: Tensor) => Tensor, x: Tensor): [number, number] {
    const sum = (y: Tensor) => [...y.dataSync()].reduce((a, b) => a + b, 0);
    const h = 1e-2;
    const difference = (sum(f(x.add(h))) - sum(f(x.sub(h)))) / (2 * h);
    return [difference, sum(grad((at: Tensor) => f(at).sum())(x))];
  }

  test.each([
    ['minval', (x: Tensor) => random.uniform(key, [4, 3], { minval: x, maxval: 5 })],
    ['maxval', (x: Tensor) => random.uniform(key, [4, 3], { minval: -5, maxval: x })],
    ['lower', (x: Tensor) => random.truncatedNormal(key, x, 3, [4, 3])],
    ['upper', (x: Tensor) => random.truncatedNormal(key, -3, x, [4, 3])],
  ])('samples move with %s', (_name, f) => {
    const [difference, gradient] = slopes(f, jnp.asarray([0.5, 1, 1.5]));
    expect(difference).not.toBe(0);
    expect(gradient).toBeCloseTo(difference, 2);
  });
});

test('bounds that are tensors give what the same numbers give', () => {
  const ones = jnp.ones([5]);
  expectClose(random.truncatedNormal(key, ones.neg(), ones), random.truncatedNormal(key, -1, 1, [5]).dataSync());
  expectClose(random.randint(key, [5], jnp.asarray([3], 'int32'), jnp.asarray([9], 'int32')), {
    dtype: 'int32',
    shape: [5],
    data: [...random.randint(key, [5], 3, 9).dataSync()],
  });
});

test('the primitives take a batch of keys and give an array for each', () => {
  const keys = random.split(key, 3);
  const attrs = { shape: [4, 2], partitionable: true, dtype: 'float32' };
  const minval = jnp.asarray([0, 10, 20]).reshape([3, 1, 1]);
  const draws: [Tensor, (k: Tensor, i: number) => Tensor][] = [
    [runPrimitive('DistaffRandomNormal', { key: keys }, attrs), (k) => random.normal(k, [4, 2])],
    [runPrimitive('DistaffRandomSplit', { key: keys }, attrs), (k) => random.split(k, [4, 2])],
    [
      runPrimitive('DistaffRandomUniform', { key: keys, minval, maxval: minval.add(1) }, attrs),
      (k, i) => random.uniform(k, [4, 2], { minval: 10 * i, maxval: 10 * i + 1 }),
    ],
    [
      runPrimitive('DistaffRandomShuffle', { key: keys }, { ...attrs, shape: [50], axis: 0 }),
      (k) => random.permutation(k, 50),
    ],
  ];
  for (const [all, each] of draws) expectClose(all, jnp.stack([...keys].map(each)));
});

test('large arrays, made on several threads, begin as small ones do', () => {
  for (const draw of [random.bits, random.normal, random.uniform]) {
    const [large, small] = [draw(key, [3_000_001]).dataSync(), draw(key, [1000]).dataSync()];
    expect(large.slice(0, 1000)).toEqual(small);
  }
});

test('a choice without replacement takes each thing once', () => {
  const drawn = random.categorical(key, jnp.zeros([6]), { shape: [6], replace: false }).dataSync();
  expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect([...random.choice(key, 6, [6], { replace: false, p: Array(6).fill(1 / 6) }).dataSync()].sort()).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});

describe('errors', () => {
  afterEach(() => config.update('jax_threefry_partitionable', true));

  test('keys that are not one key are refused with what to do', () => {
    expect(() => random.normal(random.split(key), [3])).toThrow(
      /takes a single key, int32\[2\], got keys i32\[2, 2\].*random\.split/,
    );
    expect(() => random.normal(jnp.zeros([2]), [3])).toThrow(
      /random\.normal: the first argument is a key.*got f32\[2\]/,
    );
    expect(() => random.normal(0 as never, [3])).toThrow(/random\.PRNGKey\(0\) makes it; got 0/);
  });

  test('seeds, shapes and bounds are checked', () => {
    expect(() => random.PRNGKey(0.5)).toThrow(/takes an integer.*got 0\.5/);
    expect(() => random.normal(key, 3 as never)).toThrow(/a shape is an array of sizes such as \[2, 3\], got 3/);
    expect(() => random.randint(key, [1], 0, 2 ** 31 + 1)).toThrow(/2147483649 does not fit int32/);
    expect(() => random.choice(key, 3, [4], { replace: false })).toThrow(/4 draws without replacement from 3/);
    expect(() => random.categorical(key, jnp.zeros([4, 5]), { shape: [3] })).toThrow(/does not end with \[4\]/);
    expect(() => random.permutation(key, jnp.zeros([4]), { axis: 1 })).toThrow(/no axis 1 in \[4\]/);
  });

  test('an unknown flag is refused', () => {
    expect(() => config.update('jax_enable_x64', true)).toThrow(/Known flags: jax_threefry_partitionable/);
  });
});
