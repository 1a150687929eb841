/**
 * Collectives as kernels, so that the tape sees them. Only a mapped axis with the name runs one (batch/collectives.ts).
 * Registered before other backends copy the kernels.
 */
import {
  engine,
  type NamedAttrMap,
  type NamedTensorMap,
  op,
  registerKernel,
  type Tensor,
  type TensorInfo,
} from '#tfjs';
import { NATIVE_BACKEND } from './backend';
import { type OpAttr, TF_CONSTANTS as TF } from './binding';

const COLLECTIVES = ['Psum', 'Pmax', 'Pmin', 'AllGather', 'PsumScatter', 'Ppermute', 'AllToAll', 'AxisIndex'] as const;

export type CollectiveName = (typeof COLLECTIVES)[number];

/** The part of tfjs-node's backend that kernels call. */
interface OpBackend {
  executeMultipleOutputs(op: string, attrs: OpAttr[], inputs: TensorInfo[], outputs: number): TensorInfo[];
}

for (const kernelName of COLLECTIVES) {
  registerKernel({
    kernelName,
    backendName: NATIVE_BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { axisName, from } = attrs as { axisName: string; from?: number[] };
      const given: OpAttr[] = [{ name: 'axis_name', type: TF.TF_ATTR_STRING, value: axisName }];
      if (from !== undefined) given.push({ name: 'from', type: TF.TF_ATTR_INT, value: from });
      const operands = inputs.x === undefined ? [] : [inputs.x as TensorInfo];
      const ops = backend as unknown as OpBackend;
      return ops.executeMultipleOutputs(`Distaff${kernelName}`, given, operands, 1)[0] as TensorInfo;
    },
  });
}

/** Along the innermost mapped axis with that name; `from` is for Ppermute: each example's source, or -1. */
export const collective = op({
  collective_: (name: CollectiveName, x: Tensor | null, axisName: string, from?: readonly number[]): Tensor => {
    const attrs: NamedAttrMap = from === undefined ? { axisName } : { axisName, from: [...from] };
    return engine().runKernel(name, (x === null ? {} : { x }) as NamedTensorMap, attrs) as Tensor;
  },
});
