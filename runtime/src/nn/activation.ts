/** Activation functions (jax.nn). */
import * as tf from '#tfjs';
import { type ArrayLike, asFloat, normalizeAxes, normalizeAxis } from '../numpy/array';
import * as jnp from '../numpy/index';
import { stopGradient } from '../transforms/stopGradient';

/** `max(x, 0)`; its gradient at 0 is 0. */
export function relu(x: ArrayLike): tf.Tensor {
  return tf.relu(asFloat(x));
}

/** `min(max(x, 0), 6)`. */
export function relu6(x: ArrayLike): tf.Tensor {
  return tf.relu6(asFloat(x));
}

/** `x`, or `negativeSlope * x` below 0. */
export function leakyRelu(x: ArrayLike, negativeSlope = 0.01): tf.Tensor {
  return tf.leakyRelu(asFloat(x), negativeSlope);
}

/** `x`, or `alpha * (exp(x) - 1)` below 0 (exponential linear unit). */
export function elu(x: ArrayLike, alpha = 1): tf.Tensor {
  const from = asFloat(x);
  if (alpha === 1) return tf.elu(from);
  // Of the branch that is not taken neither value nor gradient may overflow.
  const negative = jnp.where(from.greater(0), 0, from);
  return jnp.where(from.greater(0), from, tf.expm1(negative).mul(alpha));
}

/** `x`, or `alpha * (exp(x / alpha) - 1)` below 0 (continuously differentiable elu). */
export function celu(x: ArrayLike, alpha = 1): tf.Tensor {
  return tf.mul(elu(jnp.divide(x, alpha)), alpha);
}

/** The elu whose scale and alpha keep activations normalized (Klambauer et al. 2017). */
export function selu(x: ArrayLike): tf.Tensor {
  return tf.selu(asFloat(x));
}

/** Gaussian error linear unit (Hendrycks & Gimpel 2016), by its tanh approximation unless `approximate` is false. */
export function gelu(x: ArrayLike, { approximate = true }: { approximate?: boolean } = {}): tf.Tensor {
  const from = asFloat(x);
  if (!approximate) return from.mul(tf.erf(from.mul(Math.SQRT1_2)).add(1)).mul(0.5);
  const cube = from.square().mul(from);
  const inner = cube
    .mul(0.044715)
    .add(from)
    .mul(Math.sqrt(2 / Math.PI));
  return from.mul(inner.tanh().add(1).mul(0.5));
}

/** `1 / (1 + exp(-x))`. */
export function sigmoid(x: ArrayLike): tf.Tensor {
  return tf.sigmoid(asFloat(x));
}

/** `log(sigmoid(x))`, exact far below 0. */
export function logSigmoid(x: ArrayLike): tf.Tensor {
  return softplus(jnp.negative(x)).neg();
}

/** `log(1 + exp(x))`. */
export function softplus(x: ArrayLike): tf.Tensor {
  return tf.softplus(asFloat(x));
}

/** `x / (1 + |x|)`. */
export function softSign(x: ArrayLike): tf.Tensor {
  const from = asFloat(x);
  return from.div(from.abs().add(1));
}

/** `x * sigmoid(x)` (Ramachandran et al. 2017). */
export function swish(x: ArrayLike): tf.Tensor {
  const from = asFloat(x);
  return from.mul(tf.sigmoid(from));
}

/** The other name of `swish`. */
export const silu = swish;

/** Hyperbolic tangent. */
export const tanh = jnp.tanh;

/** The first half of an axis, each element let through by the sigmoid of the second half's. */
export function glu(x: ArrayLike, axis = -1): tf.Tensor {
  const [values, gates] = jnp.split(asFloat(x), 2, axis) as [tf.Tensor, tf.Tensor];
  return values.mul(tf.sigmoid(gates));
}

/** `exp(x)` divided by its sum over an axis: positive numbers that add up to 1. */
export function softmax(x: ArrayLike, axis = -1): tf.Tensor {
  return onLastAxis('nn.softmax', x, axis, (last) => tf.softmax(last));
}

/** `log(softmax(x))`, exact where the softmax is almost 0. */
export function logSoftmax(x: ArrayLike, axis = -1): tf.Tensor {
  return onLastAxis('nn.logSoftmax', x, axis, (last) => tf.logSoftmax(last));
}

/** TensorFlow's kernels take the last axis. */
function onLastAxis(caller: string, x: ArrayLike, axis: number, run: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const from = asFloat(x);
  const along = normalizeAxis(caller, axis, from.rank);
  return jnp.moveaxis(run(jnp.moveaxis(from, along, -1)), -1, along);
}

/** `log(sum(exp(x)))` over the axes (all by default), without overflow (jax.nn.logsumexp). */
export function logSumExp(
  x: ArrayLike,
  axis?: number | readonly number[],
  { keepdims = false }: jnp.ReductionOptions = {},
): tf.Tensor {
  const from = asFloat(x);
  const axes = normalizeAxes('nn.logSumExp', axis, from.rank);
  const largest = stopGradient(tf.max(from, axes, true));
  // Of infinities no difference can be taken.
  const shift = jnp.where(jnp.isfinite(largest), largest, 0);
  const sum = from.sub(shift).exp().sum(axes, true).log().add(shift);
  return keepdims ? sum : jnp.squeeze(sum, axes);
}

export interface OneHotOptions {
  /** Default float32. */
  dtype?: jnp.DType;
  /** Where the new axis goes. Default last. */
  axis?: number;
}

/** For each whole number below `numClasses` a vector with 1 at its place; numbers out of range give zeros. */
export function oneHot(
  x: ArrayLike,
  numClasses: number,
  { dtype = 'float32', axis = -1 }: OneHotOptions = {},
): tf.Tensor {
  const indices = stopGradient(jnp.asarray(x, 'int32'));
  const hot = jnp.asarray(tf.oneHot(indices, numClasses), dtype);
  return jnp.moveaxis(hot, -1, axis);
}
