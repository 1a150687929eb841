import { scalar, Tensor } from '#tfjs';
import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { activeBackend } from '../bindings/stack';
import { formatTensor } from '../transforms/shapeDtypeStruct';

/** The value of a bool scalar; false where shapes alone are worked out. Throws TypeError for anything else. */
export function booleanOf(what: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value instanceof Tensor && value.rank === 0 && value.dtype === 'bool') {
    return activeBackend() !== ABSTRACT_BACKEND && value.dataSync()[0] === 1;
  }
  const got = value instanceof Tensor ? formatTensor(value) : typeof value;
  throw new TypeError(`${what} must be a bool scalar, as x.greater(0) of a scalar x gives it; got ${got}.`);
}

/** A whole number, or the value of an i32 scalar; 0 where shapes alone are worked out. Throws TypeError for anything else. */
export function integerOf(what: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (value instanceof Tensor && value.rank === 0 && value.dtype === 'int32') {
    return activeBackend() === ABSTRACT_BACKEND ? 0 : (value.dataSync()[0] as number);
  }
  const got = value instanceof Tensor ? formatTensor(value) : String(value);
  throw new TypeError(`${what} is a whole number or an i32 scalar, got ${got}.`);
}

/** A bool scalar inside jit, which is not read. Throws TypeError for anything else. */
export function asBool(value: unknown, what = 'lax.whileLoop: the condition'): Tensor {
  if (typeof value === 'boolean') return scalar(value, 'bool');
  if (value instanceof Tensor && value.rank === 0 && value.dtype === 'bool') return value;
  const got = value instanceof Tensor ? formatTensor(value) : typeof value;
  throw new TypeError(`${what} must be a bool scalar, as x.greater(0) of a scalar x gives it; got ${got}.`);
}
