/** Gamma values and what is made of them (jax.random), differentiable with respect to their parameters. */
import { div, exp, maximum, mul, softmax, sqrt, sub, type Tensor } from '#tfjs';
import { runPrimitive } from '../bindings/randomKernels';
import { counting, splitInTwo } from './key';
import { asFloat, checkFits, type Parameter, parametersOf } from './parameters';
import { normal } from './real';

/** Gamma values of shape parameter `a > 0` and scale 1; without a shape, of a's own. NaN where `a` is not positive. */
export function gamma(key: Tensor, a: Parameter, shape?: readonly number[]): Tensor {
  return sample('gamma', key, a, shape, false);
}

/** Logarithms of gamma values: precise where `a` is small and the values are next to 0. */
export function loggamma(key: Tensor, a: Parameter, shape?: readonly number[]): Tensor {
  return sample('loggamma', key, a, shape, true);
}

function sample(fn: string, key: Tensor, given: Parameter, sizes: readonly number[] | undefined, log_space: boolean) {
  const { a, shape } = parametersOf(fn, key, { a: given }, sizes);
  return runPrimitive('DistaffRandomGamma', { key, a }, { ...counting(fn, shape), log_space });
}

/** Beta values in [0, 1], of density ∝ x^(a-1) (1-x)^(b-1); without a shape, of the one that `a` and `b` broadcast to. */
export function beta(key: Tensor, a: Parameter, b: Parameter, shape?: readonly number[]): Tensor {
  const given = parametersOf('beta', key, { a, b }, shape);
  const [keyA, keyB] = splitInTwo(key);
  const [logA, logB] = [loggamma(keyA, given.a, given.shape), loggamma(keyB, given.b, given.shape)];
  const largest = maximum(logA, logB);
  const ofA = exp(sub(logA, largest));
  return div(ofA, ofA.add(exp(sub(logB, largest))));
}

/**
 * Dirichlet values [...shape, n] of concentrations `alpha: f32[..., n]`, which add up to 1 along the last axis; `shape` is
 * alpha's without n by default.
 */
export function dirichlet(key: Tensor, alpha: Parameter, shape?: readonly number[]): Tensor {
  const concentrations = asFloat('dirichlet', 'alpha', alpha);
  const n = concentrations.shape.at(-1);
  if (n === undefined) throw new RangeError('random.dirichlet: alpha has at least one axis, that of the n parts.');
  const batch = concentrations.shape.slice(0, -1);
  if (shape !== undefined) checkFits('dirichlet', 'alpha without its last axis', batch, shape);
  return softmax(loggamma(key, concentrations, [...(shape ?? batch), n]), -1);
}

/** Values of Student's t distribution with `df` degrees of freedom. */
export function t(key: Tensor, df: Parameter, shape?: readonly number[]): Tensor {
  const given = parametersOf('t', key, { df }, shape);
  const [keyNormal, keyGamma] = splitInTwo(key);
  const half = div(given.df, 2);
  return mul(normal(keyNormal, given.shape), sqrt(div(half, gamma(keyGamma, half, given.shape))));
}

/** Values of the χ² distribution with `df` degrees of freedom. */
export function chisquare(key: Tensor, df: Parameter, shape?: readonly number[]): Tensor {
  const given = parametersOf('chisquare', key, { df }, shape);
  return mul(exp(loggamma(key, div(given.df, 2), given.shape)), 2);
}

/** Values of the F distribution with `dfnum` and `dfden` degrees of freedom. */
export function f(key: Tensor, dfnum: Parameter, dfden: Parameter, shape?: readonly number[]): Tensor {
  const given = parametersOf('f', key, { dfnum, dfden }, shape);
  const [keyDen, keyNum] = splitInTwo(key);
  const numerator = div(chisquare(keyNum, given.dfnum, given.shape), given.dfnum);
  return div(numerator, div(chisquare(keyDen, given.dfden, given.shape), given.dfden));
}
