/**
 * State dicts (flax.serialization): what an object holds as nested objects with string keys and arrays or scalars at
 * the leaves, which is what is written to disk. Plain objects, arrays and registered classes (dataclasses, Models,
 * Optimizers, Collections) have one; everything else is a leaf.
 */
import { isPlainObject } from '../tree';
import { describeKind, describeLeaf, restoreLeaf, UNLIKE } from './leaves';

/** How a class becomes a state dict and comes back. */
export interface SerializationState<T> {
  /** The object's parts by their names in the state dict. What they hold becomes a state dict in turn. */
  toStateDict(target: T): Readonly<Record<string, unknown>>;
  /** A copy of `target` with the given parts, which are restored already: each is like the target's own. */
  fromStateDict(target: T, parts: Record<string, unknown>): T;
  /** Where Flax 0.1 laid them out differently. */
  readonly older?: {
    /** The parts as Flax 0.1 had them. */
    toStateDict(target: T): Readonly<Record<string, unknown>>;
    /** A state dict in today's layout, made of one of either. */
    upgrade(target: T, state: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  };
}

/** The Flax whose layout a state dict has: `flax` is what it was since 0.3.6, `flax-0.1` what it was before. */
export type Format = 'flax' | 'flax-0.1';

const STATE = Symbol.for('distaff.serializationState');

/** Makes instances of a class (and of its subclasses) serializable (flax.serialization.register_serialization_state). */
export function registerSerializationState<T extends object>(
  cls: abstract new (...args: never[]) => T,
  state: SerializationState<T>,
): void {
  Object.defineProperty(cls.prototype, STATE, { value: state, configurable: true });
}

/** Makes one object serializable; for Models, which are functions. */
export function markSerializationState<T extends object>(object: T, state: SerializationState<T>): T {
  return Object.defineProperty(object, STATE, { value: state });
}

/** A container's parts and the way back. */
interface Container {
  readonly parts: Readonly<Record<string, unknown>>;
  build(parts: Record<string, unknown>): unknown;
  /** A state dict of an older layout in this one. */
  upgrade(state: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** What it is called in messages. */
  readonly name: string;
}

/** Flax leaves out what a state has beside the keys of a dict. */
const DICT = 'an object';

const asItIs = (state: Readonly<Record<string, unknown>>) => state;

function containerOf(value: unknown, format: Format = 'flax'): Container | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const state = (value as { [STATE]?: SerializationState<object> })[STATE];
  if (state !== undefined) {
    const { older } = state;
    return {
      parts: format === 'flax-0.1' && older !== undefined ? older.toStateDict(value) : state.toStateDict(value),
      build: (parts) => state.fromStateDict(value, parts),
      upgrade: (found) => older?.upgrade(value, found) ?? found,
      // A Model has no class that would say what it is.
      name: `a ${value.constructor?.name ?? 'Model'}`,
    };
  }
  if (Array.isArray(value)) {
    const parts = Object.fromEntries(value.entries());
    return { parts, build: (restored) => Object.values(restored), upgrade: asItIs, name: 'an array' };
  }
  return isPlainObject(value) ? { parts: value, build: (parts) => parts, upgrade: asItIs, name: DICT } : undefined;
}

/** Deeper than any state that somebody means, and far from the end of the stack. */
const DEEPEST = 1000;

function checkDepth(depth: number): void {
  if (depth > DEEPEST)
    throw new Error(`A state is more than ${DEEPEST} containers deep. Does something contain itself?`);
}

/**
 * The state of an object: nested objects with arrays and scalars at the leaves. Arrays become objects with the indices
 * as keys, dataclasses objects with their fields; a value that is no container is given back as it is. With the format
 * `flax-0.1` optimizers are laid out as they were then.
 */
export function toStateDict(target: unknown, { format = 'flax' }: { readonly format?: Format } = {}): unknown {
  const convert = (value: unknown, depth: number): unknown => {
    checkDepth(depth);
    const container = containerOf(value, format);
    if (container === undefined) return value;
    return Object.fromEntries(Object.entries(container.parts).map(([key, part]) => [key, convert(part, depth + 1)]));
  };
  return convert(target, 0);
}

/** One place where a state is not what its target asks for. */
export interface Mismatch {
  /** `/params/Dense_0/kernel`; the root is `/`. */
  readonly path: string;
  /** What the target has there. */
  readonly expected: string;
  /** What the state has there. */
  readonly found: string;
}

/** A state does not fit its target; says every place where it does not. */
export class StateDictError extends Error {
  /** `StateDictError`. */
  override readonly name = 'StateDictError';

