/**
 * What parameters start as (jax.nn.initializers). An initializer is `(key, shape, dtype?) => Tensor`; `zeros` and `ones`
 * are initializers, the other functions make one.
 *
 * @module
 */
import { fill, ones as onesOf, type Tensor, zeros as zerosOf } from '#tfjs';
import { formatShape } from '../bindings/aval';
import * as random from '../random/index';
import { orthogonal as orthogonalMatrix } from '../random/orthogonal';
import type { DType, Initializer } from './types';

/** All zeros. */
export const zeros: Initializer = (_key, shape, dtype = 'float32') => zerosOf([...shape], dtype);

/** All ones. */
export const ones: Initializer = (_key, shape, dtype = 'float32') => onesOf([...shape], dtype);

/** All `value`. */
export function constant(value: number): Initializer {
  return (_key, shape, dtype = 'float32') => fill([...shape], value, dtype as 'float32');
}

/** Uniform in [0, scale). */
export function uniform({ scale = 1e-2 }: { scale?: number } = {}): Initializer {
  return drawn('uniform', (key, shape) => random.uniform(key, shape).mul(scale));
}

/** Normal around 0. */
export function normal({ stddev = 1e-2 }: { stddev?: number } = {}): Initializer {
  return drawn('normal', (key, shape) => random.normal(key, shape).mul(stddev));
}

/** Normal around 0, cut off at `lower` and `upper` standard deviations; `stddev` is that before the cut. */
export function truncatedNormal({
  stddev = 1e-2,
  lower = -2,
  upper = 2,
}: {
  stddev?: number;
  lower?: number;
  upper?: number;
} = {}): Initializer {
  return drawn('truncatedNormal', (key, shape) => random.truncatedNormal(key, lower, upper, shape).mul(stddev));
}

/** Which axes of a shape are a layer's inputs and outputs; those in neither are a convolution's window. */
export interface FanAxes {
  /** The last but one by default. */
  inAxis?: number | readonly number[];
  /** The last by default. */
  outAxis?: number | readonly number[];
  /** Axes that do not count. */
  batchAxis?: number | readonly number[];
}

export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg' | 'fan_geo_avg';
export type Distribution = 'truncated_normal' | 'normal' | 'uniform';

/** The standard deviation of a standard normal value within (-2, 2). */
const TRUNCATED_STDDEV = 0.87962566103423978;

/**
 * Values around 0 with variance scale / n, n being the layer's inputs ('fan_in'), outputs ('fan_out'), or their
 * arithmetic ('fan_avg') or geometric ('fan_geo_avg') mean. 'truncated_normal' is cut off at two standard deviations.
 */
export function varianceScaling(
  scale: number,
  mode: FanMode,
  distribution: Distribution,
  axes: FanAxes = {},
): Initializer {
  return drawn('varianceScaling', (key, shape) => {
    const variance = Math.fround(scale / fan(shape, mode, axes));
    switch (distribution) {
      case 'truncated_normal': {
        const stddev = sqrt(variance) / Math.fround(TRUNCATED_STDDEV);
        return random.truncatedNormal(key, -2, 2, shape).mul(stddev);
      }
      case 'normal':
        return random.normal(key, shape).mul(sqrt(variance));
      case 'uniform':
        return random.uniform(key, shape, { minval: -1 }).mul(sqrt(Math.fround(3 * variance)));
      default:
        throw new RangeError(
          `varianceScaling: the distribution is 'truncated_normal', 'normal' or 'uniform', got ${distribution}.`,
        );
    }
  });
}

/** Glorot and Bengio (2010): variance 2 / (inputs + outputs), uniform. */
export const glorotUniform = (axes?: FanAxes): Initializer => varianceScaling(1, 'fan_avg', 'uniform', axes);
/** Glorot and Bengio (2010): variance 2 / (inputs + outputs), truncated normal. */
export const glorotNormal = (axes?: FanAxes): Initializer => varianceScaling(1, 'fan_avg', 'truncated_normal', axes);
export { glorotNormal as xavierNormal, glorotUniform as xavierUniform };

/** LeCun et al. (1998): variance 1 / inputs, uniform. */
export const lecunUniform = (axes?: FanAxes): Initializer => varianceScaling(1, 'fan_in', 'uniform', axes);
/** LeCun et al. (1998): variance 1 / inputs, truncated normal. */
export const lecunNormal = (axes?: FanAxes): Initializer => varianceScaling(1, 'fan_in', 'truncated_normal', axes);

