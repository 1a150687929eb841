/** Distributions that are functions of uniform, normal and exponential values (jax.random). */
import * as tf from '#tfjs';
import { runPrimitive } from '../bindings/randomKernels';
import { runOp } from '../bindings/tensorFlowOps';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import { gamma } from './gamma';
import { rademacher } from './integer';
import { counting, splitInTwo } from './key';
import { asFloat, checkFits, type Parameter, parametersOf } from './parameters';
import { exponential, normal, uniform } from './real';

type Shape = readonly number[];

/** Poisson values, int32, of mean `lam >= 0`; -1 where `lam` is negative or NaN, as in JAX. */
export function poisson(key: tf.Tensor, lam: Parameter, shape?: Shape): tf.Tensor {
  const given = parametersOf('poisson', key, { lam }, shape);
  return runPrimitive('DistaffRandomPoisson', { key, rate: given.lam }, counting('poisson', given.shape));
}

/** How many tries, int32, it takes until something of probability `p` happens first. */
export function geometric(key: tf.Tensor, p: Parameter, shape?: Shape): tf.Tensor {
  const given = parametersOf('geometric', key, { p }, shape);
  const u = uniform(key, given.shape);
  const log = tf.log(tf.where(tf.equal(u, 0), tf.onesLike(u), u));
  return tf.cast(tf.add(tf.floor(tf.div(log, tf.log1p(tf.neg(given.p)))), 1), 'int32');
}

/** Pareto values of density b / x^(b+1), x >= 1. */
export function pareto(key: tf.Tensor, b: Parameter, shape?: Shape): tf.Tensor {
  const given = parametersOf('pareto', key, { b }, shape);
  return tf.exp(tf.div(exponential(key, given.shape), given.b));
}

/** Values of the one-sided Maxwell distribution: lengths of standard normal vectors of three elements. */
export function maxwell(key: tf.Tensor, shape: Shape = []): tf.Tensor {
  return tf.norm(normal(key, [...counting('maxwell', shape).shape, 3]), 'euclidean', -1);
}

/** Values [...shape, ...the parameters' shape] of the double-sided Maxwell distribution. */
export function doubleSidedMaxwell(key: tf.Tensor, loc: Parameter, scale: Parameter, shape: Shape = []): tf.Tensor {
  const given = parametersOf('doubleSidedMaxwell', key, { loc, scale });
  // As in JAX: without a shape the parameters' own comes twice.
  const sizes = [...(shape.length > 0 ? shape : given.shape), ...given.shape];
  const [keyMaxwell, keySign] = splitInTwo(key);
  const sign = tf.cast(rademacher(keySign, sizes), 'float32');
  return tf.add(tf.mul(tf.mul(sign, maxwell(keyMaxwell, sizes)), given.scale), given.loc);
}

/** Weibull values of the given scale and concentration. */
export function weibullMin(key: tf.Tensor, scale: Parameter, concentration: Parameter, shape?: Shape): tf.Tensor {
  const given = parametersOf('weibullMin', key, { scale, concentration }, shape);
  const x = tf.neg(tf.log1p(tf.neg(uniform(key, given.shape))));
  return tf.mul(tf.pow(x, tf.div(1, given.concentration)), given.scale);
}

/** Rayleigh values of the given scale. */
export function rayleigh(key: tf.Tensor, scale: Parameter, shape?: Shape): tf.Tensor {
  const given = parametersOf('rayleigh', key, { scale }, shape);
  return tf.mul(given.scale, tf.sqrt(tf.mul(tf.log(uniform(key, given.shape)), -2)));
}

/** Exponentials of normal values of standard deviation `sigma`. */
export function lognormal(key: tf.Tensor, sigma: Parameter = 1, shape?: Shape): tf.Tensor {
  const given = parametersOf('lognormal', key, { sigma }, shape);
  return tf.exp(tf.mul(normal(key, given.shape), given.sigma));
}

