import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { normalize } from '../activation';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { DType, Initializer } from '../types';

export interface GroupNormOptions {
  /** How many groups the channels are divided into. Default 32, unless groupSize is given. */
  numGroups?: number | null;
  /** How many channels are in a group, in place of numGroups. */
  groupSize?: number | null;
  /** Added to the variance, so that it is not 0. Default 1e-6. */
  epsilon?: number;
  /** The dtype of the output. Default float32. */
  dtype?: DType;
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** Whether to multiply by a scale. Default true; a linear layer that follows (or relu and one) can do without. */
  scale?: boolean;
  /** Makes `bias: [1, …, channels]`. Default zeros. */
  biasInit?: Initializer;
  /** Makes `scale: [1, …, channels]`. Default ones. */
  scaleInit?: Initializer;
}

/**
 * Group normalization (flax.nn.GroupNorm; Wu and He 2018, https://arxiv.org/abs/1803.08494): in each example each group
 * of channels gets mean 0 and variance 1, over all axes between batch and channels too. `f32[batch, …, channels]` → the
 * same shape. Throws unless the groups divide the channels.
 *
 * Options: {@link GroupNormOptions}.
 */
export const GroupNorm = module(
  class GroupNorm extends Module {
    apply(
      inputs: Tensor,
      {
        groupSize = null,
        numGroups = groupSize === null ? 32 : null,
        epsilon = 1e-6,
        dtype = 'float32',
        bias = true,
        scale = true,
        biasInit = initializers.zeros,
        scaleInit = initializers.ones,
      }: GroupNormOptions = {},
    ): Tensor {
      const x = jnp.asarray(inputs, 'float32');
      const groups = groupCount(x, numGroups, groupSize);
      const channels = x.shape.at(-1) as number;
      const grouped = jnp.reshape(x, [...x.shape.slice(0, -1), groups, channels / groups]);
      const between = x.shape.map((_, i) => i).slice(1, -1);
      let y = jnp.reshape(normalize(grouped, [...between, x.rank], { epsilon }), x.shape);
      const parameterShape = x.shape.map((size, i) => (i === x.rank - 1 ? size : 1));
      if (scale) y = y.mul(this.param('scale', parameterShape, scaleInit));
      if (bias) y = y.add(this.param('bias', parameterShape, biasInit));
      return jnp.asarray(y, dtype);
    }
  },
);

function groupCount(x: Tensor, numGroups: number | null, groupSize: number | null): number {
  if (x.rank < 2) {
    throw new ShapeError(`nn.GroupNorm: the input should have axes for batch and channels, got ${formatTensor(x)}.`);
  }
  const size = groupSize ?? numGroups;
  if ((groupSize === null) === (numGroups === null) || size === null) {
    const given = numGroups === null ? 'neither' : `numGroups ${numGroups} and groupSize ${groupSize}`;
    throw new TypeError(`nn.GroupNorm: give either numGroups or groupSize, and not both; got ${given}.`);
  }
  const channels = x.shape.at(-1) as number;
  if (!Number.isInteger(size) || size < 1 || channels % size !== 0) {
    const what = groupSize === null ? `${numGroups} groups` : `groups of ${groupSize}`;
    throw new ShapeError(`nn.GroupNorm: the ${channels} channels of ${formatTensor(x)} do not divide into ${what}.`);
  }
  return groupSize === null ? size : channels / size;
}
