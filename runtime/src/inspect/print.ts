/** What console.log shows: a tensor's aval and its values, inside other things only those of small tensors. */
import { Tensor } from '#tfjs';
import { isAbstract } from '../transforms/evalShape';
import { formatTensor, ShapeDtypeStruct } from '../transforms/shapeDtypeStruct';

/** Node asks objects for their own form under this symbol. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Inside a dict of parameters, larger tensors are told by their aval alone. */
const LARGEST_INSIDE = 8;

/** The shortest decimals that are these float32, as NumPy prints them; NaN and Infinity by name. */
function printValues(tensor: Tensor): string {
  const print = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
    return typeof value === 'number' && tensor.dtype === 'float32' ? shortest(value) : String(value);
  };
  return print(tensor.arraySync());
}

/** No decimal of more than nine digits is needed to tell a float32 from the next. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : String(value);
}

Object.defineProperty(Tensor.prototype, INSPECT, {
  configurable: true,
  value(this: Tensor, depth: number, options: { depth?: number | null }): string {
    const aval = formatTensor(this);
    if (this.isDisposed) return `Tensor ${aval} (disposed)`;
    if (isAbstract(this as unknown)) return `Tensor ${aval} (abstract)`;
    const inside = depth < (options.depth ?? 2);
    if (this.size <= LARGEST_INSIDE) return `Tensor ${aval} ${printValues(this)}`;
    return inside ? `Tensor ${aval}` : `Tensor ${aval}${this.toString().replace(/^Tensor\n? */, '\n    ')}`;
  },
});

Object.defineProperty(ShapeDtypeStruct.prototype, INSPECT, {
  configurable: true,
  value(this: ShapeDtypeStruct): string {
    return `ShapeDtypeStruct ${formatTensor(this)}`;
  },
});
