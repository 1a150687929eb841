/**
 * Random numbers as in jax.random, the same bits: keys are split, folded into, and used once.
 * Threefry 2x32-20 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 *
 * @module
 */
export { type CategoricalOptions, type ChoiceOptions, categorical, choice, permutation, shuffle } from './choose';
export { beta, chisquare, dirichlet, f, gamma, loggamma, t } from './gamma';
export { bernoulli, bits, type IntegerDType, rademacher, randint } from './integer';
export { foldIn, foldInStr, PRNGKey, split } from './key';
export { orthogonal } from './orthogonal';
export type { Parameter } from './parameters';
export {
  type Bound,
  cauchy,
  exponential,
  gumbel,
  laplace,
  logistic,
  normal,
  type RealDType,
  truncatedNormal,
  type UniformOptions,
  uniform,
} from './real';
export {
  ball,
  doubleSidedMaxwell,
  generalizedNormal,
  geometric,
  lognormal,
  maxwell,
  multivariateNormal,
  pareto,
  poisson,
  rayleigh,
  triangular,
  wald,
  weibullMin,
} from './transformed';
