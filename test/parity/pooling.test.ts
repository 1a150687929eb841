/** Pooling against Flax (test/golden/layers.flax0.1.0.*); more windows are in convolution.test.ts. */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, nn, random, type Tensor } from '../../runtime/src/index';
import { expectClose } from './golden';
import { describeParts, GRADIENTS, layersOf, lossOf, OUTPUTS } from './layerCases';
import { toTensor } from './trees';

interface Pooling {
  x: unknown;
  cases: {
    fn: string;
    window: number[];
    strides: number[] | null;
    padding: 'SAME' | 'VALID';
    y: unknown;
    grad: unknown;
  }[];
}

describeParts((part) => {
  const { x, cases } = layersOf<Pooling>(part).pooling as Pooling;

  test.each(cases)('$fn over $window by $strides, $padding', ({ fn, window, strides, padding, y, grad: dx }) => {
    const pool = fn === 'max_pool' ? nn.maxPool : nn.avgPool;
    const run = (v: Tensor) => pool(v, window, { strides, padding });
    const input = toTensor(x);
    expectClose(run(input), y, OUTPUTS);
    expectClose(grad((v: Tensor) => lossOf(run(v)))(input), dx, GRADIENTS);
    expect(evalShape(run, input.shape).shape).toEqual(run(input).shape);
  });

  test('there are 8 cases', () => {
    expect(cases).toHaveLength(8);
  });
});

describe('pooling of any rank:', () => {
  const x = () => random.normal(random.PRNGKey(0), [2, 4, 3, 5, 4, 3]);

  test('no spatial axis leaves the input', () => {
    expectClose(nn.maxPool(jnp.ones([2, 3]), []), jnp.ones([2, 3]));
  });

  test('four spatial axes are windows of windows', () => {
    const [window, strides] = [
      [2, 2, 3, 2],
      [2, 1, 2, 1],
    ];
    /** With the first axis in the batch: the other three by a kernel, then the first by hand. */
    const byHand = (pool: typeof nn.maxPool, reduce: (v: Tensor, axis: number) => Tensor) => {
      const inner = pool(jnp.reshape(x(), [8, 3, 5, 4, 3]), window.slice(1), { strides: strides.slice(1) });
      const pairs = jnp.reshape(inner, [2, 2, 2, ...inner.shape.slice(1)]);
      return reduce(pairs, 2);
    };
    expectClose(nn.maxPool(x(), window, { strides }), byHand(nn.maxPool, jnp.max));
    expectClose(nn.avgPool(x(), window, { strides }), byHand(nn.avgPool, jnp.mean), { absolute: 1e-6 });
    const ofAll = grad((v: Tensor) => nn.avgPool(v, window, { strides }).sum())(x());
    expectClose(ofAll.sum(), jnp.asarray(nn.avgPool(x(), window, { strides }).size), { relative: 1e-5 });
  });

  test('padding in pairs and SAME work on four axes', () => {
    const padding = [
      [1, 0],
      [0, 1],
      [0, 0],
      [1, 1],
    ] as const;
    expect(nn.maxPool(x(), [2, 2, 2, 2], { padding }).shape).toEqual([2, 4, 3, 4, 5, 3]);
    const options = { strides: [2, 2, 2, 2], padding: 'SAME' } as const;
    expect(evalShape((v: Tensor) => nn.avgPool(v, [2, 2, 2, 2], options), x().shape).shape).toEqual([2, 2, 2, 3, 2, 3]);
  });
});

describe('what does not fit is said:', () => {
  const image = () => jnp.ones([1, 5, 5, 4]);

  test('a window larger than the image', () => {
    expect(() => nn.maxPool(image(), [6, 2])).toThrow(
      /nn\.maxPool: the window \[6, 2\] is larger than the padded input f32\[1, 5, 5, 4\]/,
    );
  });

  test('a window of other axes, and strides of others', () => {
    expect(() => nn.avgPool(image(), [2])).toThrow(
      /nn\.avgPool: the window \[2\] needs an input \[batch, …spatial, features\] with 1 spatial axis; got f32\[1, 5, 5, 4\]/,
    );
    expect(() => nn.avgPool(image(), [2, 2], { strides: [2] })).toThrow(
      /nn\.avgPool: strides should be 2 whole numbers above 0, one for each axis of the window; got \[2\]/,
    );
    expect(() => nn.maxPool(image(), [2, 0])).toThrow(/the window should be whole numbers above 0; got \[2, 0\]/);
  });

  test('padding', () => {
    expect(() => nn.maxPool(image(), [2, 2], { padding: [[1, 1]] })).toThrow(
      /nn\.maxPool: padding is 'SAME', 'VALID' or a \[before, after\] pair for each of the 2 spatial axes/,
    );
  });
});
