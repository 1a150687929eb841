/** Attention: masks, gradients, decoding, shapes and errors. What it computes is compared with Flax in test/parity. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withSizeNames } from '../../runtime/src/bindings/stack';
import { evalShape, grad, jnp, nn, random, serialization, type Tensor, tree } from '../../runtime/src/index';
import { formatTensor } from '../../runtime/src/transforms/shapeDtypeStruct';

const key = (seed = 0) => random.PRNGKey(seed);
const normal = (seed: number, shape: number[]) => random.normal(key(seed), shape);
const valuesOf = (x: unknown) => tree.leaves(x).map((leaf) => [...(leaf as Tensor).dataSync()]);

function expectEqual(actual: Tensor, expected: Tensor, within = 1e-5): void {
  expect(actual.shape).toEqual(expected.shape);
  const furthest = jnp.max(jnp.abs(actual.sub(expected))).dataSync()[0];
  expect(furthest).toBeLessThan(within);
}

describe('gradients agree with finite differences', () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 2 }),
    queries: fc.integer({ min: 1, max: 4 }),
    keys: fc.integer({ min: 1, max: 4 }),
    heads: fc.integer({ min: 1, max: 2 }),
    depth: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1000),
  });

  test('for queries, keys, values and bias', () => {
    const property = fc.property(sizes, ({ batch, queries, keys, heads, depth, channels, seed }) => {
      const shapes = [
        [batch, queries, heads, depth],
        [batch, keys, heads, depth],
        [batch, keys, heads, channels],
        [batch, heads, queries, keys],
        [batch, queries, heads, channels],
      ];
      const [q, k, v, bias, factors] = shapes.map((shape, i) => normal(seed + i, shape)) as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const loss = (...[q, k, v, bias]: Tensor[]) =>
        nn
          .dotProductAttention(q as Tensor, k as Tensor, v as Tensor, { bias })
          .mul(factors)
          .sum();
      const at = [q, k, v, bias];
      const gradients: Tensor[] = grad(loss, { argnums: [0, 1, 2, 3] })(...at);
      const directions = at.map((x, i) => normal(seed + 10 + i, x.shape));
      const step = 1e-2;
      const moved = (by: number) =>
        loss(...at.map((x, i) => x.add((directions[i] as Tensor).mul(by)))).dataSync()[0] as number;
      const measured = (moved(step) - moved(-step)) / (2 * step);
      const derived = gradients
        .map(
          (gradient, i) =>
            gradient
              .mul(directions[i] as Tensor)
              .sum()
              .dataSync()[0] as number,
        )
        .reduce((sum, term) => sum + term, 0);
      expect(Math.abs(measured - derived)).toBeLessThan(2e-2 * Math.max(1, Math.abs(derived)));
    });
    fc.assert(property, { numRuns: 40 });
  });
});

describe('what a mask hides changes nothing:', () => {
  /** Which of `length` positions are there; the first always is. */
  const present = (length: number) =>
    fc.array(fc.boolean(), { minLength: length - 1, maxLength: length - 1 }).map((rest) => [true, ...rest]);

  test('padding, in self-attention', () => {
    const property = fc.property(present(5), fc.nat(100), fc.constantFrom('2d', '3d'), (mask, seed, rank) => {
      const attend = nn.SelfAttention.partial({ numHeads: 2 });
      const x = normal(seed, [1, 5, 4]);
      const there = jnp.reshape(jnp.asarray(mask, 'float32'), [1, 5, 1]);
      const paddingMask = rank === '3d' ? there : there.reshape([1, 5]).cast('bool');
      const [, params] = attend.init(key(), x);
      const run = (input: Tensor) => attend.call(params, input, { paddingMask }).mul(there);
      const noise = normal(seed + 1, [1, 5, 4])
        .mul(jnp.subtract(1, there))
        .mul(10);
      expectEqual(run(x.add(noise)), run(x));
    });
    fc.assert(property, { numRuns: 20 });
  });

  test('padding of keys, in attention to other inputs; the queries may be padded too', () => {
    const property = fc.property(present(4), fc.nat(100), fc.boolean(), (mask, seed, both) => {
      const attend = nn.MultiHeadDotProductAttention.partial({ numHeads: 1 });
      const [q, kv] = [normal(seed, [1, 3, 4]), normal(seed + 1, [1, 4, 4])];
      const there = jnp.reshape(jnp.asarray(mask, 'float32'), [1, 4, 1]);
      const [, params] = attend.init(key(), q, kv);
      const options = { keyPaddingMask: there, paddingMask: both ? jnp.ones([1, 3]) : undefined };
      const noise = normal(seed + 2, [1, 4, 4])
        .mul(jnp.subtract(1, there))
        .mul(10);
      const run = (input: Tensor) => attend.call(params, q, input, options);
      expectEqual(run(kv.add(noise)), run(kv));
      // Without the hidden positions it is the same, too.
      const kept = mask.flatMap((is, i) => (is ? [i] : []));
      expectEqual(attend.call(params, q, jnp.take(kv, kept, 1)), run(kv));
    });
    fc.assert(property, { numRuns: 20 });
  });

  test('later positions, under a causal mask', () => {
    const property = fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(100), (seen, seed) => {
      const attend = nn.SelfAttention.partial({ numHeads: 2, causalMask: true });
      const x = normal(seed, [2, 6, 4]);
      const [, params] = attend.init(key(), x);
      const before = x.slice([0, 0], [2, seen]);
      const changed = jnp.concatenate([before, normal(seed + 1, [2, 6 - seen, 4])], 1);
      const run = (input: Tensor) => attend.call(params, input).slice([0, 0], [2, seen]);
      expectEqual(run(changed), run(x));
      expectEqual(run(before), run(x));
    });
    fc.assert(property, { numRuns: 20 });
  });

  test('other sequences in the same row', () => {
    const attend = nn.SelfAttention.partial({ numHeads: 2 });
    const [a, b] = [normal(1, [1, 3, 4]), normal(2, [1, 2, 4])];
    const [, params] = attend.init(key(), a);
    const packed = attend.call(params, jnp.concatenate([a, b], 1), {
      segmentation: jnp.asarray([[1, 1, 1, 2, 2]], 'int32'),
    });
    expectEqual(packed, jnp.concatenate([attend.call(params, a), attend.call(params, b)], 1));
  });

  test('padding in images whose rows are attended over: each row has a mask of its own', () => {
    const attend = nn.SelfAttention.partial({ numHeads: 1, attentionAxis: 2 });
    const x = normal(1, [1, 2, 3, 4]);
    const [, params] = attend.init(key(), x);
    const paddingMask = jnp.asarray([
      [
        [1, 1, 0],
        [1, 1, 1],
      ],
    ]);
    const masked = attend.call(params, x, { paddingMask });
    const row = (y: Tensor, i: number, length: number) => y.slice([0, i], [1, 1, length]);
    expectEqual(row(masked, 0, 2), attend.call(params, row(x, 0, 2)));
    expectEqual(row(masked, 1, 3), attend.call(params, row(x, 1, 3)));
  });
});

