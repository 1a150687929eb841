/** Random programs: chains of ops that hold for any shapes and keep values where functions are smooth. */
import fc from 'fast-check';
import {
  checkpoint,
  customJvp,
  customVjp,
  grad,
  jit,
  jnp,
  jvp,
  lax,
  nn,
  ops,
  random,
  type Tensor,
  vjp,
  vmap,
} from '../../../runtime/src/index';
import { tf } from '../tfjs';

/** One step takes its operands from what there is; its numbers choose among what the operands allow. */
export interface Step {
  readonly op: string;
  readonly operand: number;
  readonly other: number;
  readonly choice: number;
}

/** A function of float tensors of some shapes. */
export interface Program {
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}

type Op = (x: Tensor, y: Tensor, choice: number) => Tensor;

const axisOf = ({ rank }: Tensor, choice: number) => choice % rank;
const rest = ({ rank }: Tensor, axis: number) => [...Array(rank).keys()].filter((other) => other !== axis);
/** From 0 to 2, whatever x is. */
const bounded = (x: Tensor) => x.tanh().add(1) as Tensor;
/** Above 1. */
const above = (x: Tensor) => x.square().add(1) as Tensor;

/** y where it broadcasts with x; else its mean. */
function fitting(x: Tensor, y: Tensor): Tensor {
  const [small, large] = x.rank < y.rank ? [x, y] : [y, x];
  const fits = small.shape.every((size, i) => {
    const other = large.shape[large.rank - small.rank + i];
    return size === other || size === 1 || other === 1;
  });
  return fits ? y : (y.mean() as Tensor);
}

const vector = (x: Tensor) => (x.rank === 0 ? x.expandDims(0) : x) as Tensor;
const matrix = (x: Tensor) => x.reshape(x.rank < 2 ? [1, -1] : [-1, x.shape.at(-1) as number]) as Tensor;
const image = (x: Tensor) => matrix(x).expandDims(0).expandDims(-1) as Tensor;
const numbers = (shape: number[], seed: number) => random.normal(random.PRNGKey(seed), shape).mul(0.5) as Tensor;

/** Its rule is not its gradient. */
const halved = customVjp((v: Tensor) => v.sin() as Tensor);
halved.defvjp(
  (v: Tensor) => [v.sin() as Tensor, v],
  (v: Tensor, dy: Tensor) => [dy.mul(v.cos()).mul(0.5) as Tensor],
);

const product = customJvp((a: Tensor, b: Tensor) => a.mul(b).tanh() as Tensor);
product.defjvp(([a, b]: [Tensor, Tensor], [da, db]: [Tensor, Tensor]) => {
  const out = a.mul(b).tanh() as Tensor;
  return [out, da.mul(b).add(db.mul(a)).mul(out.square().neg().add(1)) as Tensor];
});

