import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { normalize } from '../activation';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { DType, Initializer } from '../types';

export interface LayerNormOptions {
  /** Added to the variance, so that it is not 0. Default 1e-6. */
  epsilon?: number;
  /** The dtype of the output. Default float32. */
  dtype?: DType;
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** Whether to multiply by a scale. Default true; a linear layer that follows (or relu and one) can do without. */
  scale?: boolean;
  /** Makes `bias: [features]`. Default zeros. */
  biasInit?: Initializer;
  /** Makes `scale: [features]`. Default ones. */
  scaleInit?: Initializer;
}

/**
 * Layer normalization (flax.nn.LayerNorm; Ba et al. 2016, https://arxiv.org/abs/1607.06450): the last axis of each
 * example gets mean 0 and variance 1, then scale and bias. `f32[..., features]` → the same shape.
 *
 * Options: {@link LayerNormOptions}.
 */
export const LayerNorm = module(
  class LayerNorm extends Module {
    apply(
      inputs: Tensor,
      {
        epsilon = 1e-6,
        dtype = 'float32',
        bias = true,
        scale = true,
        biasInit = initializers.zeros,
        scaleInit = initializers.ones,
      }: LayerNormOptions = {},
    ): Tensor {
      const x = jnp.asarray(inputs, 'float32');
      const features = x.shape.at(-1);
      if (features === undefined) {
        throw new ShapeError(`nn.LayerNorm: the input needs a last axis to normalize, got ${formatTensor(x)}.`);
      }
      let y = normalize(x, -1, { epsilon });
      if (scale) y = y.mul(this.param('scale', [features], scaleInit));
      if (bias) y = y.add(this.param('bias', [features], biasInit));
      return jnp.asarray(y, dtype);
    }
  },
);
