/** Samplers that are built of others, against JAX (test/golden/random_extra.*.json). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { config, grad, jnp, random, type Tensor } from '../../runtime/src/index';
import { array, expectClose, golden, type Tolerance } from './golden';

type Key = [number, number];
interface Sampled {
  fn: Sampler;
  key: Key;
  args: unknown[];
  shape?: number[];
  options?: { p?: number };
  out: unknown;
}
type Of = (key: Tensor, args: Tensor[], shape: number[] | undefined, options: { p?: number }) => Tensor;

const first = (args: Tensor[]) => args[0] as Tensor;
const two = (args: Tensor[]) => args as [Tensor, Tensor];

const SAMPLERS = {
  gamma: (key, args, shape) => random.gamma(key, first(args), shape),
  loggamma: (key, args, shape) => random.loggamma(key, first(args), shape),
  beta: (key, args, shape) => random.beta(key, ...two(args), shape),
  dirichlet: (key, args, shape) => random.dirichlet(key, first(args), shape),
  t: (key, args, shape) => random.t(key, first(args), shape),
  chisquare: (key, args, shape) => random.chisquare(key, first(args), shape),
  f: (key, args, shape) => random.f(key, ...two(args), shape),
  pareto: (key, args, shape) => random.pareto(key, first(args), shape),
  poisson: (key, args, shape) => random.poisson(key, first(args), shape),
  multivariate_normal: (key, args, shape) => random.multivariateNormal(key, ...two(args), shape),
  maxwell: (key, _, shape) => random.maxwell(key, shape),
  double_sided_maxwell: (key, args, shape) => random.doubleSidedMaxwell(key, ...two(args), shape),
  weibull_min: (key, args, shape) => random.weibullMin(key, ...two(args), shape),
  rayleigh: (key, args, shape) => random.rayleigh(key, first(args), shape),
  lognormal: (key, args, shape) => random.lognormal(key, args[0], shape),
  triangular: (key, args, shape) => random.triangular(key, ...(args as [Tensor, Tensor, Tensor]), shape),
  wald: (key, args, shape) => random.wald(key, first(args), shape),
  geometric: (key, args, shape) => random.geometric(key, first(args), shape),
  generalized_normal: (key, args, shape) => random.generalizedNormal(key, first(args), shape),
  ball: (key, args, shape, { p }) => random.ball(key, first(args).dataSync()[0] as number, p, shape),
} satisfies Record<string, Of>;
type Sampler = keyof typeof SAMPLERS;

interface ExtraData extends Record<Sampler, Sampled[]> {
  gradients: { fn: GradientOf; key: Key; x: unknown; weights: unknown; grad: unknown }[];
  moments: { fn: 'gamma' | 'poisson'; key: Key; size: number; mean: number; std: number }[];
}

const LOSSES = {
  gamma: (key: Tensor, x: Tensor) => random.gamma(key, x),
  loggamma: (key: Tensor, x: Tensor) => random.loggamma(key, x),
  beta: (key: Tensor, x: Tensor) => random.beta(key, x, x.add(1)),
  dirichlet: (key: Tensor, x: Tensor) => random.dirichlet(key, x),
  t: (key: Tensor, x: Tensor) => random.t(key, x),
  pareto: (key: Tensor, x: Tensor) => random.pareto(key, x),
};
type GradientOf = keyof typeof LOSSES;

const words = (key: Key): Tensor => jnp.asarray(Int32Array.from(key), 'int32');

/** Counts are JAX's own; the rest goes through logarithms, powers and exponentials whose last bits are the library's. */
const within = (fn: Sampler): Tolerance =>
  fn === 'poisson' || fn === 'geometric' ? {} : { relative: 1e-5, absolute: 1e-30 };

const tensorOf = (entry: unknown): Tensor => {
  const { shape, data } = array(entry);
  return jnp.asarray([...data], 'float32').reshape([...shape]);
};

describe.each([
  { part: 1, partitionable: true },
  { part: 0, partitionable: false },
])('with jax_threefry_partitionable $partitionable', ({ part, partitionable }) => {
  const { gradients, moments, ...samples } = golden<ExtraData>(`random_extra.part${part}.json`);

  beforeEach(() => config.update('jax_threefry_partitionable', partitionable));
  afterEach(() => config.update('jax_threefry_partitionable', true));

  test('every sampler of the data is here', () => {
    expect(Object.keys(SAMPLERS).sort()).toEqual(
      Object.keys(samples)
        .filter((name) => name !== 'meta')
        .sort(),
    );
  });

  test.each(Object.keys(SAMPLERS) as Sampler[])('%s draws what JAX draws', (fn) => {
    expect(samples[fn].length).toBeGreaterThan(0);
    for (const { key, args, shape, options = {}, out } of samples[fn]) {
      expectClose(SAMPLERS[fn](words(key), args.map(tensorOf), shape, options), out, within(fn));
    }
  });

  test.each(Object.keys(LOSSES) as GradientOf[])('the gradient of %s with respect to its parameter', (fn) => {
    const entry = gradients.find((one) => one.fn === fn);
    const weights = tensorOf(entry?.weights);
    const loss = (x: Tensor) =>
      LOSSES[fn](words(entry?.key as Key), x)
        .mul(weights)
        .sum();
    expectClose(grad(loss)(tensorOf(entry?.x)), entry?.grad, { relative: 1e-5, ofLargest: 1e-6 });
  });

  test.each(['gamma', 'poisson'] as const)('many values of %s have the mean and spread that JAX gives', (fn) => {
    const entry = moments.find((one) => one.fn === fn);
    const { key, size, mean, std } = entry as ExtraData['moments'][number];
    const values = [
      ...(fn === 'gamma' ? random.gamma(words(key), 0.7, [size]) : random.poisson(words(key), 15, [size])).dataSync(),
    ];
    const average = values.reduce((sum, x) => sum + x, 0) / size;
    const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / size;
    expect(average).toBeCloseTo(mean, 6);
    expect(Math.sqrt(variance)).toBeCloseTo(std, 6);
  });
});