test('gradients of gradients agree with finite differences, too', () => {
  const [q, k, v, direction] = [1, 2, 3, 4].map((seed) => normal(seed, [1, 3, 2, 2])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const loss = (x: Tensor) => nn.dotProductAttention(x, k, v).square().sum();
  const slope = (x: Tensor) => grad(loss)(x).mul(direction).sum();
  const derived = grad(slope)(q).mul(direction).sum();
  const step = 1e-2;
  const measured = slope(q.add(direction.mul(step)))
    .sub(slope(q.sub(direction.mul(step))))
    .div(2 * step);
  expectEqual(derived, measured, 1e-2);
});

test('self-attention is attention with nothing else to attend to, under the same automatic name', () => {
  const Net = nn.module(
    class Net extends nn.Module {
      apply(x: Tensor): Tensor {
        return nn.SelfAttention(x, { numHeads: 2 }).add(nn.MultiHeadDotProductAttention(x, null, { numHeads: 2 }));
      }
    },
  );
  const [, params] = Net.init(key(), jnp.ones([1, 3, 4]));
  expect(Object.keys(params)).toEqual(['MultiHeadDotProductAttention_0', 'MultiHeadDotProductAttention_1']);
  const x = normal(1, [1, 3, 4]);
  const [struct, same] = nn.MultiHeadDotProductAttention.initByShape(key(), [x.shape, null], { numHeads: 2 });
  expect(String(struct)).toBe('f32[1, 3, 4]');
  const attend = nn.MultiHeadDotProductAttention.partial({ numHeads: 2 });
  expectEqual(attend.call(same, x, null), attend.call(same, x, x));
  expectEqual(attend.call(same, x, null), nn.SelfAttention.call(same, x, { numHeads: 2 }));
});

test('the order of batch and attention axes does not matter', () => {
  const x = normal(3, [2, 3, 2, 4]);
  const [, params] = nn.SelfAttention.init(key(), x, { numHeads: 2 });
  const along = (axis: number, input: Tensor) =>
    nn.SelfAttention.call(params, input, { numHeads: 2, attentionAxis: [axis] });
  expectEqual(along(1, x), jnp.swapaxes(along(2, jnp.swapaxes(x, 1, 2)), 1, 2));
});

test('dropout takes its key from nn.stochastic, keeps the mean, and does nothing when deterministic', () => {
  const x = normal(1, [1, 4, 4]);
  const options = { numHeads: 1, dropoutRate: 0.5 };
  const [, params] = nn.SelfAttention.init(key(), x, { numHeads: 1 });
  const plain = nn.SelfAttention.call(params, x, { numHeads: 1 });
  const run = (seed: number) => nn.stochastic(key(seed), () => nn.SelfAttention.call(params, x, options));
  expect(valuesOf(run(1))).toEqual(valuesOf(run(1)));
  expect(valuesOf(run(1))).not.toEqual(valuesOf(run(2)));
  expect(valuesOf(nn.SelfAttention.call(params, x, { ...options, deterministic: true }))).toEqual(valuesOf(plain));
  const mean = jnp.mean(jnp.stack(Array.from({ length: 400 }, (_, i) => run(i))), 0);
  expectEqual(mean, plain, 0.25);
  expect(() => nn.SelfAttention.call(params, x, options)).toThrow(/inside nn\.stochastic only/);
  expect(
    () => run(1) && nn.stochastic(key(), () => nn.SelfAttention.call(params, x, { ...options, dropoutRate: 1 })),
  ).toThrow(/dropoutRate is below 1, got 1/);
});

describe('decoding with a cache', () => {
  const attend = nn.SelfAttention.partial({ numHeads: 2, causalMask: true });

  test('gives what the whole sequence gives, in a batch and over two axes', () => {
    const x = normal(5, [2, 2, 3, 4]);
    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) => attend.init(key(), x, { cache }));
    const whole = attend.call(params, x);
    let cache = shapes.initializeCache([2, 2, 3]);
    for (const [row, column] of [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ] as const) {
      const at = (y: Tensor) => y.slice([0, row, column], [2, 1, 1]);
      const [y, next] = cache.mutate((c) => attend.call(params, at(x), { cache: c }));
      expectEqual(y, at(whole));
      cache = next;
    }
  });

  test('gives what the whole sequence gives where the axes are attended over in another order', () => {
    const other = attend.partial({ attentionAxis: [2, 1] });
    const x = normal(5, [1, 2, 2, 4]);
    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) => other.init(key(), x, { cache }));
    const whole = other.call(params, x);
    let cache = shapes.initializeCache([1, 2, 2]);
    for (const [row, column] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      const at = (y: Tensor) => y.slice([0, row, column], [1, 1, 1]);
      const [y, next] = cache.mutate((c) => other.call(params, at(x), { cache: c }));
      expectEqual(y, at(whole));
      cache = next;
    }
  });

  test('notes shapes under initByShape and keeps what it had before when it goes on', () => {
    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) =>
      attend.initByShape(key(), [[1, 3, 4]], { cache }),
    );
    expect(valuesOf(params)).toEqual(valuesOf(attend.init(key(), jnp.ones([1, 3, 4]))[1]));
    const empty = shapes.initializeCache([1, 3]);
    const [, one] = empty.mutate((c) => attend.call(params, jnp.ones([1, 1, 4]), { cache: c }));
    const i = (cache: nn.attention.Cache) => (cache.get('/') as nn.attention.CacheEntry).i.dataSync()[0];
    expect([i(empty), i(one)]).toEqual([0, 1]);
    expect(one).toBeInstanceOf(nn.attention.Cache);
  });

  test('is saved and restored in the midst of it', () => {
    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) =>
      attend.init(key(), jnp.ones([1, 2, 4]), { cache }),
    );
    const step = (cache: nn.attention.Cache, seed: number) =>
      cache.mutate((c) => attend.call(params, normal(seed, [1, 1, 4]), { cache: c }));
    const empty = shapes.initializeCache([1, 2]);
    const [, half] = step(empty, 1);
    const restored = serialization.fromBytes(empty, serialization.toBytes(half));
    expect(restored).toBeInstanceOf(nn.attention.Cache);
    expectEqual(step(restored, 2)[0], step(half, 2)[0], 1e-7);
  });

  test('reads no value: a step has a shape where nothing is computed', () => {
    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) =>
      attend.init(key(), jnp.ones([2, 3, 4]), { cache }),
    );
    const cache = shapes.initializeCache([2, 8]);
    const [y, next] = evalShape(
      (x: Tensor, entries: typeof cache) => entries.mutate((c) => attend.call(params, x, { cache: c })),
      [2, 1, 4],
      cache as never,
    );
    expect(String(y)).toBe('f32[2, 1, 4]');
    expect(String((next.get('/') as nn.attention.CacheEntry).key)).toBe('f32[2, 8, 2, 2]');
  });

  test('says what it needs', () => {
    const x = jnp.ones([1, 3, 4]);
    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) => attend.init(key(), x, { cache }));
    const step = (cache: nn.attention.Cache, input: Tensor) =>
      cache.mutate((c) => attend.call(params, input, { cache: c }));
    expect(() => step(shapes, jnp.ones([1, 1, 4]))).toThrow(/not initialized: cache\.initializeCache/);
    expect(() => step(new nn.attention.Cache(), jnp.ones([1, 1, 4]))).toThrow(/not initialized/);
    expect(() => step(shapes.initializeCache([1, 3]), x)).toThrow(
      /one position at a time, f32\[1, 1, 4\], got f32\[1, 3, 4\]/,
    );
    expect(() => step(shapes.initializeCache([2, 3]), jnp.ones([1, 1, 4]))).toThrow(
      /f32\[2, 1, 4\], got f32\[1, 1, 4\]/,
    );
    expect(() => shapes.initializeCache([1, 3, 3])).toThrow(
      /2 here \(init saw keys f32\[1, 3, 2, 2\]\); got \[1, 3, 3\]/,
    );
    expect(() => shapes.initializeCache([1, 3]).initializeCache([1, 3])).toThrow(/initialized already/);
    expect(() => nn.SelfAttention.init(key(), x, { numHeads: 2, cache: shapes })).toThrow(/give causalMask: true/);
    expect(() => attend.init(key(), x, { cache: {} as nn.attention.Cache })).toThrow(/is an nn\.attention\.Cache/);
  });
});

