import { isProxy } from 'node:util/types';
import { Tensor } from '#tfjs';
import { formatSizes } from '../bindings/sizes';
import { formatTensor, ShapeDtypeStruct } from '../transforms/shapeDtypeStruct';
import * as tree from '../tree';

type Arrays = Tensor | ShapeDtypeStruct;

/** More leaves than these are counted rather than listed. */
const LISTED_LEAVES = 4;

/** Larger trees are data rather than values to look at; visiting them again and again would take long. */
const MOST_NODES = 5000;

/** What a hint says of a value: a tensor's aval, a small tree's avals, a large tree's size. Undefined without tensors. */
export function describe(value: unknown): string | undefined {
  if (!isObject(value) || isProxy(value)) return undefined;
  if (isArray(value)) return formatTensor(value);
  const flat = flattenSmall(value);
  if (flat === undefined) return undefined;
  const [leaves, structure] = flat;
  const arrays = leaves.filter(isArray);
  if (arrays.length === 0) return undefined;
  const listable = arrays.length === leaves.length && leaves.length <= LISTED_LEAVES && !isNestedDict(structure);
  if (listable) return listed(structure, arrays);
  const leafCount = `${arrays.length} ${arrays.length === 1 ? 'leaf' : 'leaves'}`;
  // A sum over sizes that stand for names would be a number without a meaning.
  if (arrays.some(({ shape }) => formatSizes(shape).some((text, i) => text !== String(shape[i])))) return leafCount;
  const size = arrays.reduce((sum, { shape }) => sum + elements(shape), 0);
  return `${leafCount}, ${size.toLocaleString('en-US')}`;
}

/** The tree's leaves; undefined where it is too large or has a cycle. */
function flattenSmall(value: object): ReturnType<typeof tree.flatten> | undefined {
  let left = MOST_NODES;
  const take = () => {
    if (--left < 0) throw new RangeError('The tree is too large.');
  };
  const isLeaf = (node: unknown): boolean => {
    take();
    // What a proxy or a getter runs is not ours to run.
    if (isObject(node) && isProxy(node)) return true;
    if (Array.isArray(node))
      return node.length > MOST_NODES || (node.length > 0 && !isObject(node[0]) && !isObject(node.at(-1)));
    if (!tree.isPlainObject(node)) return false;
    for (const key in node) {
      take();
      if (Object.getOwnPropertyDescriptor(node, key)?.get !== undefined) return true;
    }
    return false;
  };
  try {
    return tree.flatten(value, { isLeaf });
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return value !== null && (typeof value === 'object' || typeof value === 'function');
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
