import * as pytree from '../tree';

// biome-ignore lint/suspicious/noExplicitAny: what a traversal selects has whatever type the caller's data has.
type Any = any;
type Update = (value: Any) => unknown;

/**
 * Selects parts of nested data: `tIdentity.each().item('foo')` is the `foo` of each entry. Traversals know nothing of
 * the data before they are used; data never changes, an update makes a copy.
 */
export abstract class Traversal {
  /** The selected values, one after the other. */
  abstract iterate(inputs: unknown): Generator<Any>;

  /** A copy of `inputs` with what `fn` makes of each selected value in its place. */
  abstract update<T>(fn: Update, inputs: T): T;

  /** A copy of `inputs` with `values` in place of the selected ones. Throws if there are too few or too many. */
  set<T>(values: readonly unknown[], inputs: T): T {
    let next = 0;
    const updated = this.update(() => {
      if (next === values.length) throw new Error(`Not enough values: ${values.length} were given, more are selected.`);
      return values[next++];
    }, inputs);
    if (next < values.length) throw new Error(`Too many values: ${values.length} were given, ${next} are selected.`);
    return updated;
  }

  /** What `other` selects in each value that this selects. */
  compose(other: Traversal): Traversal {
    return new TraverseCompose(this, other);
  }

  /** What any of the traversals selects in each value, the first one's first. */
  merge(...traversals: readonly Traversal[]): Traversal {
    return this.compose(new TraverseMerge(...traversals));
  }

  /** Each entry of arrays and plain objects. */
  each(): Traversal {
    return this.compose(new TraverseEach());
  }

  /** Each leaf of pytrees. */
  tree(): Traversal {
    return this.compose(new TraverseTree());
  }

  /** The values for which `fn` is true. */
  filter(fn: (value: Any) => boolean): Traversal {
    return this.compose(new TraverseFilter(fn));
  }

  /** The field `name` of objects: Python's `traversal.name`. */
  attr(name: string): Traversal {
    return this.compose(new TraverseAttr(name));
  }

  /** The entry at a key or an index, negative ones from the end: Python's `traversal['foo']`, `traversal[2]`. */
  item(key: string | number): Traversal {
    return this.compose(new TraverseItem(key));
  }

  /** The entries of arrays from `start` to before `stop`: Python's `traversal[1:3]`. */
  slice(start?: number, stop?: number): Traversal {
    return this.compose(new TraverseSlice(start, stop));
  }
}

/** Selects the data as a whole. */
export class TraverseId extends Traversal {
  override *iterate(inputs: unknown) {
    yield inputs;
  }

  override update<T>(fn: Update, inputs: T): T {
    return fn(inputs) as T;
  }
}

/** The traversal that others start from: `tIdentity.each().item('foo')`. */
export const tIdentity: Traversal = new TraverseId();

/** Selects what any of some traversals selects. */
export class TraverseMerge extends Traversal {
  readonly #traversals: readonly Traversal[];

  constructor(...traversals: readonly Traversal[]) {
    super();
    this.#traversals = traversals;
  }

  override *iterate(inputs: unknown) {
    for (const traversal of this.#traversals) yield* traversal.iterate(inputs);
  }

  override update<T>(fn: Update, inputs: T): T {
    return this.#traversals.reduce((updated, traversal) => traversal.update(fn, updated), inputs);
  }
}

/** Selects with a second traversal in what a first one selects. */
export class TraverseCompose extends Traversal {
  readonly #outer: Traversal;
  readonly #inner: Traversal;

  constructor(outer: Traversal, inner: Traversal) {
    super();
    this.#outer = outer;
    this.#inner = inner;
  }

  override *iterate(inputs: unknown) {
    for (const value of this.#outer.iterate(inputs)) yield* this.#inner.iterate(value);
  }

  override update<T>(fn: Update, inputs: T): T {
    return this.#outer.update((value) => this.#inner.update(fn, value), inputs);
  }
}

/** Selects the data where a function of it is true. */
export class TraverseFilter extends Traversal {
  readonly #accepts: (value: Any) => boolean;

  constructor(fn: (value: Any) => boolean) {
    super();
    this.#accepts = fn;
  }

