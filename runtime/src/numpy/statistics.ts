/** Order statistics, averages and covariances. */
import * as tf from '#tfjs';
import { ShapeError } from '../bindings/rules/rule';
import { type ArrayLike, asarray, asFloat, describe, int32, normalizeAxis } from './array';
import { clip, divide, multiply } from './elementwise';
import { sort, take } from './indexing';
import { atleast2d } from './joining';
import { isnan, where } from './logic';
import { broadcastTo, expandDims, moveaxis, ravel, reshape, squeeze, transpose } from './manipulation';
import { dot } from './products';
import { any, mean, sum } from './reductions';
import { diag } from './triangles';

export interface QuantileOptions {
  /** What to take between two elements. Default 'linear'. */
  interpolation?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
  /** Whether the reduced axis stays, with size 1. */
  keepdims?: boolean;
}

/**
 * The values below which the fraction `q` (0 to 1) of the elements lies, along an axis or of all: with several `q` their
 * axis comes first. NaN among the elements gives NaN. Throws if `q` has more than one axis.
 */
export function quantile(
  x: ArrayLike,
  q: ArrayLike,
  axis?: number,
  { interpolation = 'linear', keepdims = false }: QuantileOptions = {},
): tf.Tensor {
  const from = asFloat(x);
  const fractions = asFloat(q);
  if (fractions.rank > 1) throw new ShapeError(`jnp.quantile: q has at most one axis, got ${describe(fractions)}.`);
  const source = axis === undefined ? ravel(from) : from;
  const along = normalizeAxis('jnp.quantile', axis ?? 0, source.rank);
  const first = moveaxis(sort(source, along), along, 0);
  const last = (first.shape[0] as number) - 1;
  const places = tf.clipByValue(tf.mul(fractions, last), 0, last);
  const [low, high] = [tf.floor(places), tf.ceil(places)];
  const at = (place: tf.Tensor) => take(first, asarray(place, int32), 0);
  const weight = reshape(tf.sub(places, low), [...places.shape, ...Array<number>(first.rank - 1).fill(1)]);
  const between = (): tf.Tensor => {
    switch (interpolation) {
      case 'linear':
        return tf.add(tf.mul(at(low), tf.sub(1, weight)), tf.mul(at(high), weight));
      case 'lower':
        return at(low);
      case 'higher':
        return at(high);
      case 'midpoint':
        return tf.mul(tf.add(at(low), at(high)), 0.5);
      case 'nearest':
        return where(tf.lessEqual(weight, 0.5), at(low), at(high));
      default:
        throw new TypeError(
          `jnp.quantile: interpolation is linear, lower, higher, midpoint or nearest, got '${interpolation}'.`,
        );
    }
  };
  const found = where(any(isnan(first), 0), Number.NaN, between());
  if (!keepdims) return found;
  const kept = from.shape.map((n, i) => (axis === undefined || i === along ? 1 : n));
  return reshape(found, [...fractions.shape, ...kept]);
}

/** The values below which `q` percent of the elements lie; else as `quantile`. */
export function percentile(x: ArrayLike, q: ArrayLike, axis?: number, options?: QuantileOptions): tf.Tensor {
  return quantile(x, tf.div(asFloat(q), 100), axis, options);
}

/** The middle element, or the mean of the two in the middle, along an axis or of all. */
export function median(x: ArrayLike, axis?: number, { keepdims = false }: { keepdims?: boolean } = {}): tf.Tensor {
  return quantile(x, 0.5, axis, { interpolation: 'midpoint', keepdims });
}

/**
 * The mean, in which elements count as much as their weights: of `x`'s shape, or one for each place along `axis`. Throws
 * if there are others.
 */
export function average(x: ArrayLike, axis?: number, { weights }: { weights?: ArrayLike } = {}): tf.Tensor {
  const from = asFloat(x);
  if (weights === undefined) return mean(from, axis);
  const given = asFloat(weights);
  const alike = tf.util.arraysEqual(given.shape, from.shape);
  const along = axis === undefined ? undefined : normalizeAxis('jnp.average', axis, from.rank);
  if (!alike && (along === undefined || given.rank !== 1 || given.shape[0] !== from.shape[along])) {
    throw new ShapeError(
      `jnp.average: the weights should have the shape of ${describe(from)}, or be as many as its axis is long; ` +
        `got ${describe(given)}${along === undefined ? ' and no axis' : ` for axis ${along}`}.`,
    );
  }
  const shaped = alike
    ? given
    : reshape(
        given,
        from.shape.map((n, i) => (i === along ? n : 1)),
      );
  const weight = broadcastTo(shaped, from.shape);
  return divide(sum(multiply(from, weight), along), sum(weight, along));
}

export interface CovarianceOptions {
  /** Whether rows are variables and columns observations. Default true. */
  rowvar?: boolean;
  /** Whether to divide by the number of observations, not by one less. */
  bias?: boolean;
  /** The divisor is the number of observations minus this; in place of `bias`. */
  ddof?: number;
}

/** The covariances of variables: `[variables, variables]`, a scalar for one. */
export function cov(m: ArrayLike, { rowvar = true, bias = false, ddof }: CovarianceOptions = {}): tf.Tensor {
  const from = asFloat(m);
  if (from.rank > 2) throw new ShapeError(`jnp.cov: expected at most 2 axes, got ${describe(from)}.`);
  const wide = atleast2d(from);
  const variables = rowvar || wide.shape[0] === 1 ? wide : transpose(wide);
  const centered = tf.sub(variables, mean(variables, 1, { keepdims: true }));
  const divisor = (variables.shape[1] as number) - (ddof ?? (bias ? 0 : 1));
  return squeeze(tf.div(dot(centered, transpose(centered)), divisor));
}

/** The correlation coefficients of variables: `[variables, variables]`, a scalar for one. */
export function corrcoef(x: ArrayLike, { rowvar = true }: { rowvar?: boolean } = {}): tf.Tensor {
  const covariances = cov(x, { rowvar });
  if (covariances.rank === 0) return tf.div(covariances, covariances);
  const deviations = tf.sqrt(diag(covariances));
  const scaled = tf.div(tf.div(covariances, expandDims(deviations, 1)), expandDims(deviations, 0));
  return clip(scaled, -1, 1);
}