/** Values between `left` and `right` whose density rises linearly up to `mode` and falls linearly behind it. */
export function triangular(
  key: tf.Tensor,
  left: Parameter,
  mode: Parameter,
  right: Parameter,
  shape?: Shape,
): tf.Tensor {
  const given = parametersOf('triangular', key, { left, mode, right }, shape);
  const u = uniform(key, given.shape);
  const width = tf.sub(given.right, given.left);
  const [below, above] = [tf.sub(given.mode, given.left), tf.sub(given.right, given.mode)];
  const rising = tf.add(given.left, tf.sqrt(tf.mul(tf.mul(u, width), below)));
  const falling = tf.sub(given.right, tf.sqrt(tf.mul(tf.mul(tf.sub(1, u), width), above)));
  return tf.where(tf.less(u, tf.div(below, width)), rising, falling);
}

/** Values of the Wald (inverse Gaussian) distribution of the given mean. */
export function wald(key: tf.Tensor, mean: Parameter, shape?: Shape): tf.Tensor {
  const given = parametersOf('wald', key, { mean }, shape);
  const mu = tf.broadcastTo(given.mean, given.shape);
  const [keyNormal, keyUnit] = splitInTwo(key);
  const y = tf.square(normal(keyNormal, given.shape));
  const squared = tf.square(mu);
  const root = tf.sqrt(tf.add(tf.mul(tf.mul(mu, 4), y), tf.mul(squared, tf.square(y))));
  const x = tf.sub(tf.add(mu, tf.div(tf.mul(squared, y), 2)), tf.mul(tf.div(mu, 2), root));
  const first = tf.lessEqual(uniform(keyUnit, given.shape), tf.div(mu, tf.add(mu, x)));
  return tf.where(first, x, tf.div(squared, x));
}

/** Values of density ∝ exp(-|x|^p). */
export function generalizedNormal(key: tf.Tensor, p: Parameter, shape: Shape = []): tf.Tensor {
  const given = parametersOf('generalizedNormal', key, { p }, shape);
  const [keyGamma, keySign] = splitInTwo(key);
  const power = tf.div(1, given.p);
  return tf.mul(tf.cast(rademacher(keySign, given.shape), 'float32'), tf.pow(gamma(keyGamma, power, shape), power));
}

/** Points [...shape, d] uniform in the unit ball of `d` dimensions and the norm `p`, 2 by default. */
export function ball(key: tf.Tensor, d: number, p: number = 2, shape: Shape = []): tf.Tensor {
  if (!Number.isInteger(d) || d < 1) throw new TypeError(`random.ball: d is a number of dimensions, got ${d}.`);
  counting('ball', shape);
  const [keyNormal, keyExponential] = splitInTwo(key);
  const g = generalizedNormal(keyNormal, p, [...shape, d]);
  const norm = tf.add(tf.sum(tf.pow(tf.abs(g), p), -1), exponential(keyExponential, shape));
  return tf.div(g, tf.expandDims(tf.pow(norm, 1 / p), -1));
}

/**
 * Normal vectors [...shape, n] of the given mean `f32[..., n]` and covariance `f32[..., n, n]`, positive definite;
 * `shape` is what their leading axes broadcast to by default.
 */
export function multivariateNormal(key: tf.Tensor, mean: Parameter, cov: Parameter | Nested, shape?: Shape): tf.Tensor {
  const center = asFloat('multivariateNormal', 'mean', mean);
  const covariance = asFloat('multivariateNormal', 'cov', cov as Parameter);
  const n = center.shape.at(-1);
  const [rows, columns] = covariance.shape.slice(-2);
  if (n === undefined || covariance.rank < 2 || rows !== n || columns !== n) {
    throw new RangeError(
      `random.multivariateNormal: mean is f32[..., n] and cov f32[..., n, n], got ${formatTensor(center)} and ` +
        `${formatTensor(covariance)}.`,
    );
  }
  const [ofMean, ofCov] = [center.shape.slice(0, -1), covariance.shape.slice(0, -2)];
  const batch = [...(shape ?? tf.broadcast_util.assertAndGetBroadcastShape(ofMean, ofCov))];
  checkFits('multivariateNormal', 'mean without its last axis', ofMean, batch);
  checkFits('multivariateNormal', 'cov without its last two axes', ofCov, batch);
  const factor = runOp('Cholesky', { x: covariance });
  const z = normal(key, [...batch, n]);
  return tf.add(center, tf.squeeze(tf.matMul(factor, tf.expandDims(z, -1)), [-1]));
}

type Nested = readonly (readonly (readonly number[])[])[];
