import { Tensor } from '#tfjs';
import { formatTensor, ShapeDtypeStruct } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

type Arrays = Tensor | ShapeDtypeStruct;

/** More leaves than these are counted rather than listed. */
const LISTED_LEAVES = 4;

/** What a hint says of a value: a tensor's aval, a small tree's avals, a large tree's size. Undefined without tensors. */
export function describe(value: unknown): string | undefined {
  if (isArray(value)) return formatTensor(value);
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  if (Array.isArray(value) && typeof value[0] !== 'object' && typeof value[0] !== 'function') return undefined;
  const [leaves, structure] = tree.flatten(value);
  const arrays = leaves.filter(isArray);
  if (arrays.length === 0) return undefined;
  const listable = arrays.length === leaves.length && leaves.length <= LISTED_LEAVES && !isNestedDict(structure);
  if (listable) return listed(structure, arrays);
  const size = arrays.reduce((sum, { shape }) => sum + elements(shape), 0);
  return `${arrays.length} ${arrays.length === 1 ? 'leaf' : 'leaves'}, ${size.toLocaleString('en-US')}`;
}

export function isArray(value: unknown): value is Arrays {
  return value instanceof Tensor || value instanceof ShapeDtypeStruct;
}

/** Dicts of dicts are parameters rather than values to look at. */
function isNestedDict({ kind, children }: tree.Structure): boolean {
  return children.some((child) => (kind === 'object' && child.kind === 'object') || isNestedDict(child));
}

/** How many numbers a shape holds. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function listed(structure: tree.Structure, arrays: Arrays[]): string {
  let next = 0;
  const print = ({ kind, keys, children }: tree.Structure): string => {
    if (kind === 'leaf') return formatTensor(arrays[next++] as Arrays);
    if (kind === 'none') return 'null';
    const items = children.map((child, i) => (keys[i] === undefined ? print(child) : `${keys[i]}: ${print(child)}`));
    if (kind === 'array') return `[${items.join(', ')}]`;
    return kind === 'object' ? `{ ${items.join(', ')} }` : `${kind.name}(${items.join(', ')})`;
  };
  return print(structure);
}
