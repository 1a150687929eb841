// Our backend with each op inside of jit; CONFORMANCE_COMPILER=xla has XLA compile what it can.
import { load } from './bundle.mjs';

export async function register() {
  const { nativeBinding, jitKernels } = await load('modes/jit.ts');
  jitKernels(process.env.CONFORMANCE_COMPILER === 'xla');
  return { name: 'distaff in jit', version: nativeBinding.TF_Version };
}
