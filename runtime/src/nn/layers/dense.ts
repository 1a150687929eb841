import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { DType, Initializer } from '../types';

export interface DenseOptions {
  /** Size of the output's last axis. */
  features: number;
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** The dtype of the computation. Default float32. */
  dtype?: DType;
  /** Makes `kernel: [in, features]`. Default lecunNormal(). */
  kernelInit?: Initializer;
  /** Makes `bias: [features]`. Default zeros. */
  biasInit?: Initializer;
}

const defaultKernelInit = initializers.lecunNormal();

/**
 * A linear transformation of the last axis (flax.nn.Dense): `[..., in]` → `[..., features]`.
 *
 * Options: {@link DenseOptions}.
 */
export const Dense = module(
  class Dense extends Module {
    apply(
      inputs: Tensor,
      {
        features,
        bias = true,
        dtype = 'float32',
        kernelInit = defaultKernelInit,
        biasInit = initializers.zeros,
      }: DenseOptions,
    ): Tensor {
      const x = jnp.asarray(inputs, dtype);
      const inFeatures = x.shape.at(-1);
      if (inFeatures === undefined) {
        throw new ShapeError(`nn.Dense: the input needs a last axis to transform, got ${formatTensor(x)}.`);
      }
      const kernel = jnp.asarray(this.param('kernel', [inFeatures, features], kernelInit), dtype);
      const y = jnp.dot(x, kernel);
      if (!bias) return y;
      return y.add(jnp.asarray(this.param('bias', [features], biasInit), dtype));
    }
  },
);
