/** Random layers with random inputs, for tests of their derivatives. */
import fc from 'fast-check';
import { jnp, nn, random, type Tensor, tree } from '../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: the modules of the table take different inputs.
type Any = any;
type AnyModule = { init(...args: Any[]): [unknown, nn.Params]; call(...args: Any[]): unknown };

/** What to differentiate: a function of a tree of float32 arrays. */
export interface Sample {
  readonly at: unknown;
  readonly run: (at: Any) => unknown;
}

/** The parameters away from 0 and 1, and inputs that are no kinks. */
function layer(seed: number, module: unknown, inputs: unknown[], options: object = {}): Sample {
  const { init, call } = module as AnyModule;
  const [, params] = init(random.PRNGKey(seed), ...inputs, options);
  return {
    at: [addNoise(params, seed, 0.3), inputs],
    run: ([p, xs]: [nn.Params, unknown[]]) => call(p, ...xs, options),
  };
}

/** Each tensor of the tree with normal noise added. */
export function addNoise<T>(values: T, seed: number, scale: number): T {
  const [leaves, structure] = tree.flatten(values) as [Tensor[], Any];
  const noise = (shape: number[], i: number) => random.normal(random.foldIn(random.PRNGKey(seed + 1), i), shape);
  return tree.unflatten(
    structure,
    leaves.map((leaf, i) => leaf.add(noise(leaf.shape, i).mul(scale))),
  ) as T;
}

/** Values up to about 2 that are at least 0.1 apart, so that no maximum changes. */
function values(seed: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const order = random.permutation(random.PRNGKey(seed), size) as Tensor;
  return jnp.reshape(
    order
      .cast('float32')
      .sub(size / 2)
      .mul(Math.max(0.1, 4 / size)),
    shape,
  );
}

const seed = fc.nat(10_000);
const size = (min: number, max: number) => fc.integer({ min, max });
const padding = fc.constantFrom('SAME', 'VALID');
const sizes = (count: number, min: number, max: number) =>
  fc.tuple(...Array.from({ length: count }, () => size(min, max)));
const spatialRank = fc.constantFrom(1, 2, 3);

