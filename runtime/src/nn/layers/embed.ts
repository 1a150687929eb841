import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { kindOf } from '../../transforms/arguments';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { Initializer } from '../types';

export interface EmbedOptions {
  /** How many vectors there are: inputs are whole numbers below it. */
  numEmbeddings: number;
  /** The size of each vector. */
  features: number;
  /** Makes `embedding: [numEmbeddings, features]`. Default normal with variance 1 / features. */
  embeddingInit?: Initializer;
}

const defaultEmbedInit = initializers.varianceScaling(1, 'fan_in', 'normal', { outAxis: 0 });

/**
 * A vector for each whole number below `numEmbeddings` (flax.nn.Embed): `i32[...]` → `f32[..., features]`. `attend`
 * compares with all vectors. Throws if the input does not hold whole numbers.
 *
 * Options: {@link EmbedOptions}.
 */
export const Embed = module(
  class Embed extends Module {
    apply(inputs: Tensor, { numEmbeddings, features, embeddingInit = defaultEmbedInit }: EmbedOptions): Tensor {
      if ((inputs as Tensor | undefined)?.dtype !== 'int32') {
        throw new TypeError(
          `nn.Embed: the input should hold whole numbers, i32, got ${kindOf(inputs)}. ` +
            "jnp.asarray(x, 'int32') makes them.",
        );
      }
      const embedding = this.param('embedding', [numEmbeddings, features], embeddingInit);
      return jnp.take(embedding, inputs, 0);
    }

    /**
     * The inner product of each query with each vector: `f32[..., features]` → `f32[..., numEmbeddings]`, logits over
     * the numbers embedded. Reads the parameters that the embedding made.
     */
    attend(query: Tensor): Tensor {
      const embedding = this.getParam('embedding');
      const features = embedding.shape[1] as number;
      if (query.shape.at(-1) !== features) {
        throw new ShapeError(
          `nn.Embed: attend takes queries whose last axis is that of the embedding, ${features}; ` +
            `got ${formatTensor(query)}.`,
        );
      }
      const rows = jnp.reshape(query, [-1, features]);
      return jnp.reshape(rows.matMul(embedding, false, true), [
        ...query.shape.slice(0, -1),
        embedding.shape[0] as number,
      ]);
    }
  },
);
