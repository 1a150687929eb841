/** The typed values of test/golden/serialization and test/golden/models, as TypeScript has them. */
import { serialization, struct, Tensor } from '../../runtime/src/index';

const { Complex, NDArray, NumpyScalar, PyFloat } = serialization;

/** Python's dataclasses of the data. All fields are declared, so that they are written in Python's order. */
class Inner extends struct.dataclass<{ w: unknown; n: unknown }>({ w: struct.field(), n: struct.field() }) {}
class Outer extends struct.dataclass<{ inner: Inner; items: unknown; tag?: string }>({
  inner: struct.field(),
  items: struct.field(),
  tag: struct.field({ pytreeNode: false, default: 'static' }),
}) {}
const DATACLASSES: Record<string, new (fields: never) => object> = { Inner, Outer };

type Entry = Record<string, unknown>;

/** How the data describe a value: see test/golden/README.md. */
export type Typed = Entry | Typed[] | string | number | boolean | null;

/** The value as a program would have it. Dicts keep their order. */
export function fromTyped(typed: Typed): unknown {
  if (typeof typed === 'number') return typed >= 2 ** 53 || typed <= -(2 ** 53) ? BigInt(typed) : typed;
  if (typeof typed !== 'object' || typed === null) return typed;
  if (Array.isArray(typed)) return typed.map(fromTyped);
  if ('dict' in typed)
    return Object.fromEntries((typed.dict as [unknown, Typed][]).map(([k, v]) => [key(k), fromTyped(v)]));
  if ('tuple' in typed) return (typed.tuple as Typed[]).map(fromTyped);
  if ('dataclass' in typed) {
    const cls = DATACLASSES[typed.dataclass as string];
    if (cls === undefined) throw new Error(`The dataclass ${typed.dataclass} is not declared here.`);
    return new cls(fields(typed.fields) as never);
  }
  // TypeScript has no namedtuples; an object has the same state dict.
  if ('namedtuple' in typed) return fields(typed.fields);
  if ('float' in typed) return isInt(Number(typed.float)) ? new PyFloat(Number(typed.float)) : Number(typed.float);
  if ('complex' in typed) return new Complex(...(typed.complex as [number, number]));
  if ('bytes' in typed) return Uint8Array.from(Buffer.from(typed.bytes as string, 'hex'));
  if ('bigint' in typed) return BigInt(typed.bigint as string);
  if ('npscalar' in typed) return new NumpyScalar(array({ ...(typed.npscalar as Entry), shape: [] }));
  const made = array(typed);
  return ['float32', 'int32', 'bool', 'complex64'].includes(made.dtype) ? made.toTensor() : made;
}

function key(typed: unknown): string {
  return typeof typed === 'string' ? typed : String((typed as { int: number }).int);
}

function fields(typed: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(typed as Record<string, Typed>).map(([k, v]) => [k, fromTyped(v)]));
}

/** Whether Python would take a JavaScript number for an int. */
function isInt(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

/** An array of the data. */
export function array(typed: Entry): InstanceType<typeof NDArray> {
  const { dtype, shape, data, fill, raw_hex } = typed as { dtype: string; shape: number[] } & Entry;
  // What Python of 2020 made of bfloat16.
  if (raw_hex !== undefined) return new NDArray('bfloat16', shape, Buffer.from(raw_hex as string, 'hex'));
  const size = shape.reduce((product, n) => product * n, 1);
  const values = fill === undefined ? flatten(data) : new Array(size).fill(fill);
  return NDArray.of(dtype as serialization.NumpyDType, shape, values);
}

function flatten(data: unknown): (number | bigint)[] {
  if (Array.isArray(data)) return data.flatMap(flatten);
  if (typeof data === 'object' && data !== null) return [BigInt((data as { bigint: string }).bigint)];
  return [Number(data)];
}

/**
 * A value as JSON in which all that Python sees counts: types, dtypes, shapes, bits, the order of keys. An array is
 * `dtype[shape] hex`, a float its eight bytes.
 */
export function spelledOut(value: unknown): unknown {
  if (value instanceof Tensor) return { tensor: spelledOut(NDArray.fromTensor(value)) };
  if (value instanceof NDArray) return `${value.dtype}[${value.shape}] ${hex(value.bytes)}`;
  if (value instanceof NumpyScalar) return { scalar: spelledOut(value.array) };
  if (value instanceof PyFloat) return spelledFloat(value.value);
  if (typeof value === 'number') return isInt(value) ? value : spelledFloat(value);
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (value instanceof Complex) return { Complex: Object.entries(value).map(([k, v]) => [k, spelledFloat(v)]) };
  if (value instanceof Uint8Array) return { bytes: hex(value) };
  if (Array.isArray(value)) return value.map(spelledOut);
  if (typeof value !== 'object' || value === null) return value;
  const name = Object.getPrototypeOf(value) === Object.prototype ? 'Object' : value.constructor.name;
  return { [name]: Object.entries(value).map(([k, v]) => [k, spelledOut(v)]) };
}

function spelledFloat(value: number): unknown {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return { float: hex(bytes) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
