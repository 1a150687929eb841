import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runPrimitive } from '../../runtime/src/bindings/randomKernels';
import { config, jnp, random, type Tensor } from '../../runtime/src/index';
import { foldInStr } from '../../runtime/src/random/key';
import { expectClose, golden, type Tolerance } from './golden';

type Key = [number, number];
interface Sampled {
  key: Key;
  args: Record<string, unknown>;
  out: unknown;
}
type Sampler = 'bits' | 'uniform' | 'normal' | 'truncated_normal' | 'randint' | 'bernoulli' | 'gumbel' | 'exponential';
type LaterSampler = 'laplace' | 'logistic' | 'cauchy' | 'rademacher' | 'categorical' | 'choice' | 'permutation';
interface RandomData extends Record<Sampler | LaterSampler, Sampled[]> {
  prng_key: { seed: string; key: Key }[];
  threefry2x32: { key: Key; count: Key; out: Key }[];
  split: { key: Key; num: number; out: Key[] }[];
  fold_in: { key: Key; data: number; out: Key }[];
  fold_in_str: { key: Key; name: string; out: Key }[];
  normal_10000_moments: {
    key: Key;
    mean: number;
    std: number;
    min: number;
    max: number;
    first4: number[];
    last4: number[];
  };
}

const words = (key: Key): Tensor => jnp.asarray(Int32Array.from(key), 'int32');
const uint32 = (data: unknown, ...shape: number[]) => ({ dtype: 'uint32', shape, data });

/** The numbers of one call of a sampler, as its golden entry names them. */
interface Args {
  shape: number[];
  dtype?: never;
  minval?: number | number[];
  maxval?: number | number[];
  lower: number;
  upper: number;
  p: number | number[];
  x: number | number[];
  a: number | number[];
  axis?: number;
  independent?: boolean;
  replace?: boolean;
  logits: number[];
}
const bound = (value: number | number[] | undefined) => (Array.isArray(value) ? jnp.asarray(value) : value);
const integers = (x: number | number[]) => (Array.isArray(x) && Array.isArray(x[0]) ? jnp.asarray(x, 'int32') : x);

const SAMPLERS: Record<Sampler | LaterSampler, (key: Tensor, args: Args) => Tensor> = {
  bits: (key, { shape, dtype }) => random.bits(key, shape, dtype),
  uniform: (key, { shape, dtype, minval, maxval }) =>
    random.uniform(key, shape, { minval: bound(minval), maxval: bound(maxval), dtype }),
  normal: (key, { shape, dtype }) => random.normal(key, shape, dtype),
  truncated_normal: (key, { shape, lower, upper }) => random.truncatedNormal(key, lower, upper, shape),
  randint: (key, { shape, minval, maxval, dtype }) => random.randint(key, shape, Number(minval), Number(maxval), dtype),
  bernoulli: (key, { p, shape }) => random.bernoulli(key, bound(p), shape),
  permutation: (key, { x, axis, independent }) => random.permutation(key, integers(x), { axis, independent }),
  gumbel: (key, { shape }) => random.gumbel(key, shape),
  exponential: (key, { shape }) => random.exponential(key, shape),
  laplace: (key, { shape }) => random.laplace(key, shape),
  logistic: (key, { shape }) => random.logistic(key, shape),
  cauchy: (key, { shape }) => random.cauchy(key, shape),
  rademacher: (key, { shape }) => random.rademacher(key, shape),
  categorical: (key, { logits, axis, shape }) => random.categorical(key, logits, { axis, shape }),
  choice: (key, { a, shape, replace, p }) => random.choice(key, a, shape, { replace, p: p as number[] }),
};

/** JAX's own numbers, to the bit: the acceptance asks for less where values are computed (1 ulp, or 1e-6). */
const EXACTLY: Tolerance = {};

describe.each([
  { part: 1, partitionable: true },
  { part: 0, partitionable: false },
])('with jax_threefry_partitionable $partitionable', ({ part, partitionable }) => {
  const data = golden<RandomData>(`random.part${part}.json`);

  beforeEach(() => config.update('jax_threefry_partitionable', partitionable));
  afterEach(() => config.update('jax_threefry_partitionable', true));

  test('nothing of the data is left out', () => {
    const others = ['meta', 'prng_key', 'threefry2x32', 'split', 'fold_in', 'fold_in_str', 'normal_10000_moments'];
    expect(Object.keys(data).sort()).toEqual([...others, ...Object.keys(SAMPLERS)].sort());
  });

  test('PRNGKey makes the keys of JAX from any seed', () => {
    for (const { seed, key } of data.prng_key) {
      expectClose(random.PRNGKey(BigInt(seed)), uint32(key, 2));
      if (Number.isSafeInteger(Number(seed))) expectClose(random.PRNGKey(Number(seed)), uint32(key, 2));
    }
  });

  test('the hash is Threefry 2x32', () => {
    for (const { key, count, out } of data.threefry2x32) {
      expectClose(runPrimitive('DistaffThreefry2x32', { key: words(key), count: words(count) }), uint32(out, 2));
    }
  });

  test('split makes the keys of JAX', () => {
    for (const { key, num, out } of data.split) expectClose(random.split(words(key), num), uint32(out, num, 2));
  });

  test('foldIn folds numbers and tensors in as JAX does', () => {
    for (const { key, data: folded, out } of data.fold_in) {
      expectClose(random.foldIn(words(key), folded), uint32(out, 2));
      expectClose(random.foldIn(words(key), jnp.asarray(Int32Array.of(folded)).reshape([])), uint32(out, 2));
    }
  });

  test('foldInStr folds names in as Flax does', () => {
    for (const { key, name, out } of data.fold_in_str) expectClose(foldInStr(words(key), name), uint32(out, 2));
  });

  test.each(Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[])('%s draws what JAX draws', (fn) => {
    const cases = data[fn].filter(({ out }) => out !== undefined);
    expect(cases.length).toBeGreaterThan(0);
    for (const { key, args, out } of cases) {
      expectClose(SAMPLERS[fn](words(key), args as unknown as Args), out, EXACTLY);
    }
  });

  test('a permutation that takes two rounds of sorting is the one of JAX', () => {
    const long = data.permutation.filter(({ out }) => out === undefined);
    expect(long.length).toBe(2);
    for (const entry of long) {
      const { key, first8, last8, weighted_sum } = entry as unknown as {
        key: Key;
        first8: number[];
        last8: number[];
        weighted_sum: number;
      };
      const values = [...random.permutation(words(key), 2000).dataSync()];
      expect(values.slice(0, 8)).toEqual(first8);
      expect(values.slice(-8)).toEqual(last8);
      expect(values.reduce((sum, value, i) => sum + value * (i + 1), 0)).toBe(weighted_sum);
    }
  });

  test('10000 normal values have the mean and spread of those that JAX draws', () => {
    const { key, mean, std, min, max, first4, last4 } = data.normal_10000_moments;
    const values = [...random.normal(words(key), [10000]).dataSync()];
    const average = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / values.length;
    expect(average).toBeCloseTo(mean, 12);
    expect(Math.sqrt(variance)).toBeCloseTo(std, 12);
    expect([Math.min(...values), Math.max(...values)]).toEqual([min, max]);
    expectClose(values.slice(0, 4), first4);
    expectClose(values.slice(-4), last4);
  });
});
