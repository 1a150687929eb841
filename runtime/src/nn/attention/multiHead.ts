/** Modules that attend (flax.nn.MultiHeadDotProductAttention, flax.nn.SelfAttention). */
import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { module } from '../callable';
import * as initializers from '../initializers';
import { DenseGeneral } from '../layers/denseGeneral';
import { Module } from '../module';
import { ModuleError } from '../moduleError';
import { joinOptions } from '../options';
import { attentionAxes } from './axes';
import { Cache, noteShapes, pastMask, storePosition } from './cache';
import { dotProductAttention } from './dotProduct';
import { biasOf, makeCausalMask, makePaddingMask } from './masks';
import type { AttentionOptions } from './options';

const defaultKernelInit = initializers.lecunNormal();

class Attention extends Module {
  apply(
    inputsQ: Tensor,
    inputsKv: Tensor | null,
    {
      numHeads,
      qkvFeatures,
      outFeatures,
      attentionAxis,
      causalMask = false,
      paddingMask,
      keyPaddingMask,
      segmentation,
      keySegmentation,
      cache,
      broadcastDropout,
      dropoutRng,
      dropoutRate,
      deterministic,
      precision,
      dtype = 'float32',
      kernelInit = defaultKernelInit,
      biasInit = initializers.zeros,
      bias = true,
      attentionFn = dotProductAttention,
    }: AttentionOptions,
  ): Tensor {
    if (inputsQ.rank < 3) {
      throw new ShapeError(
        `Attention takes inputs with the axes batch, positions and features, got ${formatTensor(inputsQ)}.`,
      );
    }
    checkCache(cache, causalMask);
    const kv = inputsKv ?? inputsQ;
    const features = inputsQ.shape.at(-1) as number;
    const axes = attentionAxes('Attention', attentionAxis, inputsQ.rank + 1);

    const dense = DenseGeneral.partial({
      features: [numHeads, headFeatures(qkvFeatures ?? features, numHeads)],
      kernelInit,
      biasInit,
      bias,
      dtype,
    });
    const query = dense(inputsQ, { name: 'query' });
    let key = dense(kv, { name: 'key' });
    let value = dense(kv, { name: 'value' });

    const masks: Tensor[] = [];
    if (cache && !this.isInitializing()) {
      const past = storePosition(cache, inputsQ, key, value, axes);
      ({ key, value } = past);
      masks.push(pastMask(past, axes));
    } else {
      if (cache) noteShapes(cache, key);
      if (causalMask) masks.push(makeCausalMask(key, { attentionAxis: axes }));
    }
    if (!cache && (paddingMask || keyPaddingMask)) {
      const [ofQuery, ofKey] =
        kv === inputsQ
          ? [paddingMask ?? keyPaddingMask, keyPaddingMask ?? paddingMask]
          : [paddingMask ?? nowhere(inputsQ), keyPaddingMask ?? nowhere(kv)];
      masks.push(makePaddingMask(ofQuery as Tensor, ofKey as Tensor, query.shape, key.shape, { attentionAxis: axes }));
    }
    if (segmentation || keySegmentation) {
      const [ofQuery, ofKey] = [segmentation, keySegmentation ?? (kv === inputsQ ? segmentation : undefined)];
      if (!ofQuery || !ofKey) {
        throw new ModuleError(
          'Attention needs both segmentation, for the queries, and keySegmentation, for the keys and values; only ' +
            'self-attention takes the first for both.',
        );
      }
      const options = { attentionAxis: axes, segmentationMask: true };
      masks.push(makePaddingMask(ofQuery, ofKey, query.shape, key.shape, options));
    }

    const attended = attentionFn(query, key, value, {
      axis: axes,
      bias: biasOf(masks, dtype),
      dtype,
      broadcastDropout,
      dropoutRng,
      dropoutRate,
      deterministic,
      precision,
    });
    return DenseGeneral(attended, {
      features: outFeatures ?? features,
      axis: [-2, -1],
      kernelInit,
      biasInit,
      bias,
      dtype,
      name: 'out',
    });
  }
}

/** No padding at any position of the inputs. */
function nowhere(inputs: Tensor): Tensor {
  return jnp.ones(inputs.shape.slice(0, -1));
}

function headFeatures(features: number, numHeads: number): number {
  if (Number.isInteger(numHeads) && numHeads > 0 && features % numHeads === 0) return features / numHeads;
  throw new ShapeError(
    `Attention: the option numHeads should divide the ${features} features of queries, keys and values (qkvFeatures, ` +
      `by default the input's); got ${numHeads}.`,
  );
}

function checkCache(cache: unknown, causalMask: boolean): void {
  if (cache === undefined || cache === null) return;
  if (!(cache instanceof Cache)) {
    throw new ModuleError('Attention: the option cache is an nn.attention.Cache.');
  }
  if (causalMask) return;
  throw new ModuleError(
    'Attention with a cache is causal: give causalMask: true too. Decoding needs that no position attends to later ones.',
  );
}

/**
 * Attention of several heads, each with linear transformations of its own (Vaswani et al. 2017;
 * flax.nn.MultiHeadDotProductAttention). `inputsQ: [batch, …positions, features]` attends to
 * `inputsKv: [batch, …positions, features]`, null for itself → `[batch, …positions, outFeatures]`.
 *
 * Options: {@link AttentionOptions}.
 */
export const MultiHeadDotProductAttention = module('MultiHeadDotProductAttention', Attention);

/**
 * Attention of the inputs to themselves (flax.nn.SelfAttention): `[batch, …positions, features]` →
 * `[batch, …positions, outFeatures]`. As in Flax it is a partial of MultiHeadDotProductAttention and has its name.
 *
 * Options: {@link AttentionOptions}.
 */
export const SelfAttention = module(
  'MultiHeadDotProductAttention',
  class extends Module {
    apply(inputs: Tensor, { ...options }: AttentionOptions): Tensor {
      const { apply } = Attention.prototype;
      const args = joinOptions(apply, [inputs, null], { ...options }, 'SelfAttention.apply');
      return apply.apply(this, args as Parameters<typeof apply>);
    }
  },
);
