/**
 * Stands in for tfjs-core's `zeros` and `ones`, which fill an array in JavaScript: here the backend fills, so that an
 * abstract tensor has no values and a native one keeps none in JavaScript.
 */
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { complex } from '@tensorflow/tfjs-core/dist/ops/complex';
import { fill } from '@tensorflow/tfjs-core/dist/ops/fill';

const filled = (shape: number[], value: number, dtype: DataType): Tensor =>
  dtype === 'complex64' ? complex(filled(shape, value, 'float32'), zeros(shape)) : fill(shape, value, dtype);

export const zeros = (shape: number[], dtype: DataType = 'float32'): Tensor => filled(shape, 0, dtype);

export const ones = (shape: number[], dtype: DataType = 'float32'): Tensor => filled(shape, 1, dtype);
