import type { Tensor } from '#tfjs';
import * as lax from '../../lax/index';
import * as jnp from '../../numpy/index';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { DType, Initializer } from '../types';
import { windowed } from './conv';

export interface ConvTransposeOptions {
  /** Number of filters: the size of the output's last axis. */
  features: number;
  /** The kernel's window, one size for each spatial axis (1 to 3); a number for one axis. */
  kernelSize: number | readonly number[];
  /** How many times longer each spatial axis becomes. Default 1 each. */
  strides?: readonly number[] | null;
  /** 'SAME' (default), 'VALID', or a `[before, after]` pair for each spatial axis. */
  padding?: lax.Padding;
  /** Distance between kernel elements, for each spatial axis ('atrous' convolution). Default 1 each. */
  kernelDilation?: readonly number[] | null;
  /** Whether to add a bias. Default true. */
  bias?: boolean;
  /** The dtype of the computation. Default float32. */
  dtype?: DType;
  /** Makes `kernel: [...kernelSize, in, features]`. Default lecunNormal(). */
  kernelInit?: Initializer;
  /** Makes `bias: [features]`. Default zeros. */
  biasInit?: Initializer;
}

const defaultKernelInit = initializers.lecunNormal();

/**
 * A transposed convolution (flax.nn.ConvTranspose): `[batch, …spatial, in]` → `[batch, …spatial * strides, features]`
 * under 'SAME' padding; the batch axis may be absent. Throws if the input and the window do not fit.
 *
 * Options: {@link ConvTransposeOptions}.
 */
export const ConvTranspose = module(
  class ConvTranspose extends Module {
    apply(
      inputs: Tensor,
      {
        features,
        kernelSize: windowGiven,
        strides,
        padding = 'SAME',
        kernelDilation,
        bias = true,
        dtype = 'float32',
        kernelInit = defaultKernelInit,
        biasInit = initializers.zeros,
      }: ConvTransposeOptions,
    ): Tensor {
      const { x, kernelSize, single } = windowed('nn.ConvTranspose', jnp.asarray(inputs, dtype), windowGiven);
      const kernelShape = [...kernelSize, x.shape.at(-1) as number, features];
      const kernel = jnp.asarray(this.param('kernel', kernelShape, kernelInit), dtype);
      const convolved = lax.convTranspose(x, kernel, strides ?? kernelSize.map(() => 1), padding, {
        rhsDilation: kernelDilation,
      });
      const y = single ? jnp.squeeze(convolved, 0) : convolved;
      if (!bias) return y;
      return y.add(jnp.asarray(this.param('bias', [features], biasInit), dtype));
    }
  },
);
