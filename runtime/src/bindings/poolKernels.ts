/** TensorFlow's gradients of the gradients of max pools, which take the same attributes as those. */
import { getKernel, registerKernel, type TensorInfo } from '#tfjs';
import { type BindingBackend, NATIVE_BACKEND } from './backend';
import type { OpAttr } from './binding';

interface OpBackend extends BindingBackend {
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: TensorInfo[]): TensorInfo;
}

for (const kernelName of ['MaxPoolGrad', 'MaxPool3DGrad']) {
  const kernel = getKernel(kernelName, NATIVE_BACKEND);
  if (kernel === undefined) throw new Error(`tfjs-node has no kernel ${kernelName}.`);
  registerKernel({
    kernelName: `${kernelName}Grad`,
    backendName: NATIVE_BACKEND,
    kernelFunc: (call) => {
      const backend = call.backend as unknown as OpBackend;
      const renaming = Object.create(backend, {
        executeSingleOutput: {
          value: (op: string, attrs: OpAttr[], inputs: TensorInfo[]) =>
            backend.executeSingleOutput(`${op}Grad`, attrs, inputs),
        },
      });
      return kernel.kernelFunc({ ...call, backend: renaming });
    },
  });
}
