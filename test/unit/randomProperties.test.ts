/** What is true of keys and samples whatever the seed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runPrimitive } from '../../runtime/src/bindings/randomKernels';
import { evalShape, grad, jnp, random, type Tensor } from '../../runtime/src/index';

const numbers = (x: Tensor) => [...x.dataSync()];
const text = (key: Tensor) => numbers(key).join();
const rows = (keys: Tensor): string[] => {
  const words = numbers(keys);
  return Array.from({ length: words.length / 2 }, (_, i) => words.slice(2 * i, 2 * i + 2).join());
};
const seeds = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
const distinct = (keys: readonly string[]) => expect(new Set(keys).size).toBe(keys.length);

describe('keys:', () => {
  test('those that one key splits into are all different, and different from it', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 300 }), (seed, count) => {
        const key = random.PRNGKey(seed);
        distinct([text(key), ...rows(random.split(key, count))]);
      }),
      { numRuns: 40 },
    );
  });

  test('no key repeats in a tree of splits and folds', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const all: string[] = [];
        let level = [random.PRNGKey(seed)];
        for (let depth = 0; depth < 4; depth++) {
          level = level.flatMap((key) => [
            ...([...random.split(key)] as Tensor[]),
            random.foldIn(key, 17 + depth),
            random.foldInStr(key, 'kernel'),
          ]);
          all.push(...level.map(text));
        }
        distinct(all);
      }),
      { numRuns: 10 },
    );
  });

  test('foldIn gives another key for other data and the same for the same', () => {
    fc.assert(
      fc.property(seeds, fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 50 }), (seed, data) => {
        const key = random.PRNGKey(seed);
        const folded = data.map((value) => text(random.foldIn(key, value)));
        distinct([text(key), ...folded]);
        expect(data.map((value) => text(random.foldIn(key, value)))).toEqual(folded);
      }),
      { numRuns: 40 },
    );
  });

  test('what is drawn from split and folded keys is independent: uncorrelated', () => {
    const size = 4000;
    fc.assert(
      fc.property(seeds, (seed) => {
        const key = random.PRNGKey(seed);
        const [left, right] = [...random.split(key)] as [Tensor, Tensor];
        const samples = [key, left, right, random.foldIn(key, 2), random.foldIn(key, 3)].map((k) =>
          numbers(random.normal(k, [size])),
        );
        samples.forEach((a, i) => {
          for (const b of samples.slice(i + 1)) {
            const correlation = a.reduce((sum, x, j) => sum + x * (b[j] as number), 0) / size;
            // Five standard deviations.
            expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(size));
          }
        });
      }),
      { numRuns: 10 },
    );
  });
});

describe('samples:', () => {
  const size = 20000;
  /** Mean and variance of each distribution. */
  const MOMENTS: [string, (key: Tensor) => Tensor, mean: number, variance: number][] = [
    ['uniform', (key) => random.uniform(key, [size], { minval: -1, maxval: 3 }), 1, 16 / 12],
    ['normal', (key) => random.normal(key, [size]), 0, 1],
    ['bernoulli', (key) => random.bernoulli(key, 0.3, [size]), 0.3, 0.21],
    ['randint', (key) => random.randint(key, [size], 0, 10), 4.5, 8.25],
    ['exponential', (key) => random.exponential(key, [size]), 1, 1],
    ['laplace', (key) => random.laplace(key, [size]), 0, 2],
    ['gumbel', (key) => random.gumbel(key, [size]), 0.5772156649, Math.PI ** 2 / 6],
    ['logistic', (key) => random.logistic(key, [size]), 0, Math.PI ** 2 / 3],
    ['gamma(0.4)', (key) => random.gamma(key, 0.4, [size]), 0.4, 0.4],
    ['gamma(7)', (key) => random.gamma(key, 7, [size]), 7, 7],
    ['beta(2, 3)', (key) => random.beta(key, 2, 3, [size]), 0.4, 0.04],
    ['poisson(4)', (key) => random.poisson(key, 4, [size]), 4, 4],
    ['poisson(60)', (key) => random.poisson(key, 60, [size]), 60, 60],
    ['chisquare(3)', (key) => random.chisquare(key, 3, [size]), 3, 6],
    ['t(12)', (key) => random.t(key, 12, [size]), 0, 1.2],
    ['maxwell', (key) => random.maxwell(key, [size]), 2 * Math.sqrt(2 / Math.PI), 3 - 8 / Math.PI],
    ['triangular', (key) => random.triangular(key, 0, 1, 2, [size]), 1, 1 / 6],
    ['wald(2)', (key) => random.wald(key, 2, [size]), 2, 8],
    ['geometric(0.25)', (key) => random.geometric(key, 0.25, [size]), 4, 12],
  ];

  test.each(MOMENTS)('%s has the mean and the variance that it should have', (_, draw, mean, variance) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const values = numbers(draw(random.PRNGKey(seed)));
        const average = values.reduce((sum, x) => sum + x, 0) / size;
        const spread = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / size;
        expect(Math.abs(average - mean)).toBeLessThan(6 * Math.sqrt(variance / size));
        expect(Math.abs(spread / variance - 1)).toBeLessThan(0.25);
      }),
      { numRuns: 5 },
    );
  });

  test('dirichlet values add up to 1, beta values lie in [0, 1], ball points in the ball', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.001, max: 50, noNaN: true }), (seed, a) => {
        const key = random.PRNGKey(seed);
        for (const sum of numbers(random.dirichlet(key, [a, 1, 2 * a], [20]).sum(-1))) expect(sum).toBeCloseTo(1, 5);
        for (const x of numbers(random.beta(key, a, 0.5, [20]))) expect(x >= 0 && x <= 1).toBe(true);
        for (const x of numbers(random.ball(key, 3, 2, [20]).norm('euclidean', -1))) expect(x).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  test('a permutation, a shuffle and a choice without replacement hold everything once', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, n) => {
        const key = random.PRNGKey(seed);
        const all = Array.from({ length: n }, (_, i) => i);
        const sorted = (x: Tensor) => numbers(x).sort((a, b) => a - b);
        expect(sorted(random.permutation(key, n))).toEqual(all);
        expect(sorted(random.shuffle(key, jnp.arange(n)))).toEqual(all);
        expect(sorted(random.choice(key, n, [n], { replace: false }))).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });
});

