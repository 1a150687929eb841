/** What console.log shows: a tensor's aval and its values, inside other things only those of small tensors. */
import { Tensor } from '#tfjs';
import { isAbstract } from '../transforms/evalShape';
import { formatTensor } from '../transforms/shapeDtypeStruct';

/** Node asks objects for their own form under this symbol. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Inside a dict of parameters, larger tensors are told by their aval alone. */
const LARGEST_INSIDE = 8;

Object.defineProperty(Tensor.prototype, INSPECT, {
  configurable: true,
  value(this: Tensor, depth: number, options: { depth?: number | null }): string {
    const aval = formatTensor(this);
    if (this.isDisposed) return `Tensor ${aval} (disposed)`;
    if (isAbstract(this as unknown)) return `Tensor ${aval} (abstract)`;
    const inside = depth < (options.depth ?? 2);
    if (this.size <= LARGEST_INSIDE) return `Tensor ${aval} ${JSON.stringify(this.arraySync()).replaceAll(',', ', ')}`;
    return inside ? `Tensor ${aval}` : `Tensor ${aval}${this.toString().replace(/^Tensor\n? */, '\n    ')}`;
  },
});
