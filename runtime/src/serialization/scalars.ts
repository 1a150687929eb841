/** Python's scalars that JavaScript does not tell apart or does not have. Immutable, leaves of trees. */
import { INSPECT } from '../inspect/print';
import type { NumpyDType } from './dtypes';
import { NDArray } from './ndarray';

/**
 * A Python float. A JavaScript number is written as a float only if it is not whole; `new PyFloat(1)` is written as 1.0.
 * Restoring gives it for floats that are whole, unless the target has a number there.
 */
export class PyFloat {
  constructor(
    /** The number. */
    readonly value: number,
  ) {
    if (typeof value !== 'number') throw new TypeError(`PyFloat takes a number, got ${typeof value}.`);
    Object.freeze(this);
  }

  /** The number, so that arithmetic works. */
  valueOf(): number {
    return this.value;
  }

  /** @internal For console.log. */
  [INSPECT](): string {
    return `PyFloat ${this.value}`;
  }
}

/** A Python complex number. */
export class Complex {
  constructor(
    /** The real part. */
    readonly re: number,
    /** The imaginary part. */
    readonly im: number,
  ) {
    Object.freeze(this);
  }

  /** @internal For console.log. */
  [INSPECT](): string {
    return `Complex ${this.re} + ${this.im}i`;
  }
}

/** A NumPy scalar (`np.float32(1.5)`), which is not the same as an array without axes. */
export class NumpyScalar {
  constructor(
    /** The scalar as an array without axes. */
    readonly array: NDArray,
  ) {
    if (array.shape.length > 0) throw new TypeError(`NumpyScalar: a scalar has no axes, got ${array}.`);
    Object.freeze(this);
  }

  /** `NumpyScalar.of('float32', 1.5)`. */
  static of(dtype: NumpyDType, value: number | bigint | boolean | Complex): NumpyScalar {
    const values = value instanceof Complex ? [value.re, value.im] : [value, ...(/complex/.test(dtype) ? [0] : [])];
    return new NumpyScalar(NDArray.of(dtype, [], values));
  }

  /** NumPy's name of its dtype: `float32`. */
  get dtype(): string {
    return this.array.dtype;
  }

  /** A bigint for int64 and uint64, a boolean for bool, a Complex for the complex dtypes, else a number. */
  get value(): number | bigint | boolean | Complex {
    const [first = 0, second = 0] = this.array.values();
    if (this.dtype === 'bool') return first === 1;
    return /complex/.test(this.dtype) ? new Complex(Number(first), Number(second)) : first;
  }

  /** @internal For console.log. */
  [INSPECT](): string {
    return `NumpyScalar ${this.dtype}(${this.value})`;
  }
}

/** A msgpack extension that is none of Flax's. It is written again as it is. */
export class Extension {
  constructor(
    /** Its number, from -128 to 127. */
    readonly type: number,
    /** Its bytes. */
    readonly data: Uint8Array,
  ) {
    Object.freeze(this);
  }
}