test('named sizes stay named', () => {
  const names = new Map([
    [1063, 'B'],
    [1223, 'T'],
    [1847, 'S'],
  ]);
  withSizeNames(names, () => {
    const self = nn.SelfAttention.partial({ numHeads: 8, causalMask: true });
    expect(formatTensor(self.initByShape(key(), [[1063, 1223, 64]])[0])).toBe('f32[B, T, 64]');
    const cross = nn.MultiHeadDotProductAttention.partial({ numHeads: 8, outFeatures: 32 });
    const [y] = cross.initByShape(
      key(),
      [
        [1063, 1223, 64],
        [1063, 1847, 48],
      ],
      { qkvFeatures: 64 },
    );
    expect(formatTensor(y)).toBe('f32[B, T, 32]');
    expect(() =>
      cross.initByShape(key(), [
        [1063, 1223, 64],
        [1223, 1847, 48],
      ]),
    ).toThrow(/f32\[B, T, 8, 8\], f32\[T, S, 8, 8\]/);
  });
});

describe('masks:', () => {
  const { makeCausalMask, makePaddingMask } = nn.attention;

  test('a causal mask counts positions in row-major order', () => {
    expect(makeCausalMask(jnp.ones([2, 3, 1, 4])).arraySync()).toEqual([
      [
        [
          [1, 0, 0],
          [1, 1, 0],
          [1, 1, 1],
        ],
      ],
    ]);
    expect(makeCausalMask({ shape: [2, 2, 1, 4] }, { selfMask: true }).arraySync()).toEqual([
      [
        [
          [0, 0],
          [1, 0],
        ],
      ],
    ]);
    const plane = makeCausalMask({ shape: [1, 2, 2, 1, 4] });
    expect(plane.shape).toEqual([1, 1, 2, 2, 2, 2]);
    expect(plane.reshape([4, 4]).arraySync()).toEqual([
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ]);
    expect(makeCausalMask({ shape: [1, 3, 2, 1, 4] }, { attentionAxis: 2 }).shape).toEqual([1, 1, 1, 2, 2]);
  });

  test('a padding mask has a row for each query and a column for each key', () => {
    const mask = makePaddingMask(jnp.asarray([[1, 0]]), jnp.asarray([[1, 1, 0]]), [1, 2, 1, 4], [1, 3, 1, 4]);
    expect(mask.dtype).toBe('float32');
    expect(mask.arraySync()).toEqual([
      [
        [
          [1, 1, 0],
          [0, 0, 0],
        ],
      ],
    ]);
    const segments = jnp.asarray([[1, 2]], 'int32');
    const options = { segmentationMask: true };
    expect(makePaddingMask(segments, segments, [1, 2, 1, 4], [1, 2, 1, 4], options).arraySync()).toEqual([
      [
        [
          [1, 0],
          [0, 1],
        ],
      ],
    ]);
  });

  test('masks that fit nothing are refused', () => {
    expect(() => makePaddingMask(jnp.ones([1, 3]), jnp.ones([1, 3]), [1, 2, 1, 4], [1, 3, 1, 4])).toThrow(
      /mask of the query should be f32\[1, 2\], one number for each position, got f32\[1, 3\]/,
    );
    expect(() => makeCausalMask({ shape: [1, 3, 1, 4] }, { attentionAxis: 2 })).toThrow(
      /it is one of 1 to 1.*got \[2\]/,
    );
  });
});