  constructor(
    /** Every place where the state does not fit. */
    readonly mismatches: readonly Mismatch[],
  ) {
    const lines = mismatches.map(({ path, expected, found }) => `${path}: expected ${expected}, found ${found}`);
    const places = lines.length === 1 ? ` at ${lines[0]}. ` : ` in ${lines.length} places:\n  ${lines.join('\n  ')}\n`;
    super(
      `The state does not fit its target${places}` +
        'Make the target as the object was made whose state this is, or change the state dict first.',
    );
  }
}

/**
 * A copy of `target` with the values of a state dict. Of the target only the form counts: its containers, their keys,
 * shapes and dtypes. Where it has null, whatever is found is given. What a state has beside the keys of a plain object is
 * left out. Throws StateDictError, which names every place where the state does not fit.
 */
export function fromStateDict(target: null | undefined, state: unknown): unknown;
export function fromStateDict<T>(target: T, state: unknown): T;
export function fromStateDict(target: unknown, state: unknown): unknown {
  const mismatches: Mismatch[] = [];
  const restored = restore(target, state, [], mismatches);
  if (mismatches.length > 0) throw new StateDictError(mismatches);
  return restored;
}

function restore(target: unknown, state: unknown, path: readonly string[], mismatches: Mismatch[]): unknown {
  checkDepth(path.length);
  const mismatch = (at: readonly string[], expected: string, found: string): void => {
    mismatches.push({ path: `/${at.join('/')}`, expected, found });
  };
  const container = containerOf(target);
  if (container === undefined) {
    const restored = restoreLeaf(target, state);
    if (restored === UNLIKE) mismatch(path, describeKind(target), describeState(state));
    return restored;
  }
  if (!isPlainObject(state)) {
    mismatch(path, describeContainer(container), describeState(state));
    return undefined;
  }
  const before = mismatches.length;
  const found = container.upgrade(fieldsOf(state));
  const parts = Object.entries(container.parts).map(([key, part]) => {
    if (Object.hasOwn(found, key)) return [key, restore(part, found[key], [...path, key], mismatches)];
    mismatch([...path, key], describeTarget(part), `nothing beside ${describeKeys(found)}`);
    return [key, undefined];
  });
  if (container.name !== DICT) {
    const rest = Object.keys(found).filter((key) => !Object.hasOwn(container.parts, key));
    for (const key of rest) mismatch([...path, key], `only ${describeContainer(container)}`, describeState(found[key]));
  }
  return mismatches.length > before ? undefined : container.build(Object.fromEntries(parts));
}

/** What Flax 0.1 to 0.3.3 wrote for a namedtuple has its values apart from the names of its fields. */
function fieldsOf(state: Record<string, unknown>): Record<string, unknown> {
  const { name, fields, values } = state;
  if (Object.keys(state).length !== 3 || typeof name !== 'string') return state;
  if (!isPlainObject(fields) || !isPlainObject(values)) return state;
  return Object.fromEntries(Object.entries(fields).map(([index, field]) => [String(field), values[index]]));
}

function describeTarget(target: unknown): string {
  const container = containerOf(target);
  return container === undefined ? describeKind(target) : describeContainer(container);
}

function describeContainer({ name, parts }: Container): string {
  return `${name} with ${describeKeys(parts)}`;
}

function describeState(state: unknown): string {
  return isPlainObject(state) ? `an object with ${describeKeys(state)}` : describeLeaf(state);
}

/** More keys than these are counted. */
const LISTED_KEYS = 12;

function describeKeys(parts: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(parts);
  if (keys.length === 0) return 'no keys';
  const listed = keys.slice(0, LISTED_KEYS).join(', ');
  return `the keys ${listed}${keys.length > LISTED_KEYS ? ` and ${keys.length - LISTED_KEYS} more` : ''}`;
}
