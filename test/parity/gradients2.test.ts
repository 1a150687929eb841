/** Second derivatives and jacobians against JAX (test/golden/gradients2.json). */
import { describe, expect, test } from 'vitest';
import {
  evalShape,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jnp,
  jvp,
  lax,
  nn,
  type Tensor,
  tree,
  vjp,
} from '../../runtime/src/index';
import { expectClose, golden } from './golden';
import { toTensors } from './trees';

type Name =
  | 'v'
  | 'p'
  | 'm'
  | 't'
  | 'line'
  | 'image'
  | 'volume'
  | 'kernel'
  | 'depth_kernel'
  | 'volume_kernel'
  | 'line_kernel';
type Inputs = Record<Name, Tensor>;
interface Second {
  input: Name;
  grad: unknown;
  hvp: unknown;
  grad_of_squared_grad: unknown;
}

const data = golden<{ inputs: unknown; second: Record<string, Second>; trees: Record<string, unknown> }>(
  'gradients2.json',
);
const inputs = toTensors<Inputs>(data.inputs);
const { image, kernel } = inputs;

const rounded = (x: number) => Math.round(x * 1000) / 1000;
const wave = (shape: number[], a: number, b: number, of: (x: number) => number = Math.sin): Tensor => {
  const size = shape.reduce((product, n) => product * n, 1);
  return jnp.array(Array.from({ length: size }, (_, i) => rounded(of(i * a + b)))).reshape(shape);
};
const tanhSum = (y: Tensor) => y.tanh().sum();
const cube = (x: Tensor) => jnp.power(x, 3);
const swapped = (x: Tensor) => jnp.swapaxes(x, 1, 2);
const pad1: [number, number] = [1, 1];

function norm(x: Tensor, axis: number | number[]): Tensor {
  const mean = x.mean(axis, true);
  const variance = x.square().mean(axis, true).sub(mean.square());
  return x.sub(mean).mul(variance.add(1e-2).rsqrt());
}

function net(x: Tensor, w: Tensor): Tensor {
  const y = nn.relu(lax.convGeneralDilated(x, w, [1, 1], 'SAME'));
  const pooled = nn.maxPool(norm(y, [0, 1, 2]), [2, 2], { strides: [2, 2] });
  const logits = pooled.reshape([2, -1]).matMul(wave([16, 3], 0.3, 0.1));
  return nn.logSoftmax(logits).slice([0, 1], [2, 1]).mean().neg();
}

