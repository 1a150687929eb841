/** Convolutions and pooling in combinations that the layers' recordings lack, against JAX (test/golden/convolution.json). */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, lax, nn, type Tensor } from '../../runtime/src/index';
import { array, expectClose, golden } from './golden';
import { toTensor } from './trees';

interface Convolution {
  strides: number[];
  padding: lax.Padding;
  lhs_dilation: number[] | null;
  rhs_dilation: number[] | null;
  groups: number;
  x: unknown;
  kernel: unknown;
  y: unknown;
  grads: [unknown, unknown];
}

interface Pool {
  fn: 'avg' | 'max';
  window: number[];
  strides: number[];
  padding: lax.Padding;
  x: unknown;
  y: unknown;
  grad: unknown;
}

const CLOSE = { ofLargest: 1e-5, absolute: 1e-6 };
const { convolutions, pools } = golden<{ convolutions: Record<string, Convolution>; pools: Record<string, Pool> }>(
  'convolution.json',
);

/** sum(y * cos(0.5 * i)), the factors rounded to 3 decimals. */
function lossOf(y: Tensor): Tensor {
  const factors = Array.from({ length: y.size }, (_, i) => Math.round(Math.cos(0.5 * i) * 1000) / 1000);
  return jnp.sum(jnp.multiply(y, jnp.reshape(factors, y.shape)));
}

describe.each(Object.entries(convolutions))('a convolution: %s', (_, recorded) => {
  const run = (x: Tensor, kernel: Tensor) =>
    lax.convGeneralDilated(x, kernel, recorded.strides, recorded.padding, {
      lhsDilation: recorded.lhs_dilation,
      rhsDilation: recorded.rhs_dilation,
      featureGroupCount: recorded.groups,
    });

  test('its values and gradients', () => {
    const [x, kernel] = [toTensor(recorded.x), toTensor(recorded.kernel)];
    expectClose(run(x, kernel), recorded.y, CLOSE);
    const loss = (input: Tensor, weights: Tensor) => lossOf(run(input, weights));
    const [ofX, ofKernel] = grad(loss, { argnums: [0, 1] })(x, kernel) as [Tensor, Tensor];
    expectClose(ofX, recorded.grads[0], CLOSE);
    expectClose(ofKernel, recorded.grads[1], CLOSE);
  });

  test('its shape, from shapes', () => {
    const [x, kernel] = [array(recorded.x).shape, array(recorded.kernel).shape];
    expect(evalShape(run, x, kernel).shape).toEqual(array(recorded.y).shape);
  });
});

test.each(Object.entries(pools))('a pool: %s', (_, { fn, window, strides, padding, ...recorded }) => {
  const run = (x: Tensor) => (fn === 'avg' ? nn.avgPool : nn.maxPool)(x, window, { strides, padding });
  const x = toTensor(recorded.x);
  expectClose(run(x), recorded.y, CLOSE);
  expectClose(grad((v: Tensor) => lossOf(run(v)))(x), recorded.grad, CLOSE);
});

describe('what does not fit a convolution is said:', () => {
  const x = () => jnp.ones([1, 5, 5, 4]);

  test('channels', () => {
    expect(() => lax.convGeneralDilated(x(), jnp.ones([3, 3, 3, 2]), [1, 1], 'SAME')).toThrow(
      /kernel f32\[3, 3, 3, 2\] takes 3 channels .* does not fit the 4 channels of the input f32\[1, 5, 5, 4\]/,
    );
  });

  test('ranks', () => {
    expect(() => lax.convGeneralDilated(x(), jnp.ones([3, 4, 2]), [1, 1], 'SAME')).toThrow(
      /\[batch, …spatial, channels\] .* got f32\[1, 5, 5, 4\] and f32\[3, 4, 2\]/,
    );
  });

  test('strides', () => {
    expect(() => lax.convGeneralDilated(x(), jnp.ones([3, 3, 4, 2]), [1], 'SAME')).toThrow(
      /windowStrides should be 2 positive whole numbers, one for each spatial axis; got \[1\]/,
    );
  });

  test('padding', () => {
    expect(() => lax.convGeneralDilated(x(), jnp.ones([3, 3, 4, 2]), [1, 1], [[1, 1]])).toThrow(
      /'SAME', 'VALID' or a \[before, after\] pair for each of the 2 spatial axes, got \[\[1,1\]\]/,
    );
    const transposed = { lhsDilation: [2, 2] };
    expect(() => lax.convGeneralDilated(x(), jnp.ones([3, 3, 4, 2]), [1, 1], 'SAME', transposed)).toThrow(
      /with input dilation the padding must be given as pairs/,
    );
  });
});
