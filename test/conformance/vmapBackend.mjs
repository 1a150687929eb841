// Our backend with each op inside of vmap, over two examples that are alike.
import { load } from './bundle.mjs';

export async function register() {
  const { nativeBinding, vmapKernels } = await load('modes/vmap.ts');
  vmapKernels();
  return { name: 'distaff in vmap', version: nativeBinding.TF_Version };
}