const functions: Record<string, (x: Tensor) => Tensor> = {
  'conv with respect to its input': (x) => tanhSum(lax.convGeneralDilated(x, kernel, [1, 1], 'VALID')),
  'conv with respect to its kernel': (w) => tanhSum(lax.convGeneralDilated(image, w, [1, 1], 'VALID')),
  'conv with strides, same padding': (x) => tanhSum(lax.convGeneralDilated(x, kernel, [2, 2], 'SAME')),
  'conv of a square with its own kernel squared': (w) =>
    tanhSum(lax.convGeneralDilated(image.square(), w.square(), [2, 1], 'SAME')),
  'conv with kernel dilation': (x) =>
    tanhSum(lax.convGeneralDilated(x, kernel, [1, 1], [pad1, pad1], { rhsDilation: [2, 1] })),
  'conv with input dilation': (x) =>
    tanhSum(lax.convGeneralDilated(x, kernel, [1, 1], [[2, 2], pad1], { lhsDilation: [2, 2] })),
  'conv with a channel a group': (x) =>
    tanhSum(lax.convGeneralDilated(x, inputs.depth_kernel, [1, 1], 'SAME', { featureGroupCount: 2 })),
  'the kernel of a conv with a channel a group': (w) =>
    tanhSum(lax.convGeneralDilated(image, w, [1, 1], 'SAME', { featureGroupCount: 2 })),
  'conv over one axis': (x) => tanhSum(lax.convGeneralDilated(x, inputs.line_kernel, [2], 'SAME')),
  'conv over three axes': (x) => tanhSum(lax.convGeneralDilated(x, inputs.volume_kernel, [1, 1, 1], 'VALID')),
  'the kernel of a conv over three axes': (w) => tanhSum(lax.convGeneralDilated(inputs.volume, w, [1, 2, 1], 'SAME')),
  'max pool': (x) => tanhSum(nn.maxPool(cube(x), [2, 2], { strides: [1, 1] })),
  'max pool with strides': (x) =>
    nn
      .maxPool(x.sin(), [3, 2], { strides: [2, 2] })
      .square()
      .sum(),
  'max pool over three axes': (x) => tanhSum(nn.maxPool(cube(x), [2, 2, 2], { strides: [1, 2, 1] })),
  'max pool over one axis': (x) => tanhSum(nn.maxPool(cube(x), [2], { strides: [2] })),
  'avg pool': (x) => tanhSum(nn.avgPool(cube(x), [2, 2], { strides: [2, 1] })),
  'avg pool over three axes': (x) => tanhSum(nn.avgPool(cube(x), [2, 2, 2], { strides: [1, 2, 1] })),
  'a net: conv, norm, relu, pool, dense, log softmax': (w) => net(image, w),
  'the same net with respect to its input': (x) => net(x, kernel),
  'matmul with itself': (x) => tanhSum(x.matMul(x, false, true)),
  'matmul of batches': (x) => tanhSum(x.matMul(swapped(x))),
  einsum: (x) => tanhSum(jnp.einsum('bij,bkj,ij->bk', x, x, inputs.m)),
  take: (x) => tanhSum(jnp.take(x.square(), [0, 2, 0], 1)),
  slices: (x) => tanhSum(x.stridedSlice([1, 0], [3, 4], [1, 2]).mul(x.stridedSlice([0, 1], [2, 4], [1, 2]).square())),
  'slices backwards': (x) => tanhSum(x.stridedSlice([4], [-6], [-2]).mul(x.stridedSlice([3], [0], [-1]).square())),
  'pad, tile, concatenate, stack and split': (x) => {
    const columns = jnp.split(x, 4, 1).map((column) => column.reshape([3])) as [Tensor, Tensor, Tensor, Tensor];
    const joined = jnp.concatenate(
      [
        jnp.pad(x, [
          [0, 0],
          [1, 0],
        ]),
        jnp.tile(x, [1, 2]),
      ],
      1,
    );
    const [a, b, c, d] = columns;
    return tanhSum(
      joined
        .slice([0, 2], [3, 5])
        .square()
        .mul(jnp.stack([a, b, d, b, c], 1)),
    );
  },
  'transpose, reshape, flip': (x) =>
    tanhSum(
      jnp
        .flip(x.transpose([2, 0, 1]), 1)
        .reshape([4, 6])
        .square()
        .mul(x.reshape([4, 6])),
    ),
  cumsum: (x) => tanhSum(jnp.cumsum(x.square(), 0)),
  cumprod: (x) => {
    const mask = jnp.array([
      [1, 1, 1, 1],
      [1, 1, 0, 1],
      [1, 1, 1, 1],
    ]);
    return tanhSum(x.mul(mask).cumprod(1));
  },
  sort: (x) => cube(jnp.sort(x)).mul([1, 2, 3, 4, 5]).sum(),
  'the largest of rows': (x) => jnp.max(cube(x), 1).square().sum(),
  'top k': (x) => cube(x.topk(3).values).mul([1, 2, 3]).sum(),
  'maximum, minimum and clip': (x) =>
    cube(jnp.maximum(x, 0.1))
      .mul(jnp.minimum(x.square(), 0.5))
      .mul(jnp.clip(x, -0.6, 0.6))
      .sum(),
  'where and abs': (x) => jnp.where(x.greater(0), cube(x), x.exp()).mul(jnp.abs(x)).sum(),
  prod: (x) => tanhSum(jnp.prod(x.add(1.5), 1)),
  'mean, var and std': (x) => jnp.mean(x.square(), 0).mul(jnp.var(x, 0)).mul(jnp.std(x, 0)).sum(),
  'layer norm': (x) => tanhSum(norm(x, 1).mul(2)),
  'batch norm': (x) => tanhSum(norm(x, [0, 1, 2])),
  softmax: (x) => nn.softmax(x.mul(2), 1).mul(inputs.m).sum(),
  'log softmax': (x) => nn.logSoftmax(x, 1).slice([0, 1], [3, 1]).square().sum(),
  'log sum exp': (x) => nn.logsumexp(x, 1).square().sum(),
  attention: (x) => tanhSum(nn.softmax(x.matMul(swapped(x)).div(2), -1).matMul(x)),
  'relu and its leaky kind': (x) => cube(nn.relu(x)).add(nn.leakyRelu(x).square()).sum(),
  relu6: (x) => nn.relu6(x.mul(8)).square().sum(),
  'elu, celu, selu': (x) => nn.elu(x).square().add(nn.celu(x, 0.5)).add(nn.selu(x)).sum(),
  gelu: (x) =>
    nn
      .gelu(x)
      .square()
      .add(nn.gelu(x, { approximate: false }))
      .sum(),
  'sigmoid, log sigmoid, softplus, swish': (x) =>
    nn
      .sigmoid(x)
      .square()
      .add(nn.logSigmoid(x))
      .add(nn.softplus(x).mul(nn.swish(x)))
      .sum(),
  'soft sign and glu': (x) => nn.softSign(x).sum().add(nn.glu(x, 1).square()).sum(),
  'exp, log, sqrt, rsqrt, reciprocal': (x) =>
    x
      .exp()
      .mul(x.log())
      .add(x.sqrt().mul(x.add(1).rsqrt()))
      .add(x.reciprocal())
      .sum(),
  powers: (x) => jnp.power(x, 2.5).add(jnp.power(1.7, x)).add(jnp.power(x, x)).add(cube(x)).sum(),
  'sines and tangents': (x) =>
    x.sin().mul(x.cos()).add(x.tan()).add(x.atan()).add(x.div(2).asin()).add(x.div(2).acos()).sum(),
  'hyperbolic functions': (x) =>
    x.sinh().mul(x.cosh()).add(x.tanh()).add(x.asinh()).add(x.div(2).atanh()).add(x.add(3).acosh()).sum(),
  'erf, expm1, log1p': (x) =>
    x
      .erf()
      .square()
      .add(x.expm1().mul(x.add(1).log1p()))
      .sum(),
  'arctan2 and squared differences': (x) =>
    x
      .atan2(x.square().add(1))
      .add(x.squaredDifference(jnp.flip(x).square()))
      .sum(),
  broadcasting: (x) => {
    const row = (i: number) => x.slice([i, 0], [1, 4]);
    return tanhSum(x.slice([0, 0], [3, 1]).mul(row(0)).div(row(1).square().add(1)).sub(row(0)));
  },
};

