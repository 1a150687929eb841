import { formatSize } from '../sizes';
import { FLOATING } from './dtypes';
import { alike, result, sameShape } from './makers';
import type { ShapeRule, ShapeRules } from './rule';
import { layoutOf } from './windows';

/** Operands: the input, scale, offset, mean and variance. Outputs: the input normalized and four vectors. */
const batchNorm: ShapeRule = (call) => {
  const layout = layoutOf(call, 2);
  const input = call.inputOf(layout.names, 0, FLOATING);
  const channels = [input.shape[layout.channels] ?? 0];
  for (let index = 1; index < 5; index++) {
    const vector = call.inputLike(input, index);
    const unused = call.flag('is_training') && index > 2;
    if (!unused && !sameShape(vector.shape, channels)) {
      call.fail(`scale, offset, mean and variance need ${formatSize(channels[0] ?? 0)} values each`);
    }
  }
  const vectors = Array.from({ length: 4 }, () => result(channels, input.dtype)).flat();
  return [...result(input.shape, input.dtype), ...vectors];
};

const localResponse: ShapeRule = (call) => {
  const { shape, dtype } = call.inputOf(layoutOf(call, 2).names, 0, FLOATING);
  return result(shape, dtype);
};

const softmax: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0, FLOATING);
  if (shape.length === 0) call.fail('a scalar has no axis to normalize');
  return result(shape, dtype);
};

/** What makes means, variances or sums the same. */
export const normalization: ShapeRules = {
  FusedBatchNorm: batchNorm,
  LRN: localResponse,
  LRNGrad: alike(FLOATING),
  Softmax: softmax,
};
