import { isPlainObject, registerPytreeNode } from '../tree';

class EmptyNode {}

registerPytreeNode(EmptyNode, { flatten: () => ({ children: [] }), unflatten: () => emptyNode });

/** Stands for an empty object in what `flattenDict` gives with `keepEmptyNodes`. A pytree without leaves. */
export const emptyNode: object = Object.freeze(new EmptyNode());

export interface FlattenOptions {
  /** Joins a path's keys to one. Default '/'. */
  readonly sep?: string;
  /** Whether empty objects come as `emptyNode`, so that `unflattenDict` makes them again. Default false: they go. */
  readonly keepEmptyNodes?: boolean;
  /** Says which nested objects to leave as they are. */
  readonly isLeaf?: (path: readonly string[], value: Readonly<Record<string, unknown>>) => boolean;
}

/**
 * A nested object as a flat one, in the same order: `{ foo: 1, bar: { a: 2 } }` becomes `{ foo: 1, 'bar/a': 2 }`
 * (flax.traverse_util.flatten_dict with its later `sep='/'`). Only plain objects are nested; arrays and the like stay.
 * Throws if `xs` is no plain object, or if a key contains the separator and could not be told from a path.
 */
export function flattenDict(
  xs: Readonly<Record<string, unknown>>,
  { sep = '/', keepEmptyNodes = false, isLeaf }: FlattenOptions = {},
): Record<string, unknown> {
  if (!isPlainObject(xs)) throw new TypeError(`flattenDict: expected a plain object, got ${kindOf(xs)}.`);
  checkSeparator('flattenDict', sep);
  const flat: [string, unknown][] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (!isPlainObject(value) || isLeaf?.(path, value)) {
      flat.push([path.join(sep), value]);
      return;
    }
    const entries = Object.entries(value);
    if (entries.length === 0 && keepEmptyNodes && path.length > 0) flat.push([path.join(sep), emptyNode]);
    for (const [key, child] of entries) {
      if (key.includes(sep)) {
        throw new Error(
          `flattenDict: the key '${key}' contains the separator '${sep}'. Give another: flattenDict(xs, { sep: '.' }).`,
        );
      }
      visit(child, [...path, key]);
    }
  };
  visit(xs, []);
  return Object.fromEntries(flat);
}

/**
 * The nested object that `flattenDict` made flat, with `{}` for each `emptyNode` (flax.traverse_util.unflatten_dict).
 * Throws if `xs` is no plain object, or if one path is a value and leads further.
 */
export function unflattenDict(
  xs: Readonly<Record<string, unknown>>,
  { sep = '/' }: { sep?: string } = {},
): Record<string, unknown> {
  if (!isPlainObject(xs)) throw new TypeError(`unflattenDict: expected a plain object, got ${kindOf(xs)}.`);
  checkSeparator('unflattenDict', sep);
  const nested: Record<string, unknown> = {};
  /** The objects made here: a value that is an object is no place for further keys. */
  const made = new Set<unknown>([nested]);
  for (const [path, value] of Object.entries(xs)) {
    const keys = path.split(sep);
    const last = keys.pop() as string;
    let cursor = nested;
    for (const key of keys) {
      if (!Object.hasOwn(cursor, key)) {
        const inner = {};
        made.add(inner);
        define(cursor, key, inner);
      }
      cursor = cursor[key] as Record<string, unknown>;
      if (!made.has(cursor)) throw conflict(path, key);
    }
    if (Object.hasOwn(cursor, last)) throw conflict(path, last);
    define(cursor, last, value === emptyNode ? {} : value);
  }
  return nested;
}

/** Sets a key that may be named like a member of all objects, as __proto__ is. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function conflict(path: string, key: string): Error {
  return new Error(
    `unflattenDict: the path '${path}' and another one want '${key}' to be a value and an object at once.`,
  );
}

function checkSeparator(caller: string, sep: string): void {
  if (sep === '')
    throw new RangeError(`${caller}: the separator must not be empty, or no path could be told from another.`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : typeof value;
}