/** He et al. (2015): variance 2 / inputs, uniform. */
export const heUniform = (axes?: FanAxes): Initializer => varianceScaling(2, 'fan_in', 'uniform', axes);
/** He et al. (2015): variance 2 / inputs, truncated normal. */
export const heNormal = (axes?: FanAxes): Initializer => varianceScaling(2, 'fan_in', 'truncated_normal', axes);
export { heNormal as kaimingNormal, heUniform as kaimingUniform };

/** Scaled orthonormal columns along `columnAxis`, or rows where there are fewer of them (Saxe et al., 2013). */
export function orthogonal({ scale = 1, columnAxis = -1 }: { scale?: number; columnAxis?: number } = {}): Initializer {
  return drawn('orthogonal', (key, shape) => {
    if (shape.length < 2) throw new RangeError(`orthogonal: ${formatShape(shape)} has fewer than two axes.`);
    if (shape.includes(0)) return zerosOf([...shape]);
    const axis = axisOf(columnAxis, shape);
    const columns = shape[axis] as number;
    const others = shape.filter((_, i) => i !== axis);
    const matrix = orthogonalMatrix(key, product(others), { m: columns }).mul(scale);
    const last = others.length;
    const order = [...others.keys()].toSpliced(axis, 0, last);
    return matrix.reshape([...others, columns]).transpose(order);
  });
}

/**
 * Convolution kernels that are orthogonal in the middle of their window and 0 elsewhere (Xiao et al., 2018), for shapes
 * [...window, inputs, outputs] of one to three window axes, inputs <= outputs.
 */
export function deltaOrthogonal({
  scale = 1,
  columnAxis = -1,
}: {
  scale?: number;
  columnAxis?: number;
} = {}): Initializer {
  return drawn('deltaOrthogonal', (key, shape) => {
    if (shape.length < 3 || shape.length > 5) {
      throw new RangeError(`deltaOrthogonal: ${formatShape(shape)} does not have 3, 4 or 5 axes.`);
    }
    const matrix = shape.slice(-2);
    const [inputs = 0, outputs = 0] = matrix;
    if (outputs < inputs) {
      throw new RangeError(`deltaOrthogonal: ${formatShape(shape)} has more inputs (${inputs}) than outputs.`);
    }
    const window = shape.slice(0, -2);
    const around = window.map((size): [number, number] => {
      const before = Math.floor((size - 1) / 2);
      return [before, size - 1 - before];
    });
    const middle = orthogonal({ scale, columnAxis })(key, matrix).reshape([...window.map(() => 1), ...matrix]);
    return middle.pad([...around, [0, 0], [0, 0]]);
  });
}

/** An initializer of random values, which are float32. */
function drawn(name: string, draw: (key: Tensor, shape: readonly number[]) => Tensor): Initializer {
  return (key, shape, dtype: DType = 'float32') => {
    if (dtype !== 'float32') throw new TypeError(`${name} makes float32 parameters, ${dtype} was asked for.`);
    return draw(key, shape);
  };
}

/** float32's square root. */
function sqrt(x: number): number {
  return Math.fround(Math.sqrt(x));
}

function fan(shape: readonly number[], mode: FanMode, { inAxis = -2, outAxis = -1, batchAxis = [] }: FanAxes): number {
  if (inAxis === -2 && shape.length < 2) {
    throw new RangeError(
      `${formatShape(shape)} has no axis of inputs: a shape of two axes or more is needed, or inAxis and outAxis.`,
    );
  }
  const size = (axes: number | readonly number[]) =>
    product((typeof axes === 'number' ? [axes] : axes).map((axis) => shape[axisOf(axis, shape)] as number));
  const [inputs, outputs] = [size(inAxis), size(outAxis)];
  const window = product(shape) / inputs / outputs / size(batchAxis);
  const [fanIn, fanOut] = [inputs * window, outputs * window];
  switch (mode) {
    case 'fan_in':
      return fanIn;
    case 'fan_out':
      return fanOut;
    case 'fan_avg':
      return (fanIn + fanOut) / 2;
    case 'fan_geo_avg':
      return Math.sqrt(fanIn * fanOut);
    default:
      throw new RangeError(
        `varianceScaling: the mode is 'fan_in', 'fan_out', 'fan_avg' or 'fan_geo_avg', got ${mode}.`,
      );
  }
}

function axisOf(axis: number, shape: readonly number[]): number {
  const along = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(along) || along < 0 || along >= shape.length) {
    throw new RangeError(`There is no axis ${axis} in ${formatShape(shape)}.`);
  }
  return along;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