const tolerance = { ofLargest: 1e-5, absolute: 1e-6 };

describe('second derivatives of', () => {
  test('every function of the data', () => {
    expect(Object.keys(functions)).toEqual(Object.keys(data.second));
  });

  test.each(Object.keys(data.second))('%s', (name) => {
    const entry = data.second[name] as Second;
    const f = functions[name] as (x: Tensor) => Tensor;
    const x = inputs[entry.input];
    const u = wave(x.shape, 0.6, 0, Math.cos);
    expectClose(grad(f)(x), entry.grad, tolerance);
    expectClose(jvp(grad(f), [x], [u])[1], entry.hvp, tolerance);
    const squared = (y: Tensor) => grad(f)(y).square().sum();
    expectClose(grad(squared)(x), entry.grad_of_squared_grad, tolerance);
  });

  test.each(Object.keys(data.second))('%s, as a shape', (name) => {
    const f = functions[name] as (x: Tensor) => Tensor;
    const { shape } = inputs[(data.second[name] as Second).input];
    expect(
      evalShape(
        grad((y: Tensor) => grad(f)(y).square().sum()),
        shape,
      ).shape,
    ).toEqual(shape);
  });
});

describe('jacobians of a layer whose parameters are a tree:', () => {
  interface Params {
    hidden: { kernel: Tensor; bias: Tensor };
    out: Tensor;
  }
  const params = toTensors<Params>(data.trees.params);
  const x = inputs.m;
  const layer = (p: Params, input: Tensor) => {
    const h = input.matMul(p.hidden.kernel).add(p.hidden.bias).tanh();
    return { y: h.matMul(p.out), mean: h.mean() };
  };
  const closeTrees = (actual: unknown, name: string) => {
    const expected = toTensors(data.trees[name]);
    expect(tree.structure(actual).toString()).toBe(tree.structure(expected).toString());
    const leaves = tree.leaves(expected) as Tensor[];
    for (const [i, leaf] of (tree.leaves(actual) as Tensor[]).entries()) expectClose(leaf, leaves[i], tolerance);
  };

  test('jacrev', () => closeTrees(jacrev(layer)(params, x), 'jacrev'));
  test('jacrev of both arguments', () => {
    closeTrees(jacrev(layer, { argnums: [0, 1] })(params, x).mean, 'jacrev_of_both');
  });
  test('jacfwd', () => closeTrees(jacfwd(layer)(params, x), 'jacrev'));
  test('jacfwd of the second argument', () => closeTrees(jacfwd(layer, { argnums: 1 })(params, x), 'jacfwd_of_input'));
  test('hessian', () => closeTrees(hessian((p: Params) => layer(p, x).y.square().mean())(params), 'hessian'));
  test('jvp', () => {
    const tangents = tree.map((leaf: Tensor) => leaf.cos(), params);
    closeTrees(jvp((p: Params) => layer(p, x), [params], [tangents])[1], 'jvp');
  });
  test('vjp', () => {
    const [, back] = vjp((p: Params) => layer(p, x), params);
    closeTrees(back({ y: wave([3, 2], 2, 0.1), mean: jnp.asarray(2) })[0], 'vjp');
  });
});
