/**
 * Pytrees (jax.tree_util): nested containers with tensors or other values at the leaves. Arrays and plain objects are
 * containers, as are registered classes, Models and Optimizers; null and undefined are empty containers; everything
 * else is a leaf. Objects are traversed by sorted key, as JAX traverses dicts, and come out sorted (JavaScript itself
 * lists keys such as '10' before the others). Symbol keys are no part of a tree.
 *
 * @module
 */
import type { Tensor } from '#tfjs';

/** What a registered container consists of. */
export interface PytreeParts {
  /** What is mapped over, in order: leaves or containers. */
  readonly children: readonly unknown[];
  /** The children's names in paths. Default their indices. */
  readonly keys?: readonly string[];
  /** What else the container consists of; part of the tree's structure. */
  readonly aux?: unknown;
}

/** How a registered container comes apart and together. `aux` is compared by `Object.is` or its `equals` method. */
export interface PytreeNode<T = unknown> {
  /** What it is called in messages. */
  readonly name: string;
  /** Takes a container apart. */
  flatten(node: T): PytreeParts;
  /** Puts one together of the `aux` of another and of new children. */
  unflatten(aux: unknown, children: readonly unknown[]): T;
  /** The keys of children that count: numbers there are whole, as tensors int32. */
  readonly integers?: readonly string[];
}

const NODE = Symbol.for('distaff.pytreeNode');

/** Makes instances of a class (and of its subclasses) containers. `name` in errors is the class's. */
export function registerPytreeNode<T extends object>(
  cls: abstract new (...args: never[]) => T,
  node: Omit<PytreeNode<T>, 'name'>,
): void {
  Object.defineProperty(cls.prototype, NODE, { value: { name: cls.name, ...node }, configurable: true });
}

/** Makes one object a container; for Models, which are functions. */
export function markPytreeNode<T extends object>(object: T, node: PytreeNode<T>): T {
  return Object.defineProperty(object, NODE, { value: node });
}

type Primitive = string | number | boolean | bigint | symbol | null | undefined;

/** Models (functions by type), Optimizers, dataclasses and Collections: containers whose type says nothing of their leaves. */
export type Opaque =
  | {
      /** As Models, Optimizers and dataclasses have it. */
      replace(changes: never): unknown;
    }
  | {
      /** As Collections have it. */
      asDict(): Readonly<Record<string, unknown>>;
    };

/** The type of `tree` with every leaf replaced by `R`: arrays, tuples and objects keep their form. */
export type MapLeaves<T, R> = T extends Tensor
  ? R
  : T extends null | undefined
    ? T
    : T extends Primitive
      ? R
      : T extends Opaque
        ? T
        : T extends (...args: never[]) => unknown
          ? R
          : T extends object
            ? { -readonly [K in keyof T]: MapLeaves<T[K], R> }
            : R;

/** A tree's form without its leaves (JAX's PyTreeDef). */
export class Structure {
  constructor(
    /** A leaf, null or undefined, an array, a plain object, or how the class is registered. */
    readonly kind: 'leaf' | 'none' | 'array' | 'object' | PytreeNode,
    /** The children's names, where they have some. */
    readonly keys: readonly string[],
    /** The structures of what the container holds. */
    readonly children: readonly Structure[],
    /** What a registered container consists of beside children. */
    readonly aux: unknown,
    /** How many leaves there are in all. */
    readonly leafCount: number,
  ) {}

  /** Whether trees of both have the same form, so that one can be mapped together with the other. */
  equals(other: Structure): boolean {
    return (
      this.leafCount === other.leafCount &&
      this.kind === other.kind &&
      this.children.length === other.children.length &&
      this.keys.length === other.keys.length &&
      this.keys.every((key, i) => key === other.keys[i]) &&
      (this.kind === 'none' || sameAux(this.aux, other.aux)) &&
      this.children.every((child, i) => child.equals(other.children[i] as Structure))
    );
  }

  /** `{bias: *, kernel: *}`, as JAX prints PyTreeDefs. */
  toString(): string {
    const items = this.children.map(String);
    if (this.kind === 'leaf') return '*';
    if (this.kind === 'none') return 'null';
    if (this.kind === 'array') return `[${items.join(', ')}]`;
    const fields = items.map((item, i) => (this.keys[i] === undefined ? item : `${this.keys[i]}: ${item}`)).join(', ');
    return this.kind === 'object' ? `{${fields}}` : `${this.kind.name}(${fields})`;
  }
}