describe('what does not fit is said:', () => {
  const x = () => jnp.ones([1, 3, 4]);

  test('heads', () => {
    expect(() => nn.SelfAttention.init(key(), x(), { numHeads: 3 })).toThrow(
      /numHeads should divide the 4 features.*got 3/,
    );
    expect(() => nn.SelfAttention.init(key(), x(), {} as nn.AttentionOptions)).toThrow(/numHeads.*got undefined/);
  });

  test('options that are not there', () => {
    const options = { numHeads: 2, numHead: 2 } as nn.AttentionOptions;
    expect(() => nn.SelfAttention.init(key(), x(), options)).toThrow(
      /SelfAttention\.apply has no option 'numHead'; it has numHeads/,
    );
    expect(() => nn.MultiHeadDotProductAttention.init(key(), x(), x(), options)).toThrow(/has no option 'numHead'/);
  });

  test('axes', () => {
    expect(() => nn.SelfAttention.init(key(), jnp.ones([3, 4]), { numHeads: 2 })).toThrow(
      /batch, positions and features, got f32\[3, 4\]/,
    );
    expect(() => nn.SelfAttention.init(key(), x(), { numHeads: 2, attentionAxis: [0] })).toThrow(
      /one of 1 to 1, each once; got \[0\]/,
    );
    expect(() => nn.SelfAttention.init(key(), x(), { numHeads: 2, attentionAxis: [1, 1] })).toThrow(
      /each once; got \[1, 1\]/,
    );
  });

  test('inputs and masks', () => {
    const cross = nn.MultiHeadDotProductAttention.partial({ numHeads: 2 });
    expect(() => cross.init(key(), x(), jnp.ones([2, 3, 4]))).toThrow(
      /query and key should differ in the attention axes only; the attention axes are 1\. Got f32\[1, 3, 2, 2\], f32\[2, 3, 2, 2\]/,
    );
    expect(() => cross.init(key(), x(), jnp.ones([1, 2, 4]), { segmentation: jnp.ones([1, 3]) })).toThrow(
      /needs both segmentation.*keySegmentation/,
    );
    expect(() =>
      nn.dotProductAttention(jnp.ones([1, 3, 1, 2]), jnp.ones([1, 2, 1, 2]), jnp.ones([1, 3, 1, 2])),
    ).toThrow(/key and value should differ in the last axis only/);
    const q = jnp.ones([1, 3, 1, 2]);
    expect(() => nn.dotProductAttention(q, q, q, { bias: jnp.ones([3, 2]) })).toThrow(
      /the bias f32\[3, 2\] does not broadcast to the attention weights f32\[1, 1, 3, 3\]/,
    );
  });
});
