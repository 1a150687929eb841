/**
 * Immutable records that are pytrees and have a state dict (flax.struct).
 *
 * @module
 */
import { INSPECT } from './inspect/print';
import { registerSerializationState } from './serialization/stateDict';
import { registerPytreeNode } from './tree';

/** What is said of one field of a dataclass. */
export interface Field {
  /** False for a field that transformations leave alone and that is not saved. */
  readonly pytreeNode: boolean;
}

/** A field that need not be given. */
export interface FieldWithDefault<T> extends Field {
  /** What it is when it is not given. */
  readonly default: T;
}

/**
 * Says something of a field: `pytreeNode: false` makes it static (part of the structure, neither mapped over nor saved),
 * `default` is what it has when it is not given; its type has a question mark then.
 */
export function field<T>(options: { readonly pytreeNode?: boolean; readonly default: T }): FieldWithDefault<T>;
export function field(options?: { readonly pytreeNode?: boolean }): Field;
export function field({
  pytreeNode = true,
  ...rest
}: {
  readonly pytreeNode?: boolean;
  readonly default?: unknown;
} = {}) {
  return { pytreeNode, ...rest };
}

/** The names that may be left out: those with a question mark. */
type Omittable<F> = { [K in keyof F]-?: Record<never, never> extends Pick<F, K> ? K : never }[keyof F];

type Fields<F> = { readonly [K in Omittable<F>]-?: FieldWithDefault<Exclude<F[K], undefined>> } & {
  readonly [K in Exclude<keyof F, Omittable<F>>]?: Field & { readonly default?: never };
};

/** What every dataclass has beside its fields. */
export interface Dataclass<F> {
  /** A copy with some fields changed. Throws if there is no such field. */
  replace(changes: Partial<F>): this;
}

/** The class that `struct.dataclass` makes. */
export type DataclassOf<F extends object> = new (fields: F) => Readonly<Required<F>> & Dataclass<F>;

type FieldsArg<F> = [Omittable<F>] extends [never] ? [fields?: Fields<F>] : [fields: Fields<F>];

/**
 * The base class of an immutable record (flax.struct.dataclass):
 *
 *     class TrainState extends struct.dataclass<{ optimizer: Optimizer<Model>; step: number }>() {}
 *     const state = new TrainState({ optimizer, step: 5 });
 *     state.replace({ step: 6 });
 *
 * It is a pytree of its fields and has a state dict. `fields` says which fields are static or have a default:
 *
 *     struct.dataclass<{ params: Params; step?: number; module: Module }>({
 *       step: struct.field({ default: 0 }),
 *       module: struct.field({ pytreeNode: false }),
 *     })
 *
 * The fields' order, which is that of a tree's leaves and of saved bytes, is: first those in `fields`, in their order
 * there; then the others by name. List all of them in the order of a Python dataclass to write the same bytes.
 *
 * The class's body is for methods and getters; a field there is an error, for instances are frozen. The constructor
 * throws TypeError, naming the fields, where one is missing or does not exist.
 */
export function dataclass<F extends object>(...[fields]: FieldsArg<F>): DataclassOf<F> {
  const declared: Declared = { ...fields };
  if (Object.hasOwn(declared, 'replace')) throw new TypeError("struct.dataclass: a field may not be named 'replace'.");
  return class Dataclass extends Base {
    constructor(given: Values) {
      super(given, declared, new.target);
    }
  } as unknown as DataclassOf<F>;
}

type Values = Readonly<Record<string, unknown>>;
type Declared = Readonly<Record<string, Field | FieldWithDefault<unknown>>>;
type Class = new (given: Values) => Base;

class Base {
  constructor(given: Values, declared: Declared, cls: Class) {
    if (typeof given !== 'object' || given === null) {
      throw new TypeError(
        `new ${cls.name}(…) takes an object with its fields, got ${given === null ? 'null' : typeof given}.`,
      );
    }
    const values = withDefaults(given, declared);
    for (const name of checkedNames(cls, declared, values)) {
      const value = values[name];
      const set = () => {
        throw new TypeError(`${cls.name} is immutable. For a changed copy: replace({ ${name}: … }).`);
      };
      Object.defineProperty(this, name, { enumerable: true, get: () => value, set });
    }
    Object.freeze(this);
  }

  replace(changes: Values = {}): this {
    const unknown = Object.keys(changes).find((name) => !Object.hasOwn(this, name));
    if (unknown !== undefined) throw new TypeError(noField(this.constructor.name, unknown, Object.keys(this)));
    return new (this.constructor as Class)({ ...this, ...changes }) as this;
  }

  /** @internal For console.log. */
  [INSPECT](depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return `${this.constructor.name} ${inspect({ ...this }, { ...options, depth })}`;
  }
}

function withDefaults(given: Values, declared: Declared): Values {
  const values: Record<string, unknown> = { ...given };
  for (const [name, said] of Object.entries(declared)) {
    if ('default' in said && values[name] === undefined) values[name] = said.default;
  }
  return values;
}

const FIELDS = Symbol('distaff.dataclassFields');

/** The class's fields in their order. Those that were not declared are known from its first instance on. */
function checkedNames(cls: Class, declared: Declared, values: Values): readonly string[] {
  const known = cls as { [FIELDS]?: readonly string[] };
  if (!Object.hasOwn(cls, FIELDS)) {
    const others = Object.keys(values).filter((name) => !Object.hasOwn(declared, name));
    const names = [...Object.keys(declared), ...others.sort()];
    checkGiven(cls.name, names, values);
    Object.defineProperty(cls, FIELDS, { value: names });
    registerFields(cls, names, declared);
    return names;
  }
  const names = known[FIELDS] ?? [];
  checkGiven(cls.name, names, values);
  return names;
}

function checkGiven(className: string, names: readonly string[], values: Values): void {
  const missing = names.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) {
    throw new TypeError(`${className}: the field '${missing}' is missing; its fields are ${names.join(', ')}.`);
  }
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(noField(className, unknown, names));
}

function noField(className: string, name: string, names: readonly string[]): string {
  return `${className} has no field '${name}'; its fields are ${names.join(', ')}.`;
}

/** Makes the class a container of trees and of state dicts. */
function registerFields(cls: Class, names: readonly string[], declared: Declared): void {
  const isNode = (name: string) => declared[name]?.pytreeNode !== false;
  const children = names.filter(isNode);
  const statics = names.filter((name) => !isNode(name));
  const valuesOf = (record: Base, wanted: readonly string[]) =>
    wanted.map((name) => (record as unknown as Values)[name]);
  const named = (keys: readonly string[], values: readonly unknown[]) =>
    keys.map((key, i) => [key, values[i]] as const);
  registerPytreeNode<Base>(cls, {
    flatten: (record) => ({ children: valuesOf(record, children), keys: children, aux: valuesOf(record, statics) }),
    unflatten: (aux, values) =>
      new cls(Object.fromEntries([...named(statics, aux as unknown[]), ...named(children, values)])),
  });
  registerSerializationState<Base>(cls, {
    toStateDict: (record) => Object.fromEntries(named(children, valuesOf(record, children))),
    fromStateDict: (record, parts) => record.replace(parts),
  });
}