function sameAux(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => sameAux(x, b[i]));
  const comparable = a as { equals?: (other: unknown) => boolean } | null | undefined;
  return typeof comparable?.equals === 'function' && comparable.equals(b);
}

const LEAF = new Structure('leaf', [], [], undefined, 1);
/** Alike, and each comes back as what it was. */
const NONE = { null: new Structure('none', [], [], null, 0), undefined: new Structure('none', [], [], undefined, 0) };

/** Deeper than any tree that somebody means, and far from the end of the stack. */
const DEEPEST = 1000;

export interface TreeOptions {
  /** Says where to stop: a container for which this is true counts as a leaf. */
  readonly isLeaf?: (value: unknown) => boolean;
}

interface Parts {
  kind: Structure['kind'];
  children: readonly unknown[];
  keys: readonly string[];
  aux: unknown;
}

/** The container's parts, or undefined for a leaf. */
function parts(value: unknown): Parts | undefined {
  if (value === null || value === undefined) return { kind: 'none', children: [], keys: [], aux: undefined };
  if (typeof value !== 'object' && typeof value !== 'function') return undefined;
  const node = (value as { [NODE]?: PytreeNode })[NODE];
  if (node !== undefined) {
    const { children, keys = [], aux } = node.flatten(value);
    return { kind: node, children, keys, aux };
  }
  // A hole is undefined.
  if (Array.isArray(value)) return { kind: 'array', children: [...value], keys: [], aux: undefined };
  if (!isPlainObject(value)) return undefined;
  const keys = Object.keys(value).sort();
  return { kind: 'object', children: keys.map((key) => value[key]), keys, aux: undefined };
}

/** An object literal, or one that crossed a realm (a dict in Python's sense); not an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

function checkDepth(depth: number): void {
  if (depth > DEEPEST)
    throw new Error(`A tree is more than ${DEEPEST} containers deep. Does something contain itself?`);
}

/** The leaves in traversal order and the structure that puts them together again. */
export function flatten(tree: unknown, options: TreeOptions = {}): [leaves: unknown[], structure: Structure] {
  const leaves: unknown[] = [];
  const visit = (value: unknown, depth: number): Structure => {
    checkDepth(depth);
    const found = options.isLeaf?.(value) ? undefined : parts(value);
    if (found === undefined) {
      leaves.push(value);
      return LEAF;
    }
    if (found.kind === 'none') return value === null ? NONE.null : NONE.undefined;
    const before = leaves.length;
    const children = found.children.map((child) => visit(child, depth + 1));
    return new Structure(found.kind, found.keys, children, found.aux, leaves.length - before);
  };
  const structure = visit(tree, 0);
  return [leaves, structure];
}

/** Puts leaves into a structure. Throws if their number differs. */
export function unflatten(structure: Structure, leaves: readonly unknown[]): unknown {
  if (leaves.length !== structure.leafCount) {
    throw new Error(`tree.unflatten: ${structure} has ${structure.leafCount} leaves, but ${leaves.length} were given.`);
  }
  let next = 0;
  const build = ({ kind, keys, children, aux }: Structure): unknown => {
    if (kind === 'leaf') return leaves[next++];
    if (kind === 'none') return aux;
    const values = children.map(build);
    if (kind === 'array') return values;
    if (kind === 'object') return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
    return kind.unflatten(aux, values);
  };
  return build(structure);
}

/** The tree's leaves in traversal order. */
export function leaves(tree: unknown, options?: TreeOptions): unknown[] {
  return flatten(tree, options)[0];
}

/** The tree's structure (jax.tree_util.tree_structure). */
export function structure(tree: unknown, options?: TreeOptions): Structure {
  return flatten(tree, options)[1];
}

/**
 * Applies `fn` to each leaf of `tree`, and to what stands at the same place in the `rest`; the result has `tree`'s form.
 * Throws where one of the `rest` has another structure.
 */
