import type { Tensor } from '#tfjs';
import type { Padding } from '../../lax/index';
import * as jnp from '../../numpy/index';
import { sigmoid } from '../activation';
import { module } from '../callable';
import { Module } from '../module';
import type { DType } from '../types';
import { Conv } from './conv';
import { type CarryOptions, checkCarry, initialCarry, type LSTMCarry } from './lstm';

export interface ConvLSTMOptions {
  /** Number of filters: the size of the output's last axis. */
  features: number;
  /** The kernels' window, one size for each spatial axis. */
  kernelSize: number | readonly number[];
  /** Steps between windows, for each spatial axis. Default 1 each. */
  strides?: readonly number[] | null;
  /** 'SAME' (default), 'VALID', or a `[before, after]` pair for each spatial axis. */
  padding?: Padding;
  /** Whether to add biases. Default true. */
  bias?: boolean;
  /** The dtype of the convolutions. Default float32. */
  dtype?: DType;
}

/**
 * A convolutional LSTM cell (flax.nn.ConvLSTM; Shi et al. 2015): one step over `inputs: f32[batch, …spatial, in]` from a
 * carry that `initializeCarry` makes. Returns the new carry and the output `f32[batch, …spatial, features]`. 1 is added
 * to the bias of the forget gate, so that little is forgotten at the start.
 *
 * Options: {@link ConvLSTMOptions}.
 */
export const ConvLSTM = module(
  class ConvLSTM extends Module {
    apply(
      carry: LSTMCarry,
      inputs: Tensor,
      { features, kernelSize, strides, padding = 'SAME', bias = true, dtype = 'float32' }: ConvLSTMOptions,
    ): [carry: [c: Tensor, h: Tensor], output: Tensor] {
      checkCarry('nn.ConvLSTM', carry);
      const [c, h] = carry;
      const gates = Conv.partial({ features: 4 * features, kernelSize, strides, padding, bias, dtype });
      const sum = gates(inputs, { name: 'ih' }).add(gates(h, { name: 'hh' }));
      const [i, g, f, o] = jnp.split(sum, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const newC = sigmoid(f.add(1))
        .mul(c)
        .add(sigmoid(i).mul(jnp.tanh(g)));
      const newH = sigmoid(o).mul(jnp.tanh(newC));
      return [[newC, newH], newH];
    }

    /** The carry before the first step: two arrays `[...batchDims, ...size]`, `size` being `[…spatial, features]`. */
    static initializeCarry(rng: Tensor, batchDims: readonly number[], size: readonly number[], options?: CarryOptions) {
      return initialCarry(rng, [...batchDims, ...size], options);
    }
  },
);
