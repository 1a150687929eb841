import { TF_CONSTANTS as TF } from '../binding';
import { COMPLEX } from './dtypes';
import { unary } from './makers';
import type { ShapeRule, ShapeRules } from './rule';

/** Transforms the last axis. */
const fourier: ShapeRule = (call) => {
  const { shape, dtype } = call.input(0, COMPLEX);
  if (shape.length === 0) call.fail('a scalar has no axis to transform');
  return [{ shape, dtype }];
};

/** Complex numbers and Fourier transforms. */
export const complex: ShapeRules = {
  ComplexAbs: unary(COMPLEX, TF.TF_FLOAT),
  FFT: fourier,
  IFFT: fourier,
  Imag: unary(COMPLEX, TF.TF_FLOAT),
  Real: unary(COMPLEX, TF.TF_FLOAT),
};