  override *iterate(inputs: unknown) {
    if (this.#accepts(inputs)) yield inputs;
  }

  override update<T>(fn: Update, inputs: T): T {
    return this.#accepts(inputs) ? (fn(inputs) as T) : inputs;
  }
}

/** Selects a field of an object: of a dataclass, a Model, an instance of any class. */
export class TraverseAttr extends Traversal {
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  override *iterate(inputs: unknown) {
    yield this.#field(inputs);
  }

  override update<T>(fn: Update, inputs: T): T {
    const change = { [this.#name]: fn(this.#field(inputs)) };
    const { replace } = inputs as { replace?: (changes: object) => T };
    if (typeof replace === 'function') return replace.call(inputs, change);
    return Object.assign(Object.create(Object.getPrototypeOf(inputs)), inputs, change);
  }

  #field(inputs: unknown): unknown {
    const has = (typeof inputs === 'object' || typeof inputs === 'function') && inputs !== null && this.#name in inputs;
    if (has) return (inputs as Record<string, unknown>)[this.#name];
    throw new Error(`traverse: there is no field '${this.#name}' in ${describe(inputs)}.`);
  }
}

/** Selects an entry of an array or a plain object. */
export class TraverseItem extends Traversal {
  readonly #key: string | number;

  constructor(key: string | number) {
    super();
    this.#key = key;
  }

  override *iterate(inputs: unknown) {
    yield this.#keyed(inputs)[0];
  }

  override update<T>(fn: Update, inputs: T): T {
    const [value, key] = this.#keyed(inputs);
    const updated = fn(value);
    if (Array.isArray(inputs)) return inputs.with(key as number, updated) as T;
    return { ...inputs, [key]: updated };
  }

  /** The entry and its key, which for an array is its index from the start. */
  #keyed(inputs: unknown): [value: unknown, key: string | number] {
    const key = this.#key;
    if (Array.isArray(inputs)) {
      const index = typeof key === 'number' && key < 0 ? key + inputs.length : key;
      if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < inputs.length)
        return [inputs[index as number], index];
      throw new RangeError(`traverse: there is no entry ${key} in ${describe(inputs)}.`);
    }
    if (pytree.isPlainObject(inputs) && Object.hasOwn(inputs, key)) return [inputs[key], key];
    throw new RangeError(`traverse: there is no entry '${key}' in ${describe(inputs)}.`);
  }
}

/** Selects a range of an array's entries. */
export class TraverseSlice extends Traversal {
  readonly #start: number | undefined;
  readonly #stop: number | undefined;

  constructor(start?: number, stop?: number) {
    super();
    this.#start = start;
    this.#stop = stop;
  }

  override *iterate(inputs: unknown) {
    yield* checkedArray(inputs).slice(this.#start, this.#stop);
  }

  override update<T>(fn: Update, inputs: T): T {
    const selected = new Set([...checkedArray(inputs).keys()].slice(this.#start, this.#stop));
    return checkedArray(inputs).map((value, i) => (selected.has(i) ? fn(value) : value)) as T;
  }
}

/** Selects each entry of an array or a plain object. */
export class TraverseEach extends Traversal {
  override *iterate(inputs: unknown) {
    yield* pytree.isPlainObject(inputs) ? Object.values(inputs) : checkedArray(inputs);
  }

  override update<T>(fn: Update, inputs: T): T {
    if (!pytree.isPlainObject(inputs)) return checkedArray(inputs).map((value) => fn(value)) as T;
    return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, fn(value)])) as T;
  }
}

/** Selects each leaf of a pytree. */
export class TraverseTree extends Traversal {
  override *iterate(inputs: unknown) {
    yield* pytree.leaves(inputs);
  }

  override update<T>(fn: Update, inputs: T): T {
    return pytree.map((leaf) => fn(leaf), inputs as unknown) as T;
  }
}

function checkedArray(inputs: unknown): readonly unknown[] {
  if (Array.isArray(inputs)) return inputs;
  throw new TypeError(
    `traverse: only the entries of an array or a plain object can be traversed, got ${describe(inputs)}.`,
  );
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (pytree.isPlainObject(value)) return `an object with the keys ${Object.keys(value).join(', ') || '(none)'}`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}