const unary: Record<string, (x: Tensor) => Tensor> = {
  tanh: (x) => x.tanh(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  exp: (x) => bounded(x).exp(),
  log: (x) => above(x).log(),
  sqrt: (x) => above(x).sqrt(),
  rsqrt: (x) => above(x).rsqrt(),
  reciprocal: (x) => above(x).reciprocal(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  erf: (x) => x.erf(),
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  square: (x) => bounded(x).square(),
  cube: (x) => bounded(x).pow(3),
  relu: (x) => x.relu(),
  elu: (x) => x.elu(),
  leakyRelu: (x) => x.leakyRelu(0.1),
  gelu: (x) => nn.gelu(x),
  swish: (x) => nn.swish(x),
  log1p: (x) => x.square().log1p(),
  expm1: (x) => bounded(x).expm1(),
  atan: (x) => x.atan(),
  clip: (x) => jnp.clip(x, -0.7, 0.8),
  lgamma: (x) => lax.lgamma(above(x)),
  copy: (x) => x.clone(),
  stopped: (x) => x.add(lax.stopGradient(x.sin())),
};

const binary: Record<string, Op> = {
  add: (x, y) => x.add(fitting(x, y)),
  sub: (x, y) => fitting(x, y).sub(x),
  mul: (x, y) => x.mul(fitting(x, y)).tanh(),
  div: (x, y) => x.div(above(fitting(x, y))),
  pow: (x, y) => above(x).pow(fitting(x, y).tanh()),
  maximum: (x, y) => x.maximum(fitting(x, y)),
  minimum: (x, y) => x.minimum(fitting(x, y)),
  atan2: (x, y) => x.atan2(above(fitting(x, y))),
  where: (x, y) => tf.where(x.greater(0.1), x.mul(2), fitting(x, y).mean().add(x)) as Tensor,
  squaredDifference: (x, y) => x.squaredDifference(fitting(x, y)).tanh(),
  dense: (x, _, choice) => jnp.dot(vector(x), numbers([vector(x).shape.at(-1) as number, 1 + (choice % 3)], choice)),
  matmul: (x, y) => {
    const [a, b] = [matrix(x), matrix(y)];
    return (a.shape[1] === b.shape[0] ? a.matMul(b) : a.matMul(a, false, true)).tanh();
  },
  einsum: (x) => jnp.einsum('ij,kj->ik', matrix(x), matrix(x)).mul(0.3),
  outer: (x, y) => jnp.outer(x.flatten().slice(0, Math.min(3, x.size)), y.flatten().slice(0, Math.min(3, y.size))),
};

const reductions: Record<string, Op> = {
  sum: (x, _, choice) =>
    vector(x)
      .sum(axisOf(vector(x), choice), choice % 2 === 0)
      .tanh(),
  mean: (x, _, choice) => vector(x).mean(axisOf(vector(x), choice), choice % 2 === 0),
  max: (x, _, choice) => vector(x).max(axisOf(vector(x), choice), choice % 2 === 0),
  min: (x, _, choice) => vector(x).min(axisOf(vector(x), choice), choice % 2 === 0),
  prod: (x, _, choice) =>
    vector(bounded(x))
      .prod(axisOf(vector(x), choice))
      .tanh(),
  logSumExp: (x, _, choice) => vector(x).logSumExp(axisOf(vector(x), choice)),
  variance: (x, _, choice) => jnp.var(vector(x), axisOf(vector(x), choice)),
  norm: (x) => above(x).norm(),
  cumsum: (x, _, choice) =>
    vector(x)
      .cumsum(axisOf(vector(x), choice), choice % 2 === 0)
      .tanh(),
  softmax: (x) => vector(x).softmax(),
  logSoftmax: (x) => vector(x).logSoftmax(),
  largest: (x) => tf.gather(x.flatten(), x.flatten().argMax()) as Tensor,
  oneHot: (x) => x.flatten().add(tf.oneHot(x.flatten().argMax(), Math.max(2, x.size)).slice(0, x.size)) as Tensor,
};

const shapes: Record<string, Op> = {
  flatten: (x) => x.flatten(),
  transpose: (x, _, choice) => x.transpose(x.rank < 2 ? undefined : [axisOf(x, choice), ...rest(x, axisOf(x, choice))]),
  expandDims: (x, _, choice) => x.expandDims(choice % (x.rank + 1)),
  squeeze: (x) => x.squeeze(),
  concat: (x, _, choice) => tf.concat([vector(x), vector(x).sin()], axisOf(vector(x), choice)),
  stack: (x, _, choice) => tf.stack([x, x.cos()], choice % (x.rank + 1)),
  slice: (x, _, choice) => {
    const v = vector(x);
    const begin = v.shape.map((size) => choice % size);
    return v.slice(
      begin,
      v.shape.map((size, i) => Math.max(1, Math.floor((size - (begin[i] as number)) / 2))),
    );
  },
  stridedSlice: (x) => vector(x).stridedSlice([0], [vector(x).shape[0] as number], [2]),
  unstack: (x, _, choice) => tf.unstack(vector(x), axisOf(vector(x), choice))[0] as Tensor,
  gather: (x, _, choice) => {
    const axis = axisOf(vector(x), choice);
    const size = vector(x).shape[axis] as number;
    return tf.gather(vector(x), tf.tensor1d([choice % size, 0, size - 1], 'int32'), axis);
  },
  place: (x) =>
    tf.gather(
      vector(x),
      vector(x)
        .reshape([vector(x).shape[0] as number, -1])
        .mean(1)
        .argMax(),
    ) as Tensor,
  dynamicSlice: (x) => lax.dynamicSliceInDim(x.flatten(), x.flatten().argMin(), Math.ceil(x.size / 2)),
  dynamicUpdate: (x, y) => lax.dynamicUpdateIndexInDim(x.flatten(), y.mean(), x.flatten().argMax(), 0),
  indexAdd: (x, y) => ops.indexAdd(x.flatten(), 0, y.mean()),
  pad: (x, _, choice) =>
    vector(x).pad(vector(x).shape.map((_size, i) => [i === 0 ? choice % 2 : 0, 1] as [number, number])),
  reverse: (x, _, choice) => vector(x).reverse(axisOf(vector(x), choice)),
  tile: (x) => vector(x).tile([2, ...rest(vector(x), 0).map(() => 1)]),
  sort: (x) => jnp.sort(vector(x), -1),
  topk: (x) => lax.topK(vector(x), 1)[0],
  roll: (x, _, choice) => jnp.roll(vector(x), 1, axisOf(vector(x), choice)),
  conv: (x, _, choice) => tf.conv2d(image(x) as never, numbers([2, 2, 1, 2], choice) as never, 1, 'same') as Tensor,
  depthwise: (x, _, choice) =>
    tf.depthwiseConv2d(image(x) as never, numbers([2, 1, 1, 2], choice) as never, 1, 'same') as Tensor,
  maxPool: (x) => tf.maxPool(image(x) as never, 2, 1, 'same') as Tensor,
  avgPool: (x) => tf.avgPool(image(x) as never, 2, 1, 'same') as Tensor,
  resize: (x) => tf.image.resizeBilinear(image(x) as never, [3, 2]) as Tensor,
};

const control: Record<string, Op> = {
  scan: (x, y) => {
    const by = y.mean();
    const [last, all] = lax.scan(
      (carry: Tensor, row: Tensor) => {
        const next = carry.mul(0.5).add(row.mul(by)).tanh() as Tensor;
        return [next, next.mul(carry) as Tensor];
      },
      vector(x).mean(0) as Tensor,
      vector(x),
    );
    return all.add(last);
  },
  foriLoop: (x, y) => lax.foriLoop(0, 3, (i, value: Tensor) => value.sin().add(y.mean().mul(i as never)) as Tensor, x),
  cond: (x, y) =>
    lax.cond(
      x.mean().greater(y.mean()) as Tensor,
      (v: Tensor) => v.mul(2) as Tensor,
      (v: Tensor) => v.sin().add(y.mean()) as Tensor,
      x,
    ),
  switch: (x, y) => {
    const branches = [(v: Tensor) => v.sin(), (v: Tensor) => v.mul(y.mean()), (v: Tensor) => v.tanh()];
    return lax.switch(x.flatten().argMax() as Tensor, branches, x) as Tensor;
  },
  map: (x) => lax.map((row: Tensor) => row.sum().mul(row).tanh() as Tensor, vector(x)),
  jit: (x, y) => jit((a: Tensor, b: Tensor) => a.mul(b.mean()).sin() as Tensor)(x, y),
  vmap: (x, y) => vmap((row: Tensor) => row.mul(y.mean()).add(row.mean()).tanh() as Tensor)(vector(x)),
  grad: (x, y) => grad((v: Tensor) => v.mul(y.mean()).sin().mul(v).sum() as Tensor)(x),
  innerScan: (x, y) => {
    const step = (carry: Tensor, row: Tensor): [Tensor, Tensor] => {
      const [inner] = lax.scan(
        (c: Tensor, r: Tensor) => [c.mul(r).add(y.mean()).tanh() as Tensor, c],
        carry,
        row.flatten(),
        { reverse: true },
      );
      return [inner, inner.mul(row.mean()) as Tensor];
    };
    return lax.scan(step, y.mean() as Tensor, vector(x))[1];
  },
  branchInLoop: (x, y, choice) =>
    lax.foriLoop(
      0,
      1 + (choice % 3),
      (_, v: Tensor) =>
        lax.cond(
          v.mean().greater(0) as Tensor,
          () => v.sub(y.mean()) as Tensor,
          () => v,
        ),
      x,
    ),
  loopInVmap: (x, y) =>
    vmap((row: Tensor) => lax.foriLoop(0, 2, (_, v: Tensor) => v.mul(y.mean()).add(row).sin() as Tensor, row))(
      vector(x),
    ),
  branchInVmap: (x, y) =>
    vmap((row: Tensor) =>
      lax.cond(
        row.mean().greater(0.1) as Tensor,
        () => row.mul(y.mean()) as Tensor,
        () => row.sin() as Tensor,
      ),
    )(vector(x)),
  gradInScan: (x, y) =>
    lax.scan(
      (carry: Tensor, row: Tensor) => {
        const slope = grad((v: Tensor) => v.mul(carry).sin().mul(y.mean()).sum() as Tensor)(row);
        return [carry.add(slope.mean()).tanh() as Tensor, slope];
      },
      y.mean() as Tensor,
      vector(x),
    )[1],
  jitInScan: (x, y) => {
    const inner = jit((a: Tensor, b: Tensor) => a.mul(b).tanh() as Tensor);
    return lax.scan((c: Tensor, row: Tensor) => [inner(c, row.mean() as Tensor), c], y.mean() as Tensor, vector(x))[1];
  },
  checkpoint: (x, y) => checkpoint((a: Tensor, b: Tensor) => a.sin().mul(b.mean()).tanh() as Tensor)(x, y),
  customVjp: (x) => halved(x),
  customJvp: (x, y) => product(x, y.mean() as Tensor),
  jvp: (x, y) => jvp((v: Tensor) => v.sin().mul(y.mean()) as Tensor, [x], [x.cos()])[1] as Tensor,
  vjp: (x, y) => {
    const [out, back] = vjp((v: Tensor) => v.mul(y.mean()).tanh() as Tensor, x);
    return (back(out) as [Tensor])[0];
  },
  noise: (x, _, choice) => x.add(random.normal(random.foldIn(random.PRNGKey(1), choice), x.shape)),
  dropped: (x, _, choice) => tf.where(random.bernoulli(random.PRNGKey(choice), 0.5, x.shape), x, x.mul(0.1)) as Tensor,
  layerNorm: (x) =>
    vector(x)
      .sub(vector(x).mean(-1, true))
      .div(jnp.var(vector(x), -1, { keepdims: true }).add(0.5).sqrt()),
};

export const OPS: Readonly<Record<string, Op>> = { ...unary, ...binary, ...reductions, ...shapes, ...control };

/** More elements than these become means. */
const LARGEST = 120;
const HIGHEST_RANK = 4;

/** What the program computes: the last values, so that all of them count. */
export function run({ steps }: Program, inputs: readonly Tensor[]): Tensor[] {
  const values = [...inputs];
  for (const { op, operand, other, choice } of steps) {
    // Later values are taken more often: the program is a chain.
    const pick = (number: number) => values[Math.max(0, values.length - 1 - (number % 4))] as Tensor;
    let made = (OPS[op] as Op)(pick(operand), pick(other), choice);
    while (made.size > LARGEST || made.rank > HIGHEST_RANK) made = made.mean(0);
    values.push(made);
  }
  return values.slice(-2);
}

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom(...Object.keys(OPS)),
  operand: fc.nat(3),
  other: fc.nat(3),
  choice: fc.nat(11),
});

export const program: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
});
