import { TF_CONSTANTS as TF } from '../binding';
import { type Dtypes, FLOATING, INTEGER, REAL } from './dtypes';
import { dataDependent, result, sameShape } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

const IMAGES = ['batch', 'height', 'width', 'channels'];

/** The operand `[height, width]`. */
function imageSize(call: OpCall, index: number): number[] {
  call.inputOf(['2'], index, INTEGER);
  const size = call.values(index, 'image size');
  if (size.length !== 2 || size.some((length) => length < 1)) call.fail(`[${size.join(', ')}] is no height and width`);
  return size;
}

const resize =
  (dtypes: Dtypes, as?: number): ShapeRule =>
  (call) => {
    const { shape, dtype } = call.inputOf(IMAGES, 0, dtypes);
    return result(shape.toSpliced(1, 2, ...imageSize(call, 1)), as ?? dtype);
  };

/** Operands: the output's gradient, the input. */
const bilinearGradient: ShapeRule = (call) => {
  const gradient = call.inputOf(IMAGES, 0, FLOATING).shape;
  const { shape, dtype } = call.inputOf(IMAGES, 1, FLOATING);
  return result(gradient.toSpliced(1, 2, ...shape.slice(1, 3)), dtype);
};

const cropAndResize: ShapeRule = (call) => {
  const { shape } = call.inputOf(IMAGES, 0, REAL);
  const boxes = call.inputOf(['boxes', '4'], 1, FLOATING).shape;
  const images = call.inputOf(['boxes'], 2, INTEGER).shape;
  const [count = 0] = boxes;
  if (boxes[1] !== 4 || images[0] !== count) call.fail('each box has 4 corners and the place of its image');
  return result([count, ...imageSize(call, 3), shape[3] ?? 0], TF.TF_FLOAT);
};

/** How many boxes survive follows from their values, unless the output is padded. */
const nonMaxSuppression: ShapeRule = (call) => {
  const boxes = call.inputOf(['boxes', '4'], 0, FLOATING).shape;
  const scores = call.inputOf(['boxes'], 1, FLOATING).shape;
  if (boxes[1] !== 4 || !sameShape(scores, boxes.slice(0, 1))) call.fail('each box has 4 corners and a score');
  if (!call.flag('pad_to_max_output_size')) return dataDependent(call);
  const most = call.value(2, 'number of boxes');
  if (most < 0) call.fail(`${most} boxes were asked for`);
  return [...result([most], TF.TF_INT32), ...result([], TF.TF_INT32)];
};

const encode: ShapeRule = (call) => {
  call.inputOf(['height', 'width', 'channels'], 0, [TF.TF_UINT8]);
  return result([], TF.TF_STRING);
};

/** Images resized, cropped, read and written. */
export const images: ShapeRules = {
  CropAndResize: cropAndResize,
  DecodeBmp: dataDependent,
  DecodeGif: dataDependent,
  DecodeJpeg: dataDependent,
  DecodePng: dataDependent,
  EncodeJpeg: encode,
  EncodePng: encode,
  NonMaxSuppressionV3: nonMaxSuppression,
  NonMaxSuppressionV4: nonMaxSuppression,
  NonMaxSuppressionV5: nonMaxSuppression,
  ResizeBilinear: resize(REAL, TF.TF_FLOAT),
  ResizeBilinearGrad: bilinearGradient,
  ResizeNearestNeighbor: resize(REAL),
  ResizeNearestNeighborGrad: resize(REAL),
};
