/** Kernels over TensorFlow's own ops that tfjs-node does not have. Registered before other backends copy the kernels. */
import './collectiveKernels';
import './gatherKernel';
import './poolKernels';
import './tensorFlowOps';
import { engine, type NamedTensorMap, op, registerKernel, SearchSorted, type Tensor, type TensorInfo } from '#tfjs';
import { NATIVE_BACKEND } from './backend';
import { type OpAttr, TF_CONSTANTS as TF } from './binding';

/** The part of tfjs-node's backend that kernels call. */
interface OpBackend {
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: TensorInfo[]): TensorInfo;
  executeMultipleOutputs(op: string, attrs: OpAttr[], inputs: TensorInfo[], outputs: number): TensorInfo[];
}

const FLOAT: OpAttr = { name: 'T', type: TF.TF_ATTR_TYPE, value: TF.TF_FLOAT };

registerKernel({
  kernelName: SearchSorted,
  backendName: NATIVE_BACKEND,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { sortedSequence, values } = inputs as { sortedSequence: TensorInfo; values: TensorInfo };
    const T = sortedSequence.dtype === 'int32' ? { ...FLOAT, value: TF.TF_INT32 } : FLOAT;
    const outType: OpAttr = { name: 'out_type', type: TF.TF_ATTR_TYPE, value: TF.TF_INT32 };
    const op = attrs?.side === 'right' ? 'UpperBound' : 'LowerBound';
    return (backend as OpBackend).executeSingleOutput(op, [T, outType], [sortedSequence, values]);
  },
});

registerKernel({
  kernelName: 'Qr',
  backendName: NATIVE_BACKEND,
  kernelFunc: ({ inputs, backend }) => {
    const full: OpAttr = { name: 'full_matrices', type: TF.TF_ATTR_BOOL, value: false };
    return (backend as OpBackend).executeMultipleOutputs('Qr', [full, FLOAT], [inputs.x as TensorInfo], 2);
  },
});

/** Reduced QR of f32[..., m, n]: Q f32[..., m, k] and R f32[..., k, n], k = min(m, n). R's diagonal has any signs. */
export const qr = op({
  qr_: (x: Tensor): [q: Tensor, r: Tensor] => engine().runKernel('Qr', { x } as NamedTensorMap) as [Tensor, Tensor],
});

registerKernel({
  kernelName: 'ReluGrad',
  backendName: NATIVE_BACKEND,
  kernelFunc: ({ inputs, backend }) => {
    const { dy, x } = inputs as { dy: TensorInfo; x: TensorInfo };
    return (backend as OpBackend).executeSingleOutput('ReluGrad', [FLOAT], [dy, x]);
  },
});

/** `dy` where `x` is positive, else 0; both f32 of one shape. One pass, where tfjs's step function takes six. */
export const reluGrad = op({
  reluGrad_: (dy: Tensor, x: Tensor): Tensor => engine().runKernel('ReluGrad', { dy, x } as NamedTensorMap),
});
