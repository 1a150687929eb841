/** Real distributions (jax.random): each value is a function of its own random bits, computed by one kernel. */
import { broadcast_util, scalar, Tensor } from '#tfjs';
import { type RandomPrimitive, runPrimitive } from '../bindings/randomKernels';
import { checkKey, counting } from './key';
import './boundGradients';

/**
 * What values are rounded to. There are no 16-bit tensors, so float16 and bfloat16 values, the same as JAX's, come in
 * float32 tensors.
 */
export type RealDType = 'float32' | 'float16' | 'bfloat16';

/** A bound of a distribution: a number, or a float32 tensor that broadcasts to the shape. */
export type Bound = number | Tensor;

export interface UniformOptions {
  /** The least value. Default 0. */
  minval?: Bound;
  /** What values are below. Default 1. */
  maxval?: Bound;
  /** What values are rounded to. Default float32. */
  dtype?: RealDType;
}

/** Values uniform in [minval, maxval), by default [0, 1). */
export function uniform(
  key: Tensor,
  shape: readonly number[] = [],
  { minval = 0, maxval = 1, dtype = 'float32' }: UniformOptions = {},
): Tensor {
  if (minval === 0 && maxval === 1) return sample('uniform', 'DistaffRandomUnit', key, shape, dtype);
  return sample('uniform', 'DistaffRandomUniform', key, shape, dtype, {
    minval: bound('uniform', 'minval', minval),
    maxval: bound('uniform', 'maxval', maxval),
  });
}

/** Standard normal values. */
export function normal(key: Tensor, shape: readonly number[] = [], dtype: RealDType = 'float32'): Tensor {
  return sample('normal', 'DistaffRandomNormal', key, shape, dtype);
}

/** Standard normal values between `lower` and `upper`; without a shape, of the bounds' own. */
export function truncatedNormal(
  key: Tensor,
  lower: Bound,
  upper: Bound,
  shape?: readonly number[],
  dtype: RealDType = 'float32',
): Tensor {
  const bounds = {
    lower: bound('truncatedNormal', 'lower', lower),
    upper: bound('truncatedNormal', 'upper', upper),
  };
  const size = shape ?? broadcast_util.assertAndGetBroadcastShape(bounds.lower.shape, bounds.upper.shape);
  return sample('truncatedNormal', 'DistaffRandomTruncatedNormal', key, size, dtype, bounds);
}

/** Standard Gumbel values, -log(-log(u)). */
export function gumbel(key: Tensor, shape: readonly number[] = [], dtype: RealDType = 'float32'): Tensor {
  return sample('gumbel', 'DistaffRandomGumbel', key, shape, dtype);
}

/** Exponential values of rate 1. */
export function exponential(key: Tensor, shape: readonly number[] = [], dtype: RealDType = 'float32'): Tensor {
  return sample('exponential', 'DistaffRandomExponential', key, shape, dtype);
}

/** Standard Laplace values. */
export function laplace(key: Tensor, shape: readonly number[] = [], dtype: RealDType = 'float32'): Tensor {
  return sample('laplace', 'DistaffRandomLaplace', key, shape, dtype);
}

/** Standard logistic values. */
export function logistic(key: Tensor, shape: readonly number[] = [], dtype: RealDType = 'float32'): Tensor {
  return sample('logistic', 'DistaffRandomLogistic', key, shape, dtype);
}

/** Standard Cauchy values. */
export function cauchy(key: Tensor, shape: readonly number[] = [], dtype: RealDType = 'float32'): Tensor {
  return sample('cauchy', 'DistaffRandomCauchy', key, shape, dtype);
}

function sample(
  fn: string,
  primitive: RandomPrimitive,
  key: Tensor,
  shape: readonly number[],
  dtype: RealDType,
  bounds: Record<string, Tensor> = {},
): Tensor {
  checkKey(fn, key);
  if (dtype !== 'float32' && dtype !== 'float16' && dtype !== 'bfloat16') {
    throw new TypeError(`random.${fn}: dtype is 'float32', 'float16' or 'bfloat16', got ${String(dtype)}.`);
  }
  return runPrimitive(primitive, { key, ...bounds }, { ...counting(fn, shape), dtype });
}

function bound(fn: string, name: string, value: Bound): Tensor {
  if (typeof value === 'number') return scalar(value, 'float32');
  if (value instanceof Tensor) return value.dtype === 'float32' ? value : value.cast('float32');
  throw new TypeError(`random.${fn}: ${name} is a number or a tensor, got ${String(value)}.`);
}
