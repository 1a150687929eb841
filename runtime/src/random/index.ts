/**
 * Random numbers as in jax.random, the same bits: keys are split, folded into, and used once.
 * Threefry 2x32-20 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 */
export { type CategoricalOptions, type ChoiceOptions, categorical, choice, permutation } from './choose';
export { bernoulli, bits, type IntegerDType, rademacher, randint } from './integer';
export { foldIn, foldInStr, PRNGKey, split } from './key';
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
