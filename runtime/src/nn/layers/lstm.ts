/** Long short-term memory: cells that keep what they read over many steps (Hochreiter and Schmidhuber, 1997). */
import type { Tensor } from '#tfjs';
import { ShapeError } from '../../bindings/rules/rule';
import * as jnp from '../../numpy/index';
import { split } from '../../random/index';
import { formatTensor } from '../../transforms/shapeDtypeStruct';
import { sigmoid, tanh } from '../activation';
import { module } from '../callable';
import * as initializers from '../initializers';
import { Module } from '../module';
import type { Initializer } from '../types';
import { Dense } from './dense';

/** What an LSTM keeps between steps: the memory and the last output, both `f32[..., size]`. */
export type LSTMCarry = readonly [c: Tensor, h: Tensor];

export interface RecurrentOptions {
  /** Activation of the gates. Default sigmoid. */
  gateFn?: (x: Tensor) => Tensor;
  /** Activation of the memory's update and of the output. Default tanh. */
  activationFn?: (x: Tensor) => Tensor;
  /** Makes the kernels that transform the input. Default lecunNormal(). */
  kernelInit?: Initializer;
  /** Makes the kernels that transform the last output. Default orthogonal(). */
  recurrentKernelInit?: Initializer;
  /** Makes the biases. Default zeros. */
  biasInit?: Initializer;
}

export interface CarryOptions {
  /** Makes the carry's arrays. Default zeros. */
  initFn?: Initializer;
}

const defaultKernelInit = initializers.lecunNormal();
export const defaultRecurrentKernelInit = initializers.orthogonal();

/**
 * An LSTM cell (flax.nn.LSTMCell): one step over `inputs: f32[..., features]` from a carry that `initializeCarry` makes.
 * Returns the new carry and the output `f32[..., size]`, so that `lax.scan(model, carry, series)` runs it over a series.
 *
 * Options: {@link RecurrentOptions}.
 */
export const LSTMCell = module(
  class LSTMCell extends Module {
    apply(
      carry: LSTMCarry,
      inputs: Tensor,
      {
        gateFn = sigmoid,
        activationFn = tanh,
        kernelInit = defaultKernelInit,
        recurrentKernelInit = defaultRecurrentKernelInit,
        biasInit = initializers.zeros,
      }: RecurrentOptions = {},
    ): [carry: [c: Tensor, h: Tensor], output: Tensor] {
      checkCarry('nn.LSTMCell', carry);
      const [c, h] = carry;
      const features = h.shape.at(-1) as number;
      // The two are added, so one bias is enough.
      const gate = (name: string) =>
        Dense(inputs, { name: `i${name}`, features, bias: false, kernelInit }).add(
          Dense(h, { name: `h${name}`, features, kernelInit: recurrentKernelInit, biasInit }),
        );
      const i = gateFn(gate('i'));
      const f = gateFn(gate('f'));
      const g = activationFn(gate('g'));
      const o = gateFn(gate('o'));
      const newC = f.mul(c).add(i.mul(g));
      const newH = o.mul(activationFn(newC));
      return [[newC, newH], newH];
    }

    /** The carry before the first step: two arrays `[...batchDims, size]`. */
    static initializeCarry(rng: Tensor, batchDims: readonly number[], size: number, options?: CarryOptions) {
      return initialCarry(rng, [...batchDims, size], options);
    }
  },
);

/** Has a Dense's parameters and leaves the multiplication to others. */
const DenseParameters = module(
  class DenseParameters extends Module {
    apply(
      inputs: Tensor,
      {
        features,
        bias,
        kernelInit,
        biasInit,
      }: { features: number; bias: boolean; kernelInit: Initializer; biasInit: Initializer },
    ): [kernel: Tensor, bias: Tensor | null] {
      const kernel = this.param('kernel', [inputs.shape.at(-1) as number, features], kernelInit);
      return [kernel, bias ? this.param('bias', [features], biasInit) : null];
    }
  },
);

/**
 * An LSTM cell that does one multiplication for all gates (flax.nn.OptimizedLSTMCell), with LSTMCell's parameters under
 * the same names and the same results.
 *
 * Options: {@link RecurrentOptions}.
 */
export const OptimizedLSTMCell = module(
  class OptimizedLSTMCell extends Module {
    apply(
      carry: LSTMCarry,
      inputs: Tensor,
      {
        gateFn = sigmoid,
        activationFn = tanh,
        kernelInit = defaultKernelInit,
        recurrentKernelInit = defaultRecurrentKernelInit,
        biasInit = initializers.zeros,
      }: RecurrentOptions = {},
    ): [carry: [c: Tensor, h: Tensor], output: Tensor] {
      checkCarry('nn.OptimizedLSTMCell', carry);
      const [c, h] = carry;
      const features = h.shape.at(-1) as number;
      const kernels: { ofInput: Tensor[]; ofOutput: Tensor[] } = { ofInput: [], ofOutput: [] };
      const biases: Tensor[] = [];
      for (const name of ['i', 'f', 'g', 'o']) {
        const [ofInput] = DenseParameters(inputs, { name: `i${name}`, features, bias: false, kernelInit, biasInit });
        const [ofOutput, bias] = DenseParameters(h, {
          name: `h${name}`,
          features,
          bias: true,
          kernelInit: recurrentKernelInit,
          biasInit,
        });
        kernels.ofInput.push(ofInput);
        kernels.ofOutput.push(ofOutput);
        if (bias !== null) biases.push(bias);
      }
      const sum = jnp
        .dot(inputs, jnp.concatenate(kernels.ofInput, -1))
        .add(jnp.dot(h, jnp.concatenate(kernels.ofOutput, -1)))
        .add(jnp.concatenate(biases));
      const [i, f, g, o] = jnp.split(sum, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const newC = gateFn(f)
        .mul(c)
        .add(gateFn(i).mul(activationFn(g)));
      const newH = gateFn(o).mul(activationFn(newC));
      return [[newC, newH], newH];
    }

    /** The carry before the first step: two arrays `[...batchDims, size]`. */
    static initializeCarry(rng: Tensor, batchDims: readonly number[], size: number, options?: CarryOptions) {
      return initialCarry(rng, [...batchDims, size], options);
    }
  },
);

/** Two arrays of the shape, each from a key of its own. */
export function initialCarry(
  rng: Tensor,
  shape: readonly number[],
  { initFn = initializers.zeros }: CarryOptions = {},
): [c: Tensor, h: Tensor] {
  const [ofC, ofH] = split(rng) as unknown as [Tensor, Tensor];
  return [initFn(ofC, shape), initFn(ofH, shape)];
}

/** Throws unless the carry is two tensors of one shape. */
export function checkCarry(caller: string, carry: unknown): void {
  const [c, h] = Array.isArray(carry) ? (carry as readonly (Tensor | undefined)[]) : [];
  const shape = h?.shape;
  if (c?.shape !== undefined && shape !== undefined && String(c.shape) === String(shape) && shape.length > 0) return;
  const got = c?.shape && h?.shape ? `[${formatTensor(c)}, ${formatTensor(h)}]` : typeof carry;
  throw new ShapeError(
    `${caller}: the carry should be two tensors [c, h] of one shape [..., size], as initializeCarry makes them; got ${got}.`,
  );
}