describe('gamma and its relatives:', () => {
  const key = random.PRNGKey(7);

  test('shuffle moves the lines along an axis by themselves, as permutation with independent does', () => {
    const x = jnp.arange(24).reshape([4, 6]);
    for (const axis of [0, 1, -1]) {
      expect(numbers(random.shuffle(key, x, axis))).toEqual(
        numbers(random.permutation(key, x, { axis, independent: true })),
      );
    }
  });

  test('the logarithm of gamma is loggamma', () => {
    const a = jnp.array([0.3, 0.5, 1, 2, 50]);
    const logs = numbers(random.gamma(key, a).log());
    for (const [i, x] of numbers(random.loggamma(key, a)).entries()) expect(x).toBeCloseTo(logs[i] as number, 4);
  });

  test('an array of keys draws for each key what that key draws', () => {
    const keys = random.split(key, 3);
    const attrs = { shape: [4], partitionable: true };
    const rate = jnp.array([2, 30, 2, 30]);
    const gammas = runPrimitive(
      'DistaffRandomGamma',
      { key: keys, a: jnp.asarray(0.5) },
      { ...attrs, log_space: false },
    );
    const counts = runPrimitive('DistaffRandomPoisson', { key: keys, rate }, attrs);
    const each = [...keys] as Tensor[];
    expect(numbers(gammas)).toEqual(each.flatMap((k) => numbers(random.gamma(k, 0.5, [4]))));
    expect(numbers(counts)).toEqual(each.flatMap((k) => numbers(random.poisson(k, rate))));
  });

  test('parameters without a meaning give NaN, or -1 where the values are whole numbers', () => {
    expect(numbers(random.gamma(key, [0, -1, Number.NaN, Number.POSITIVE_INFINITY]))).toEqual(
      Array(4).fill(Number.NaN),
    );
    expect(numbers(random.poisson(key, [-1, Number.NaN]))).toEqual([-1, -1]);
  });

  test('shapes are worked out without values', () => {
    const shapeOf = (draw: (k: Tensor) => Tensor) => evalShape(draw, 'i32[2]').toString();
    expect(shapeOf((k) => random.gamma(k, [[1], [2]], [2, 3]))).toBe('f32[2, 3]');
    expect(shapeOf((k) => random.beta(k, [1, 2], 3))).toBe('f32[2]');
    expect(shapeOf((k) => random.dirichlet(k, [1, 2, 3], [5]))).toBe('f32[5, 3]');
    expect(shapeOf((k) => random.poisson(k, 3, [4]))).toBe('i32[4]');
    expect(shapeOf((k) => random.t(k, 3, [4]))).toBe('f32[4]');
    expect(shapeOf((k) => random.ball(k, 3, 2, [4]))).toBe('f32[4, 3]');
    expect(shapeOf((k) => random.multivariateNormal(k, [0, 0], jnp.eye(2), [4]))).toBe('f32[4, 2]');
    expect(shapeOf((k) => random.shuffle(k, jnp.ones([4, 2])))).toBe('f32[4, 2]');
    const gradient = (a: Tensor) => grad((b: Tensor) => random.gamma(key, b).sum())(a);
    expect(evalShape(gradient, [7]).toString()).toBe('f32[7]');
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a shape that a parameter does not fit',
      () => random.gamma(key, [1, 2], [3]),
      /gamma: a of shape \[2\] does not broadcast to \[3\]/,
    ],
    ['parameters that do not fit each other', () => random.beta(key, [1, 2], [1, 2, 3]), /broadcast/],
    ['a parameter that is none', () => random.poisson(key, 'many' as never), /poisson: lam is a number, .*got many/],
    ['concentrations without parts', () => random.dirichlet(key, 1), /dirichlet: alpha has at least one axis/],
    [
      'a batch that does not fit',
      () =>
        random.dirichlet(
          key,
          [
            [1, 1],
            [2, 2],
          ],
          [3],
        ),
      /without its last axis of shape \[2\]/,
    ],
    [
      'a covariance of another size',
      () => random.multivariateNormal(key, [0, 0], jnp.eye(3)),
      /got f32\[2\] and f32\[3, 3\]/,
    ],
    ['a shape that is none', () => random.maxwell(key, [-1]), /maxwell: a shape is an array of sizes/],
    ['no key', () => random.gamma(jnp.ones([2]), 1), /random\.gamma: the first argument is a key/],
    ['a fraction of a dimension', () => random.ball(key, 1.5), /ball: d is a number of dimensions/],
    ['an axis that is not there', () => random.shuffle(key, [1, 2], 1), /shuffle: there is no axis 1/],
    ['an infinite rate', () => random.poisson(key, Number.POSITIVE_INFINITY), /rates are finite/],
  ])('%s is an error', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