export function map<T, R>(
  fn: (leaf: NoInfer<LeafOf<T>>, ...rest: any_[]) => R,
  tree: T,
  ...rest: unknown[]
): MapLeaves<T, R> {
  if (typeof fn !== 'function') throw new TypeError('tree.map takes the function first: tree.map((leaf) => …, tree).');
  const [first, form] = flatten(tree);
  const others = rest.map((other) => flattenUpTo(form, other));
  const mapped = first.map((leaf, i) => fn(leaf as LeafOf<T>, ...others.map((column) => column[i] as any_)));
  return unflatten(form, mapped) as MapLeaves<T, R>;
}

// biome-ignore lint/suspicious/noExplicitAny: leaves of the further trees have whatever type the caller's function says.
type any_ = any;

/** A union of the tree's leaf types; anything for trees of unknown form. */
export type LeafOf<T> = unknown extends T
  ? any_
  : T extends Tensor
    ? T
    : T extends null | undefined
      ? never
      : T extends Primitive
        ? T
        : T extends Opaque
          ? any_
          : T extends (...args: never[]) => unknown
            ? T
            : T extends object
              ? LeafOf<T[keyof T & (T extends readonly unknown[] ? number : unknown)]>
              : T;

/** What `tree` has where `form` has leaves; throws where their containers differ. */
export function flattenUpTo(form: Structure, tree: unknown): unknown[] {
  const found: unknown[] = [];
  const visit = (expected: Structure, value: unknown, path: string): void => {
    if (expected.kind === 'leaf') {
      found.push(value);
      return;
    }
    const got = parts(value);
    const fits =
      got !== undefined &&
      got.kind === expected.kind &&
      got.children.length === expected.children.length &&
      got.keys.every((key, i) => key === expected.keys[i]);
    const at = path || 'the root';
    if (!fits) throw new Error(`The trees differ at ${at}: expected ${expected}, got ${structure(value)}.`);
    if (expected.kind !== 'none' && !sameAux(expected.aux, got.aux)) {
      throw new Error(
        `The trees differ at ${at}: both are ${expected}, but what they hold beside leaves is not equal.`,
      );
    }
    expected.children.forEach((child, i) => {
      visit(child, got.children[i], `${path}/${expected.keys[i] ?? i}`);
    });
  };
  visit(form, tree, '');
  return found;
}

/** The leaves with their paths: `[['hidden', 'kernel'], Tensor]`; array indices as strings. */
export function flattenWithPath(tree: unknown, options: TreeOptions = {}): [path: string[], leaf: unknown][] {
  const found: [string[], unknown][] = [];
  const visit = (value: unknown, path: string[]): void => {
    checkDepth(path.length);
    const node = options.isLeaf?.(value) ? undefined : parts(value);
    if (node === undefined) found.push([path, value]);
    else for (const [i, child] of node.children.entries()) visit(child, [...path, node.keys[i] ?? String(i)]);
  };
  visit(tree, []);
  return found;
}

/**
 * Folds the leaves from the left (jax.tree_util.tree_reduce), from `initial` or else from the first leaf on. Throws
 * TypeError if there is neither.
 */
export function reduce<R>(fn: (accumulator: R, leaf: any_) => R, tree: unknown, ...initial: [initial?: R]): R {
  const [first, ...rest] = [...initial, ...leaves(tree)];
  if (first === undefined && initial.length === 0) throw new TypeError('tree.reduce: no leaves and no initial value.');
  return rest.reduce<R>((accumulator, leaf) => fn(accumulator, leaf), first as R);
}

/** Whether all leaves are truthy (jax.tree_util.tree_all). */
export function all(tree: unknown): boolean {
  return leaves(tree).every(Boolean);
}

/** Turns a tree of trees inside out: `outer` of `inner` becomes `inner` of `outer` (jax.tree_util.tree_transpose). */
export function transpose(outer: Structure, inner: Structure, tree: unknown): unknown {
  const rows = flattenUpTo(outer, tree).map((subtree) => flattenUpTo(inner, subtree));
  const columns = Array.from({ length: inner.leafCount }, (_, i) =>
    unflatten(
      outer,
      rows.map((row) => row[i]),
    ),
  );
  return unflatten(inner, columns);
}
