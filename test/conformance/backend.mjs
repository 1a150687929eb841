// Our backend over the native binding.
import { load } from './bundle.mjs';

export async function register() {
  const { nativeBinding } = await load('../../runtime/src/bindings/native.ts');
  return { name: 'distaff', version: nativeBinding.TF_Version };
}
