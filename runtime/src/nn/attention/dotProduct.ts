/** Dot-product attention (Vaswani et al. 2017, "Attention Is All You Need"). */
import * as tf from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import * as random from '../../random/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { softmax } from '../activation';
import { makeRng } from '../stochastic';
import type { DType } from '../types';
import { type Axis, attentionAxes, positionCount } from './axes';

export interface DotProductAttentionOptions {
  /** The axes attended over: not the batch, heads or channels. Default all others. */
  axis?: Axis | null;
  /** Added before the softmax, such as a mask's -1e10: broadcasts to `[batch, …others, heads, …queries, …keys]`. */
  bias?: tf.Tensor | null;
  /** The dtype of the computation. Default float32. */
  dtype?: DType;
  /** Whether all examples and heads drop the same weights. Default true. */
  broadcastDropout?: boolean;
  /** The key that decides which weights are dropped. Default nn.makeRng(). */
  dropoutRng?: tf.Tensor | null;
  /** The fraction of the weights that is dropped; the others grow to make up for it. Default 0. */
  dropoutRate?: number;
  /** True drops nothing, for evaluation. Default false. */
  deterministic?: boolean;
  /** Taken for code that comes from Flax: products are float32 here whatever it says. */
  precision?: Precision | null;
}

/** What jax.lax.Precision calls its values. */
export type Precision = 'default' | 'high' | 'highest';

/**
 * For each query the mean of the values, weighted by the softmax of its products with the keys
 * (flax.nn.dot_product_attention). `query: [batch, …queries, heads, depth]`, `key: [batch, …keys, heads, depth]`,
 * `value: [batch, …keys, heads, channels]` → `[batch, …queries, heads, channels]`. Throws ShapeError where these differ.
 */
export function dotProductAttention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  {
    axis,
    bias,
    dtype = 'float32',
    broadcastDropout = true,
    dropoutRng,
    dropoutRate = 0,
    deterministic = false,
  }: DotProductAttentionOptions = {},
): tf.Tensor {
  const axes = attentionAxes('nn.dotProductAttention', axis, key.rank);
  checkOperands(query, key, value, axes);
  const channels = key.rank - 1;
  const batchAxes = key.shape.map((_, i) => i).filter((i) => i !== channels && !axes.includes(i));
  const order = [...batchAxes, ...axes, channels];
  const sizes = (x: tf.Tensor, of: readonly number[]) => of.map((i) => x.shape[i] as number);
  const batch = sizes(key, batchAxes);
  // Whatever axes are attended over become one: [...batch, heads, positions, channels].
  const rows = (x: tf.Tensor) =>
    jnp.reshape(jnp.transpose(jnp.asarray(x, dtype), order), [
      ...batch,
      positionCount(x.shape, axes),
      x.shape[channels] as number,
    ]);

  const scale = Math.sqrt(query.shape[channels] as number);
  let weights = tf.matMul(rows(query.div(scale)), rows(key), false, true);
  const flat = weights.shape;
  const apart = [...batch, ...sizes(query, axes), ...sizes(key, axes)];
  if (bias) weights = jnp.reshape(biased(jnp.reshape(weights, apart), jnp.asarray(bias, dtype)), flat);
  weights = softmax(weights);
  if (!deterministic && dropoutRate > 0) {
    const shape = broadcastDropout ? apart.map((n, i) => (i < batch.length ? 1 : n)) : apart;
    const keep = keptWeights(dropoutRng ?? makeRng(), dropoutRate, shape).cast(dtype);
    weights = jnp.reshape(jnp.reshape(weights, apart).mul(keep.div(1 - dropoutRate)), flat);
  }

  const y = jnp.reshape(tf.matMul(weights, rows(value)), [
    ...batch,
    ...sizes(query, axes),
    value.shape[channels] as number,
  ]);
  return jnp.transpose(
    y,
    order.map((_, i) => order.indexOf(i)),
  );
}

function keptWeights(rng: tf.Tensor, dropoutRate: number, shape: readonly number[]): tf.Tensor {
  if (dropoutRate >= 1) throw new RangeError(`nn.dotProductAttention: dropoutRate is below 1, got ${dropoutRate}.`);
  return random.bernoulli(rng, 1 - dropoutRate, shape);
}

/** The sum, unless it had other axes than the weights. */
function biased(weights: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const extra = weights.rank - bias.rank;
  if (extra >= 0 && bias.shape.every((n, i) => n === 1 || n === weights.shape[i + extra])) return weights.add(bias);
  throw new ShapeError(
    `nn.dotProductAttention: the bias ${formatTensor(bias)} does not broadcast to the attention weights ` +
      `${formatTensor(weights)}, whose axes are batch, others, heads, queries, keys.`,
  );
}

function checkOperands(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, axes: readonly number[]): void {
  const agree = (a: tf.Tensor, b: tf.Tensor, axis: number) => a.shape[axis] === b.shape[axis];
  const all = key.shape.map((_, i) => i);
  const wrong =
    key.rank !== query.rank || all.some((i) => !axes.includes(i) && !agree(query, key, i))
      ? 'query and key should differ in the attention axes only'
      : key.rank !== value.rank || all.some((i) => i < key.rank - 1 && !agree(key, value, i))
        ? 'key and value should differ in the last axis only'
        : undefined;
  if (wrong === undefined) return;
  const got = [query, key, value].map(formatTensor).join(', ');
  throw new ShapeError(`nn.dotProductAttention: ${wrong}; the attention axes are ${axes.join(', ')}. Got ${got}.`);
}
