/** State that modules keep beside their parameters (nn.stateful, Module.state of Flax before Linen). */

import { moduleFrames, stateCollections } from '../bindings/stack';
import { split } from '../random';
import type { Literal } from '../transforms/literals';
import { checkSynchronous } from '../transforms/synchronous';
import { Collection, storedBy, storeFor } from './collection';
import type { ModuleFrame } from './frame';
import { ModuleError } from './moduleError';

export interface StatefulOptions {
  /** False: modules read the state and may not change it. Default true. */
  readonly mutable?: boolean;
}

/**
 * Runs `fn`, in which modules keep their state in a collection: a copy of `state`, or a new one. Gives what `fn`
 * returned and the collection afterwards. Three uses: `nn.stateful(() => Net.init(key, x))` makes the state,
 * `nn.stateful(state, () => model(x))` gives the changed one, and with `{ mutable: false }` it is only read.
 */
export function stateful<R extends Literal>(fn: () => R, options?: StatefulOptions): [result: R, state: Collection];
export function stateful<R extends Literal>(
  state: Collection | null | undefined,
  fn: () => R,
  options?: StatefulOptions,
): [result: R, state: Collection];
export function stateful(...args: readonly unknown[]): [result: unknown, state: Collection] {
  const [state, fn, options] = (typeof args[0] === 'function' ? [undefined, ...args] : args) as [
    Collection | null | undefined,
    () => unknown,
    StatefulOptions | undefined,
  ];
  if (typeof fn !== 'function') {
    throw new ModuleError(
      'nn.stateful takes a function in which modules are called: nn.stateful(state, () => model(x)).',
    );
  }
  const collection = state ?? new Collection();
  if (!(collection instanceof Collection)) {
    throw new ModuleError(
      'nn.stateful: the state is an nn.Collection, as nn.stateful returns it; make one of a dict with ' +
        `new nn.Collection(dict). Got ${typeof collection}.`,
    );
  }
  if (options?.mutable ?? true) return collection.mutate((copy) => stateCollections.with(copy, fn));
  const result = stateCollections.with(collection, fn);
  checkSynchronous(result, 'The function of nn.stateful');
  return [result, collection];
}

/** Whether modules may keep state now: inside nn.stateful. */
export function isStateful(): boolean {
  return stateCollections.top !== undefined;
}

/** The collection that module state is kept in now. Throws outside of nn.stateful. */
export function getState(): Collection {
  const { top } = stateCollections;
  if (top !== undefined) return top;
  throw new ModuleError(
    'State is kept inside nn.stateful only: const [[y, params], state] = nn.stateful(() => Net.init(key, x)), then ' +
      'nn.stateful(state, () => model(x)).',
  );
}

/** A state variable of a module: `value` reads and assigns it. Made by Module.state. */
export class ModuleState<T> {
  readonly #collection: Collection<Record<string, unknown>>;
  readonly #frame: ModuleFrame;

  /** @internal */
  constructor(
    collection: Collection,
    frame: ModuleFrame,
    /** The name it was declared with. */
    readonly name: string,
  ) {
    this.#collection = collection;
    this.#frame = frame;
  }

  /** Its value. Throws if none was made or assigned. */
  get value(): T {
    const values = storedBy(this.#collection, this.#frame) ?? {};
    if (Object.hasOwn(values, this.name)) return values[this.name] as T;
    const known = Object.keys(values).join(', ') || 'none';
    throw new ModuleError(
      `There is no state variable named '${this.name}' in ${this.#frame.path}; it has ${known}. ` +
        'Was the state made by init inside nn.stateful, and passed to nn.stateful here?',
    );
  }

  /** Assigns it. Throws where the collection is not mutable. */
  set value(value: T) {
    const before = storedBy(this.#collection, this.#frame);
    storeFor(this.#collection, this.#frame, { ...before, [this.name]: value });
  }
}

/**
 * A state variable for the module call of `frame`. Its first value is made during init, from a key that the innermost
 * initializing module's key is split for: what that module declares afterwards gets other keys than without it.
 */
export function declareState<T>(
  frame: ModuleFrame,
  name: string,
  shape: readonly number[] | null,
  initializer: ((key: never, shape: never) => T) | undefined,
  collection: Collection = getState(),
): ModuleState<T> {
  const state = new ModuleState<T>(collection, frame, name);
  const initializing = moduleFrames.all.findLast(({ isInitializing }) => isInitializing);
  if (initializer === undefined || initializing === undefined) return state;
  state.value = initializing.making(() => {
    const [rest, key] = split(initializing.rng as NonNullable<ModuleFrame['rng']>);
    initializing.rng = rest as NonNullable<ModuleFrame['rng']>;
    return initializer(key as never, shape as never);
  });
  return state;
}
