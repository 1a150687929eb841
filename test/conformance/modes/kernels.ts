/** Puts something around every kernel of the native backend. */
import {
  engine,
  getKernelsForBackend,
  type KernelConfig,
  type NamedAttrMap,
  registerKernel,
  type Tensor,
  type TensorInfo,
  unregisterKernel,
} from '#tfjs';
import { NATIVE_BACKEND } from '../../../runtime/src/bindings/backend';
import '../../../runtime/src/bindings/abstract';

type Inputs = Parameters<KernelConfig['kernelFunc']>[0]['inputs'];
export type Outputs = TensorInfo | TensorInfo[];

/** One call of a kernel. */
export interface KernelCall {
  readonly name: string;
  readonly attrs: NamedAttrMap | undefined;
  /** The inputs that are given, and their names. */
  readonly names: readonly string[];
  readonly tensors: readonly Tensor[];
  /** Runs the kernel on other tensors, on another backend, which must be active. */
  on(backend: string, tensors: readonly TensorInfo[]): Outputs;
}

/** By it the engine makes aliases, which have their tensor's data: results of functions have data of their own. */
const SHARING = 'Identity';

/** `around` gives what the kernel gives, or undefined where the kernel is to run as it is. */
export function wrapKernels(around: (call: KernelCall) => Outputs | undefined): void {
  let isInside = false;
  for (const kernel of getKernelsForBackend(NATIVE_BACKEND)) {
    const { kernelName: name, kernelFunc } = kernel;
    if (name === SHARING) continue;
    unregisterKernel(name, NATIVE_BACKEND);
    registerKernel({
      ...kernel,
      kernelFunc: (given) => {
        const names = Object.keys(given.inputs).filter((input) => given.inputs[input] != null);
        const tensors = names.map((input) => given.inputs[input] as Tensor);
        // There are no tensors of strings in transformed functions.
        const isOfStrings = given.attrs?.dtype === 'string' || tensors.some(({ dtype }) => dtype === 'string');
        if (isInside || isOfStrings) return kernelFunc(given);
        isInside = true;
        try {
          const outputs = around({
            name,
            attrs: given.attrs,
            names,
            tensors,
            on(backend, others) {
              const named = Object.fromEntries(names.map((input, i) => [input, others[i]]));
              const inputs = (Array.isArray(given.inputs) ? others : named) as Inputs;
              return kernelFunc({
                inputs,
                attrs: given.attrs as NamedAttrMap,
                backend: engine().findBackend(backend),
              });
            },
          });
          return outputs ?? kernelFunc(given);
        } finally {
          isInside = false;
        }
      },
    });
  }
}
