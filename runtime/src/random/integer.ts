/** Bits and integers (jax.random). uint32 values come in int32 tensors as their bits, as keys do. */
import { scalar, Tensor } from '#tfjs';
import { runPrimitive } from '../bindings/randomKernels';
import { checkKey, counting } from './key';
import { type Bound, uniform } from './real';

const RANGES = {
  int8: { min: -(2 ** 7), max: 2 ** 7 - 1 },
  uint8: { min: 0, max: 2 ** 8 - 1 },
  int16: { min: -(2 ** 15), max: 2 ** 15 - 1 },
  uint16: { min: 0, max: 2 ** 16 - 1 },
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  uint32: { min: 0, max: 2 ** 32 - 1 },
} as const;

export type IntegerDType = keyof typeof RANGES;

const WIDTHS = { uint8: 8, uint16: 16, uint32: 32 } as const;

/** Uniform random bits, `dtype` wide each. */
export function bits(key: Tensor, shape: readonly number[] = [], dtype: keyof typeof WIDTHS = 'uint32'): Tensor {
  checkKey('bits', key);
  const width = WIDTHS[dtype];
  if (width === undefined) {
    throw new TypeError(`random.bits: dtype is 'uint8', 'uint16' or 'uint32', got ${String(dtype)}.`);
  }
  return runPrimitive('DistaffRandomBits', { key }, { ...counting('bits', shape), width });
}

/**
 * Integers uniform in [minval, maxval); minval where that is empty. Bounds are integers or int32 tensors that broadcast
 * to the shape. Throws RangeError for a bound that `dtype` cannot hold, except that narrow types clip it, as in JAX.
 */
export function randint(
  key: Tensor,
  shape: readonly number[],
  minval: number | Tensor,
  maxval: number | Tensor,
  dtype: IntegerDType = 'int32',
): Tensor {
  checkKey('randint', key);
  const range = RANGES[dtype];
  if (range === undefined) {
    throw new TypeError(`random.randint: dtype is one of ${Object.keys(RANGES).join(', ')}, got ${String(dtype)}.`);
  }
  const whole = maxval === range.max + 1 && dtype.endsWith('32');
  return runPrimitive(
    'DistaffRandomInteger',
    {
      key,
      minval: integerBound('minval', minval, dtype, range.max),
      maxval: integerBound('maxval', whole ? range.max : maxval, dtype, range.max + 1),
    },
    { ...counting('randint', shape), unsigned: dtype === 'uint32', whole },
  );
}

function integerBound(name: string, value: number | Tensor, dtype: IntegerDType, largest: number): Tensor {
  const { min } = RANGES[dtype];
  const wide = dtype.endsWith('32');
  if (value instanceof Tensor) {
    const integers = value.dtype === 'int32' ? value : value.cast('int32');
    return wide ? integers : integers.clipByValue(min, largest);
  }
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(`random.randint: ${name} is an integer or an int32 tensor, got ${String(value)}.`);
  }
  const integer = Math.trunc(value);
  if (wide && (integer < min || integer > largest)) {
    throw new RangeError(
      `random.randint: ${name} ${value} does not fit ${dtype}, which reaches from ${min} to ${largest}.`,
    );
  }
  return scalar(Math.min(Math.max(integer, min), largest) | 0, 'int32');
}

/** Booleans that are true with probability `p`; without a shape, of p's own. */
export function bernoulli(key: Tensor, p: Bound = 0.5, shape?: readonly number[]): Tensor {
  const probability = typeof p === 'number' ? scalar(p, 'float32') : p;
  if (!(probability instanceof Tensor) || probability.dtype !== 'float32') {
    throw new TypeError(`random.bernoulli: p is a probability or a float32 tensor of them, got ${String(p)}.`);
  }
  return uniform(key, shape ?? probability.shape).less(probability);
}

/** Values -1 and 1, int32. */
export function rademacher(key: Tensor, shape: readonly number[] = []): Tensor {
  return bernoulli(key, 0.5, shape).cast('int32').mul(scalar(2, 'int32')).sub(scalar(1, 'int32'));
}
