import { formatShape } from '../aval';
import { TF_CONSTANTS as TF } from '../binding';
import { FLOATING, REAL } from './dtypes';
import { broadcast, broadcastShapes, result, sameShape } from './makers';
import type { OpCall } from './opCall';
import type { ShapeRule, ShapeRules } from './rule';

const INT32 = [TF.TF_INT32];

/** The shape of keys int32[..., 2] without their two words. */
function keys(call: OpCall, index = 0): readonly number[] {
  const { shape } = call.input(index, INT32);
  if (shape.at(-1) !== 2) call.fail('a key is i32[2]');
  return shape.slice(0, -1);
}

/** An array of the attribute `shape` for each key; `bounds` of a dtype broadcast to them all. */
const sample =
  (dtype: number, bounds: 0 | 1 | 2 = 0, rest: readonly number[] = []): ShapeRule =>
  (call) => {
    const shape = [...keys(call), ...call.ints('shape'), ...rest];
    for (let index = 1; index <= bounds; index++) {
      const bound = call.input(index, [dtype]);
      const both = broadcastShapes(bound.shape, shape);
      if (both === undefined || !sameShape(both, shape)) {
        call.fail(`a bound does not broadcast to ${formatShape(shape)}`);
      }
    }
    return result(shape, dtype);
  };

const threefry: ShapeRule = (call) => {
  const shape = broadcastShapes(keys(call, 0), keys(call, 1)) ?? call.fail('shapes do not broadcast');
  return result([...shape, 2], TF.TF_INT32);
};

const shuffle: ShapeRule = (call) => {
  call.axisOf(call.int('axis'), call.ints('shape').length);
  return sample(TF.TF_INT32)(call);
};

/** Whole numbers, from float rates. */
const poisson: ShapeRule = (call) => sample(TF.TF_FLOAT, 1)(call).map(({ shape }) => ({ shape, dtype: TF.TF_INT32 }));

/** Matrices [..., m, n] give [..., m, k] and [..., k, n]. */
const qr: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0, FLOATING);
  const m = shape.at(-2) ?? call.fail('takes matrices');
  const n = shape.at(-1) ?? call.fail('takes matrices');
  const k = call.flag('full_matrices') ? m : Math.min(m, n);
  const batch = shape.slice(0, -2);
  return [...result([...batch, m, k], dtype), ...result([...batch, k, n], dtype)];
};

/** Rows of sorted values [batch, n] and of sought ones [batch, m] give [batch, m] places. */
const search: ShapeRule = (call) => {
  const sorted = call.inputOf(['batch', 'n'], 0, REAL);
  const { shape } = call.inputOf(['batch', 'm'], 1, [sorted.dtype]);
  if (shape[0] !== sorted.shape[0]) call.fail('numbers of rows differ');
  return result(shape, call.int('out_type', TF.TF_INT32));
};

/** Operands: the input, the output, a gradient like the input; gives one like the output. */
const secondMaximum: ShapeRule = (call) => {
  const input = call.input(0, FLOATING);
  const output = call.inputLike(input, 1);
  const { shape } = call.inputLike(input, 2);
  if (!sameShape(shape, input.shape)) call.fail(`the gradient is ${formatShape(shape)}`);
  return result(output.shape, output.dtype);
};

/** What Distaff adds: random's primitives (../randomKernels.ts), TensorFlow's ops of ../addedKernels.ts and ../poolKernels.ts. */
export const distaff: ShapeRules = {
  DistaffThreefry2x32: threefry,
  DistaffRandomSplit: sample(TF.TF_INT32, 0, [2]),
  DistaffRandomBits: sample(TF.TF_INT32),
  DistaffRandomInteger: sample(TF.TF_INT32, 2),
  DistaffRandomShuffle: shuffle,
  DistaffRandomUnit: sample(TF.TF_FLOAT),
  DistaffRandomUniform: sample(TF.TF_FLOAT, 2),
  DistaffRandomTruncatedNormal: sample(TF.TF_FLOAT, 2),
  DistaffRandomNormal: sample(TF.TF_FLOAT),
  DistaffRandomGumbel: sample(TF.TF_FLOAT),
  DistaffRandomExponential: sample(TF.TF_FLOAT),
  DistaffRandomLaplace: sample(TF.TF_FLOAT),
  DistaffRandomLogistic: sample(TF.TF_FLOAT),
  DistaffRandomCauchy: sample(TF.TF_FLOAT),
  DistaffRandomGamma: sample(TF.TF_FLOAT, 1),
  DistaffRandomPoisson: poisson,
  LowerBound: search,
  MaxPool3DGradGrad: secondMaximum,
  MaxPoolGradGrad: secondMaximum,
  Qr: qr,
  RandomGammaGrad: broadcast(FLOATING),
  UpperBound: search,
};