export const samples: Record<string, fc.Arbitrary<Sample>> = {
  Dense: fc
    .record({ seed, batch: size(1, 3), inputs: size(1, 4), features: size(1, 4), bias: fc.boolean() })
    .map(({ seed, batch, inputs, ...options }) => layer(seed, nn.Dense, [values(seed, [batch, inputs])], options)),

  DenseGeneral: fc
    .record({
      seed,
      shape: sizes(4, 1, 3),
      features: fc.array(size(1, 3), { minLength: 1, maxLength: 2 }),
      axis: fc.constantFrom([-1], [1], [1, 3], [3, 2]),
      batchDims: fc.constantFrom([], [0]),
    })
    .map(({ seed, shape, ...options }) => layer(seed, nn.DenseGeneral, [values(seed, shape)], options)),

  Conv: fc
    .record({
      seed,
      rank: spatialRank,
      groups: size(1, 2),
      window: size(1, 3),
      stride: size(1, 2),
      dilation: size(1, 2),
      padding,
    })
    .map(({ seed, rank, groups, window, stride, dilation, padding }) =>
      layer(seed, nn.Conv, [values(seed, [2, ...Array(rank).fill(5), 2])], {
        features: 2,
        kernelSize: Array(rank).fill(window),
        strides: Array(rank).fill(stride),
        kernelDilation: Array(rank).fill(dilation),
        featureGroupCount: groups,
        padding,
      }),
    ),

  'Conv with input dilation': fc
    .record({ seed, rank: spatialRank, dilation: size(2, 3), pads: sizes(2, 0, 2) })
    .map(({ seed, rank, dilation, pads }) =>
      layer(seed, nn.Conv, [values(seed, [1, ...Array(rank).fill(3), 2])], {
        features: 2,
        kernelSize: Array(rank).fill(2),
        inputDilation: Array(rank).fill(dilation),
        padding: Array(rank).fill(pads),
      }),
    ),

  ConvTranspose: fc
    .record({ seed, rank: spatialRank, window: size(1, 4), stride: size(1, 3), dilation: size(1, 2), padding })
    .map(({ seed, rank, window, stride, dilation, padding }) =>
      layer(seed, nn.ConvTranspose, [values(seed, [1, ...Array(rank).fill(3), 2])], {
        features: 2,
        kernelSize: Array(rank).fill(window),
        strides: Array(rank).fill(stride),
        kernelDilation: Array(rank).fill(dilation),
        padding,
      }),
    ),

  Embed: fc.record({ seed, count: size(1, 5), features: size(1, 4) }).map(({ seed, count, features }) => {
    const ids = random.randint(random.PRNGKey(seed), [2, 3], 0, count);
    const options = { numEmbeddings: count, features };
    const [, params] = nn.Embed.init(random.PRNGKey(seed), ids, options);
    return { at: params, run: (p: nn.Params) => nn.Embed.call(p, ids, options) };
  }),

  'Embed.attend': fc.record({ seed, count: size(1, 5), features: size(1, 4) }).map(({ seed, count, features }) => ({
    at: [{ embedding: values(seed, [count, features]) }, values(seed + 1, [2, 3, features])],
    run: ([p, query]: [nn.Params, Tensor]) => nn.Embed.attend(p, query),
  })),

  ...Object.fromEntries(
    (['LSTMCell', 'OptimizedLSTMCell', 'GRUCell'] as const).map((name) => [
      name,
      fc.record({ seed, batch: size(1, 3), inputs: size(1, 3), features: size(1, 3) }).map((s) => {
        const start = (i: number) => values(s.seed + i, [s.batch, s.features]);
        const carry = name === 'GRUCell' ? start(1) : [start(1), start(2)];
        return layer(s.seed, nn[name], [carry, values(s.seed, [s.batch, s.inputs])]);
      }),
    ]),
  ),

  ConvLSTM: fc.record({ seed, features: size(1, 2), window: size(1, 3) }).map(({ seed, features, window }) => {
    const carry = [1, 2].map((i) => values(seed + i, [1, 3, 4, features]));
    const options = { features, kernelSize: [window, 2] };
    return layer(seed, nn.ConvLSTM, [carry, values(seed, [1, 3, 4, 2])], options);
  }),

  LayerNorm: fc
    .record({ seed, batch: size(1, 3), features: size(4, 8), bias: fc.boolean(), scale: fc.boolean() })
    .map(({ seed, batch, features, ...options }) =>
      layer(seed, nn.LayerNorm, [values(seed, [batch, features])], options),
    ),

  GroupNorm: fc
    .record({ seed, batch: size(1, 2), numGroups: size(1, 3), perGroup: size(1, 3) })
    .map(({ seed, batch, numGroups, perGroup }) =>
      layer(seed, nn.GroupNorm, [values(seed, [batch, 3, 2, numGroups * perGroup])], { numGroups }),
    ),

  BatchNorm: fc
    .record({ seed, shape: sizes(3, 2, 4), axis: fc.constantFrom(-1, 0, 1, [0, 2]) })
    .map(({ seed, shape, ...options }) => layer(seed, nn.BatchNorm, [values(seed, shape)], options)),

  SelfAttention: fc
    .record({ seed, length: size(1, 4), numHeads: size(1, 2), causalMask: fc.boolean() })
    .map(({ seed, length, ...options }) => layer(seed, nn.SelfAttention, [values(seed, [1, length, 4])], options)),

  dropout: fc.record({ seed, rate: fc.constantFrom(0, 0.25, 0.9, 1) }).map(({ seed, rate }) => ({
    at: values(seed, [4, 5]),
    run: (x: Tensor) => nn.dropout(x, rate, { rng: random.PRNGKey(seed) }),
  })),

  ...Object.fromEntries(
    (['maxPool', 'avgPool'] as const).map((name) => [
      name,
      fc.record({ seed, rank: size(1, 4), window: size(1, 3), stride: size(1, 2), padding }).map((s) => ({
        at: values(s.seed, [1, ...Array(s.rank).fill(s.rank === 4 ? 3 : 4), 2]),
        run: (x: Tensor) =>
          nn[name](x, Array(s.rank).fill(s.window), {
            strides: Array(s.rank).fill(s.stride),
            padding: s.padding as 'SAME',
          }),
      })),
    ]),
  ),
};

/** Weighted differently everywhere, so that no two errors cancel. */
export function lossOf(output: unknown): Tensor {
  const parts = (tree.leaves(output) as Tensor[]).map((y) =>
    y.mul(jnp.reshape(jnp.cos(jnp.arange(y.size).cast('float32')), y.shape)).sum(),
  );
  return parts.reduce((sum, part) => sum.add(part));
}
