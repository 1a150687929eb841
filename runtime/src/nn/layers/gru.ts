import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { sigmoid, tanh } from '../activation';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import { Dense } from './dense';
import { type CarryOptions, defaultRecurrentKernelInit, type RecurrentOptions } from './lstm';

const defaultKernelInit = initializers.lecunNormal();

/**
 * A gated recurrent unit (flax.nn.GRUCell; Cho et al. 2014): one step over `inputs: f32[..., features]` from a carry
 * `f32[..., size]` that `initializeCarry` makes. Returns the new carry and the output, which are the same.
 *
 * Options: {@link RecurrentOptions}.
 */
export const GRUCell = module(
  class GRUCell extends Module {
    apply(
      carry: Tensor,
      inputs: Tensor,
      {
        gateFn = sigmoid,
        activationFn = tanh,
        kernelInit = defaultKernelInit,
        recurrentKernelInit = defaultRecurrentKernelInit,
        biasInit = initializers.zeros,
      }: RecurrentOptions = {},
    ): [carry: Tensor, output: Tensor] {
      const h = carry;
      const features = h?.shape?.at(-1);
      if (features === undefined) {
        const got = h?.shape === undefined ? typeof h : formatTensor(h);
        throw new ShapeError(
          `nn.GRUCell: the carry should be f32[..., size], as initializeCarry makes it; got ${got}.`,
        );
      }
      const ofInput = (name: string) => Dense(inputs, { name, features, kernelInit, biasInit });
      const ofOutput = (name: string, bias = false) =>
        Dense(h, { name, features, bias, kernelInit: recurrentKernelInit, biasInit });
      // Where the two are added, one bias is enough.
      const r = gateFn(ofInput('ir').add(ofOutput('hr')));
      const z = gateFn(ofInput('iz').add(ofOutput('hz')));
      const n = activationFn(ofInput('in').add(r.mul(ofOutput('hn', true))));
      // (1 - z) * n + z * h
      const newH = n.add(z.mul(h.sub(n)));
      return [newH, newH];
    }

    /** The carry before the first step: an array `[...batchDims, size]`. */
    static initializeCarry(
      rng: Tensor,
      batchDims: readonly number[],
      size: number,
      { initFn = initializers.zeros }: CarryOptions = {},
    ): Tensor {
      return initFn(rng, [...batchDims, size]);
    }
  },
);
