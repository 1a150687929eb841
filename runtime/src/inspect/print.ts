/** What console.log shows: a tensor's aval and its values, inside other things only those of small tensors. */
import { engine, Tensor } from '#tfjs';
import { ownerOf } from '../bindings/backend';
import { BATCH_BACKEND, type BatchBackend } from '../bindings/batch/batchBackend';
import { GRAPH_BACKEND, type GraphBackend } from '../bindings/graph/graphBinding';
import type { GraphTensor } from '../bindings/graph/trace';
import { isAbstract } from '../transforms/evalShape';
import { formatTensor, ShapeDtypeStruct } from '../transforms/shapeDtypeStruct';

/** Node asks objects for their own form under this symbol. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Inside a dict of parameters, larger tensors are told by their aval alone. */
const LARGEST_INSIDE = 8;

const ABSTRACT = 'abstract';

/** Why there is nothing more to print than an aval; undefined where there is. */
function withoutValues(tensor: Tensor): string | undefined {
  if (tensor.isDisposed) return 'disposed';
  if (isAbstract(tensor as unknown)) return ABSTRACT;
  const { dataId } = tensor;
  const owner = ownerOf(dataId).backend as unknown;
  if (owner === engine().findBackend(GRAPH_BACKEND)) {
    const { values } = (owner as GraphBackend).tensorMap.get(dataId).id as GraphTensor;
    return values === undefined ? 'traced by jit' : undefined;
  }
  if (owner !== engine().findBackend(BATCH_BACKEND)) return undefined;
  const example = (owner as BatchBackend).own(dataId);
  return example?.values === undefined ? `one of ${example?.level.size} in vmap` : undefined;
}

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
    const reason = withoutValues(this);
    if (reason !== undefined) return `Tensor ${aval} (${reason})`;
    const inside = depth < (options.depth ?? 2);
    if (this.size <= LARGEST_INSIDE) return `Tensor ${aval} ${printValues(this)}`;
    return inside ? `Tensor ${aval}` : `Tensor ${aval}${printed.call(this).replace(/^Tensor\n? */, '\n    ')}`;
  },
});

const printed = Tensor.prototype.toString;

/** In texts, and for tensor.print(): tfjs's form, or the aval of what has no values. */
Tensor.prototype.toString = function (this: Tensor, verbose?: boolean): string {
  const reason = withoutValues(this);
  const hasNoForm = reason !== undefined && reason !== ABSTRACT;
  return hasNoForm ? `Tensor ${formatTensor(this)} (${reason})` : printed.call(this, verbose);
};

/** `x > 0` and `x + 1` read the value, which a text does not need. */
Object.defineProperty(Tensor.prototype, Symbol.toPrimitive, {
  configurable: true,
  value(this: Tensor, hint: string): string {
    if (hint !== 'string' && withoutValues(this) !== undefined) this.dataSync();
    return this.toString();
  },
});

Object.defineProperty(ShapeDtypeStruct.prototype, INSPECT, {
  configurable: true,
  value(this: ShapeDtypeStruct): string {
    return `ShapeDtypeStruct ${formatTensor(this)}`;
  },
});
