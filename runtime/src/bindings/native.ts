import { createRequire } from 'node:module';
import { BindingBackend, NATIVE_BACKEND, registerBindingBackend } from './backend';
import { type Binding, TF_CONSTANTS } from './binding';

/** Our N-API addon over libtensorflow. Loaded when the first value is needed, so that shapes need neither. */
export const nativeBinding: Binding = {
  ...TF_CONSTANTS,
  createTensor: (...args) => load().createTensor(...args),
  deleteTensor: (id) => load().deleteTensor(id),
  tensorDataSync: (id) => load().tensorDataSync(id),
  executeOp: (...args) => load().executeOp(...args),
  isUsingGpuDevice: () => false,
  getNumOfTensors: () => 0,
};

/** Puts the addon's own functions in place of the ones that load it. */
function load(): Binding {
  const addon = createRequire(import.meta.url)('../build/distaff.node') as Binding;
  return Object.assign(nativeBinding, addon);
}

registerBindingBackend(NATIVE_BACKEND, () => new BindingBackend(nativeBinding, NATIVE_BACKEND));
