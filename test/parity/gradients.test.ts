/** Gradients of jnp and nn functions against jax.grad (test/golden/numpy.json). */
import { expect, test } from 'vitest';
import { grad, jnp, lax, nn, type Tensor } from '../../runtime/src/index';
import { expectClose, golden } from './golden';
import { toTensors } from './trees';

type Inputs = Record<'a' | 't' | 'v' | 'w' | 'z' | 'tie', Tensor>;

const data = golden<{ inputs: unknown; gradients: Record<string, { input: keyof Inputs; grad: unknown }> }>(
  'numpy.json',
);

const inputs = () => toTensors<Inputs>(data.inputs);

const losses: Record<string, (x: Tensor, inputs: Inputs) => Tensor> = {
  'maximum gives half of the gradient to equal operands': (x) => jnp.maximum(0, x).sum(),
  'minimum gives half of the gradient to equal operands': (x) => jnp.minimum(x, 0).sum(),
  'maximum of broadcast operands sums over the copies': (x, { a }) => jnp.maximum(x, a).mul(a).sum(),
  'max shares the gradient among equal elements': (x) => jnp.max(x, 1).mul([1, 10]).sum(),
  'min of all elements': (x) => jnp.min(x).mul(3),
  'abs at 0': (x) => jnp.abs(x).sum(),
  'clip passes the gradient inside the limits': (x) => jnp.clip(x, -0.5, 0.5).sum(),
  'cumsum along the first axis': (x) => jnp.cumsum(x, 0).square().sum(),
  'broadcastTo with six axes': (x, { w }) =>
    jnp
      .broadcastTo(jnp.expandDims(x, [1, 3, 4]), [2, 2, 3, 1, 5])
      .reshape([60])
      .mul(w)
      .sum(),
  'tile of sizes that are not 1': (x, { w }) => jnp.tile(x, [2, 5]).reshape([60]).mul(w).sum(),
  'matmul with leading axes that broadcast': (x, { t }) =>
    jnp
      .matmul(x, jnp.reshape(jnp.transpose(t, [0, 2, 1]), [2, 1, 4, 3]).slice([0, 0, 0, 0], [2, 1, 3, 3]))
      .square()
      .sum(),
  'dot of a batch with a matrix': (x, { t }) =>
    jnp
      .dot(t, jnp.transpose(x.reshape([1, 6]).slice([0, 0], [1, 4])))
      .square()
      .sum(),
  'tensordot over two axes': (x, { t }) =>
    jnp
      .tensordot(t, x, [
        [0, 1],
        [0, 1],
      ])
      .square()
      .sum(),
  'einsum with batch, inner and outer labels': (x, { v, t }) => jnp.einsum('bij,bi,k->bk', t, x, v).square().sum(),
  'take adds up the gradients of elements taken twice': (x) => jnp.take(x, [0, 2, 0], 1).mul([1, 2, 3]).sum(),
  'take at an index that was computed from the input': (x) => jnp.take(x, jnp.argmax(x)).mul(2),
  'sort moves the gradient with the elements': (x) => jnp.sort(x).mul([1, 2, 3]).sum(),
  'where keeps an infinite gradient out of the other branch': (x) => jnp.sqrt(jnp.where(jnp.greater(x, 0), x, 0)).sum(),
  'std over an axis': (x) => jnp.std(x, 1).sum(),
  'var with one degree of freedom less': (x) => jnp.var(x, 0, { ddof: 1 }).sum(),
  prod: (x) => jnp.prod(x.add(2), 1).sum(),
  'pad, flip, concatenate and split': (x) =>
    jnp
      .split(
        jnp.concatenate(
          [
            jnp.flip(x, 1),
            jnp.pad(x, [
              [0, 0],
              [1, 0],
            ]),
          ],
          1,
        ),
        [3],
        1,
      )[1]
      ?.mul([0, 1, 2, 3])
      .sum() as Tensor,
  'repeat and moveaxis': (x) =>
    jnp
      .moveaxis(jnp.repeat(x, 2, 0), 0, 1)
      .mul([0, 1, 2, 3])
      .sum(),
  'power with a whole exponent at 0': (x) => jnp.power(x, 2).sum(),
  'a cast to whole numbers passes no gradient on': (x) => x.cast('int32').cast('float32').mul(x).sum(),
  'stopGradient makes a constant': (x) => lax.stopGradient(x).mul(x).sum(),
  'a gradient of a gradient': (x) => grad((y: Tensor) => jnp.power(jnp.tanh(y), 3).sum())(x).sum(),
  'a gradient of a gradient of maximum': (x) =>
    grad((y: Tensor) => jnp.power(jnp.maximum(y, 0.5), 3).sum())(x)
      .mul([1, 2, 3])
      .sum(),
  'logSumExp over an axis': (x) => nn.logsumexp(x, 1).sum(),
  'softmax over the first axis': (x) => nn.softmax(x, 0).mul([0, 1, 2]).sum(),
  logSoftmax: (x) => nn.logSoftmax(x).mul([0, 1, 2]).sum(),
  glu: (x) => nn.glu(x, 0).square().sum(),
  'elu and celu with an alpha': (x) => nn.elu(x, 2).add(nn.celu(x, 0.5)).sum(),
};

test.each(Object.keys(data.gradients))('the gradient of: %s', (name) => {
  const { input, grad: expected } = data.gradients[name] as { input: keyof Inputs; grad: unknown };
  const given = inputs();
  const loss = losses[name] as (x: Tensor, inputs: Inputs) => Tensor;
  expectClose(grad((x: Tensor) => loss(x, given))(given[input]), expected, { ofLargest: 1e-5, absolute: 1e-6 });
});

test('every loss has a gradient to compare with', () => {
  expect(Object.keys(losses)).toEqual(Object.keys(data.gradients));
});

test('the gradient of a kernel that has none is an error that names it and its line', () => {
  const normalized = (x: Tensor) => x.localResponseNormalization().sum();
  const twice = (x: Tensor) => grad(normalized)(x).sum();
  expect(() => grad(twice)(jnp.ones([1, 2, 2, 1]))).toThrow(
    /op LRNGrad.* at .*gradients\.test\.ts:\d+.* has no gradient/,
  );
  const squared = (x: Tensor) => jnp.real(jnp.matmul(lax.complex(x, x), lax.complex(x, x))).sum();
  expect(() => grad(squared)(jnp.ones([2, 2]))).toThrow(
    /op BatchMatMul.* has no gradient of complex numbers\. .*customVjp/,
  );
});
