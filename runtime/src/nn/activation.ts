/** Activation functions (jax.nn). */
import * as tf from '#tfjs';
import { runOp } from '../bindings/tensorFlowOps';
import { type ArrayLike, asFloat, normalizeAxes } from '../numpy/array';
import * as jnp from '../numpy/index';
import { stopGradient } from '../transforms/stopGradient';
import { varianceAround } from './variance';

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
  const from = asFloat(x);
  return tf.maximum(from, 0).add(tf.expm1(tf.minimum(from, 0).div(alpha)).mul(alpha));
}

/** `x` between -1 and 1, which it does not leave. Its gradient at both is 1. */
export function hardTanh(x: ArrayLike): tf.Tensor {
  const from = asFloat(x);
  return jnp.where(from.greater(1), 1, jnp.where(from.less(-1), -1, from));
}

/** `relu6(x + 3) / 6`: a sigmoid of straight lines. */
export function hardSigmoid(x: ArrayLike): tf.Tensor {
  return tf.relu6(asFloat(x).add(3)).div(6);
}

/** `x * hardSigmoid(x)` (Howard et al. 2019). */
export function hardSwish(x: ArrayLike): tf.Tensor {
  const from = asFloat(x);
  return from.mul(hardSigmoid(from));
}

/** The other name of `hardSwish`. */
export const hardSilu = hardSwish;

/** The elu whose scale and alpha keep activations normalized (Klambauer et al. 2017). */
export function selu(x: ArrayLike): tf.Tensor {
  return tf.selu(asFloat(x));
}

/** Gaussian error linear unit (Hendrycks & Gimpel 2016), by its tanh approximation unless `approximate` is false. */
export function gelu(x: ArrayLike, { approximate = true }: { approximate?: boolean } = {}): tf.Tensor {
  const from = asFloat(x);
  if (!approximate)
    return runOp('Erfc', { x: from.mul(-Math.SQRT1_2) })
      .mul(from)
      .mul(0.5);
  // The tanh is ±1 long before; of larger numbers the cube would overflow and the gradient be NaN.
  const limited = from.clipByValue(-20, 20);
  const inner = limited
    .square()
    .mul(limited)
    .mul(0.044715)
    .add(limited)
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

type Axis = number | readonly number[];

/** `exp(x)` divided by its sum over an axis, or over several: positive numbers that add up to 1. */
export function softmax(x: ArrayLike, axis: Axis = -1): tf.Tensor {
  return alongLastAxis('nn.softmax', x, axis, (last) => tf.softmax(last));
}

/** `log(softmax(x))`, exact where the softmax is almost 0. */
export function logSoftmax(x: ArrayLike, axis: Axis = -1): tf.Tensor {
  return alongLastAxis('nn.logSoftmax', x, axis, (last) => tf.logSoftmax(last));
}

/** TensorFlow's kernels take the last axis. */
function alongLastAxis(caller: string, x: ArrayLike, axis: Axis, run: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const from = asFloat(x);
  const axes = normalizeAxes(caller, axis, from.rank);
  const end = axes.map((_, i) => from.rank - axes.length + i);
  const moved = jnp.moveaxis(from, axes, end);
  const others = moved.shape.slice(0, end[0]);
  const y = run(jnp.reshape(moved, [...others, -1]));
  return jnp.moveaxis(jnp.reshape(y, moved.shape), end, axes);
}

export interface NormalizeOptions {
  /** In place of the input's own, of a shape that broadcasts. */
  mean?: ArrayLike;
  /** In place of the input's own, of a shape that broadcasts. */
  variance?: ArrayLike;
  /** Added to the variance, so that it is not 0. Default 1e-5. */
  epsilon?: number;
}

/** The input shifted and scaled to mean 0 and variance 1 over an axis, or over several (jax.nn.normalize of 2020). */
export function normalize(
  x: ArrayLike,
  axis: Axis = -1,
  { mean, variance, epsilon = 1e-5 }: NormalizeOptions = {},
): tf.Tensor {
  const from = asFloat(x);
  const axes = normalizeAxes('nn.normalize', axis, from.rank);
  const average = mean === undefined ? tf.mean(from, axes, true) : asFloat(mean);
  const spread = variance === undefined ? varianceAround(from, average, axes) : asFloat(variance);
  return from.sub(average).mul(spread.add(epsilon).rsqrt());
}

/** `log(sum(exp(x)))` over the axes (all by default), without overflow (jax.nn.logsumexp). */
export function logsumexp(x: ArrayLike, axis?: Axis, { keepdims = false }: jnp.ReductionOptions = {}): tf.Tensor {
  const from = asFloat(x);
  const axes = normalizeAxes('nn.logsumexp', axis, from.rank);
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
