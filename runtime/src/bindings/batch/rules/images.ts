import type { BatchRule, BatchRules } from '../call';
import { loop } from '../loop';

/**
 * Examples are more images: the mapped axis joins the images' axis of the inputs at `images`, and comes out of the
 * output. Operand `sizes` is the shape of such an input; all other inputs must be shared.
 */
const folded =
  (images: readonly number[], sizes?: number): BatchRule =>
  (call) => {
    const fits = call.inputs.every(({ mapped }, i) => images.includes(i) || !mapped);
    if (!fits) return loop(call);
    const count = call.input(images[0] as number).shape[0] ?? 1;
    const inputs = call.inputs.map(({ id, shape, dtype }, i) => {
      if (images.includes(i)) return call.reshape(call.front(i), dtype, [call.size * count, ...shape.slice(1)]);
      return i === sizes ? call.ints([call.size * count, ...call.values(i, 'shape').slice(1)]) : id;
    });
    return call.below(call.op, call.attrs, inputs, call.outputCount).map(({ id, shape, dtype }) => {
      const own = [count, ...shape.slice(1)];
      return call.level.mapped(call.reshape(id, dtype, [call.size, ...own]), own, dtype);
    });
  };

/** Convolutions, pooling and resizing. */
export const images: BatchRules = {
  AvgPool: folded([0]),
  AvgPool3D: folded([0]),
  AvgPool3DGrad: folded([1], 0),
  AvgPoolGrad: folded([1], 0),
  Conv2D: folded([0]),
  Conv2DBackpropInput: folded([2], 0),
  Conv3D: folded([0]),
  Conv3DBackpropInputV2: folded([2], 0),
  DepthwiseConv2dNative: folded([0]),
  DepthwiseConv2dNativeBackpropInput: folded([2], 0),
  Dilation2D: folded([0]),
  LRN: folded([0]),
  LRNGrad: folded([0, 1, 2]),
  MaxPool: folded([0]),
  MaxPool3D: folded([0]),
  MaxPool3DGrad: folded([0, 1, 2]),
  MaxPoolGrad: folded([0, 1, 2]),
  ResizeBilinear: folded([0]),
  ResizeBilinearGrad: folded([0, 1]),
  ResizeNearestNeighbor: folded([0]),
  DepthToSpace: folded([0]),
};
