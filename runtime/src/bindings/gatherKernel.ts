/**
 * tfjs-node's GatherV2 reads all indices back to check their range, which needs values and waits for the device.
 * TensorFlow checks the range itself.
 */
import { backend_util, GatherV2, registerKernel, scalar, type TensorInfo, unregisterKernel } from '#tfjs';
import { type BindingBackend, NATIVE_BACKEND } from './backend';
import { type OpAttr, TF_CONSTANTS as TF } from './binding';

interface OpBackend extends BindingBackend {
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: TensorInfo[]): TensorInfo;
}

unregisterKernel(GatherV2, NATIVE_BACKEND);
registerKernel({
  kernelName: GatherV2,
  backendName: NATIVE_BACKEND,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
    const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
    backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, axis, batchDims);
    const ops = backend as unknown as OpBackend;
    const axisTensor = scalar(axis, 'int32');
    const type = (name: string, value: number): OpAttr => ({ name, type: TF.TF_ATTR_TYPE, value });
    const output = ops.executeSingleOutput(
      GatherV2,
      [
        { name: 'batch_dims', type: TF.TF_ATTR_INT, value: batchDims },
        type('Tparams', ops.getDTypeInteger(x.dtype)),
        type('Tindices', ops.getDTypeInteger(indices.dtype)),
        type('Taxis', TF.TF_INT32),
      ],
      [x, indices, axisTensor],
    );
    axisTensor.dispose();
    return output;
  },
});
