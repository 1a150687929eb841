import { expect, test } from 'vitest';
import { grad, jit, jnp, nn, random, type Tensor } from '../../../runtime/src/index';

test('jit.trace prints what a function does', () => {
  const f = (x: Tensor, w: Tensor) => jnp.dot(x, w).relu().mul(2).sum(-1);
  expect(jit.trace(f)(jnp.ones([2, 3]), jnp.ones([3, 4]))).toMatchInlineSnapshot(`
    "{ lambda ; a:f32[2, 3] b:f32[3, 4]. let
        c:f32[2, 4] = BatchMatMulV2 a b
        d:f32[2, 4] = Relu c
        e:f32[2, 4] = Mul d 2
        f:f32[2] = Sum e [1]
      in (f) }"
  `);
});

test('jit.costAnalysis counts', () => {
  const dense = (x: Tensor, w: Tensor) => jnp.dot(x, w);
  expect(jit.costAnalysis(dense)(jnp.ones([128, 784]), jnp.ones([784, 512])).flops).toBe(2 * 128 * 784 * 512);
  const Conv = nn.Conv.partial({ features: 8, kernelSize: [3, 3] });
  const [, model] = Conv.createByShape(random.PRNGKey(0), [[4, 28, 28, 2]]);
  const conv = (x: Tensor) => model(x);
  const flops = jit.costAnalysis(conv)(jnp.ones([4, 28, 28, 2])).flops;
  expect(flops).toBe(2 * 4 * 28 * 28 * 8 * 9 * 2 + 4 * 28 * 28 * 8);
  const backward = jit.costAnalysis(grad((m: typeof model, x: Tensor) => m(x).sum() as Tensor))(
    model,
    jnp.ones([4, 28, 28, 2]),
  );
  expect(backward.flops).toBeGreaterThan(flops / 2);
});
