/** nn.Collection: values kept beside parameters, one entry a module (flax.nn.Collection). */

import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { activeBackend, moduleFrames, transforms } from '../bindings/stack';
import { describe } from '../inspect/describe';
import { INSPECT } from '../inspect/print';
import { registerSerializationState } from '../serialization/stateDict';
import { isAbstract } from '../transforms/evalShape';
import type { Literal } from '../transforms/literals';
import { checkSynchronous } from '../transforms/synchronous';
import * as tree from '../tree';
import type { ModuleFrame } from './frame';
import { ModuleError } from './moduleError';

/** What was active when a collection became mutable: it is changed there, not deeper inside. */
interface Scope {
  readonly transformDepth: number;
  readonly backend: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what modules keep has whatever form they give it.
type Any = any;

/** What the module call of `frame` stored. */
export let storedBy: <V>(collection: Collection<V>, frame: ModuleFrame) => V | undefined;
/** Stores a value for the module call of `frame`; gives the one before. */
export let storeFor: <V>(collection: Collection<V>, frame: ModuleFrame, value: V) => V | undefined;

/**
 * Values by module path, such as `/encoder/norm`: the state that `nn.stateful` gives back, the outputs that
 * `nn.captureModuleOutputs` collects. Immutable but inside `mutate`. A pytree of its values.
 */
export class Collection<V = Any> {
  readonly #values: Record<string, V>;
  /** The module call that it was made in; paths begin there. */
  #anchor: ModuleFrame | null;
  #mutableIn: Scope | null = null;
  /** The outermost module call that stored something since it became mutable. */
  #root: ModuleFrame | null = null;

  /** `values` by module path: `{ '/norm': { mean, var } }`. */
  constructor(values: Readonly<Record<string, V>> = {}) {
    if (!tree.isPlainObject(values)) {
      throw new ModuleError(`nn.Collection takes an object with module paths as keys; got ${kindOf(values)}.`);
    }
    this.#values = { ...values };
    this.#anchor = moduleFrames.top ?? null;
  }

  /** The values by module path, a copy. */
  asDict(): Record<string, V> {
    return { ...this.#values };
  }

  /** What is kept at a path, such as `/encoder/norm`. Throws if there is nothing. */
  get(path: string): V {
    if (Object.hasOwn(this.#values, path)) return this.#values[path] as V;
    const known = Object.keys(this.#values).join(', ') || 'none';
    throw new ModuleError(`The collection has nothing at '${path}'. Its paths: ${known}.`);
  }

  /** Runs `fn` with a mutable copy; gives its result and the copy, which is frozen then. */
  mutate<R extends Literal>(fn: (copy: this) => R): [result: R, collection: this] {
    const copy = tree.map((value: unknown) => value, this as Any) as this;
    copy.#mutableIn = { transformDepth: transforms.all.length, backend: activeBackend() };
    try {
      const result = fn(copy);
      checkSynchronous(result, 'A function that changes a collection');
      return [result, copy];
    } finally {
      copy.#mutableIn = null;
    }
  }

  /** What the module that is running stored, or `otherwise`. */
  retrieve(): V | undefined;
  retrieve<D>(otherwise: D): V | D;
  retrieve(otherwise?: unknown): unknown {
    return storedBy(this, runningFrame('retrieve')) ?? otherwise;
  }

  /**
   * Stores a value for the module that is running; gives the one before. Throws outside of `mutate`, outside of
   * modules, and inside a transformation that began after `mutate`.
   */
  store(value: V): V | undefined {
    return storeFor(this, runningFrame('store'), value);
  }

  #checkMutable(value: V): void {
    const scope = this.#mutableIn;
    if (scope === null) {
      throw new ModuleError(
        'The collection is not mutable. State changes inside nn.stateful(state, fn) without { mutable: false }, or ' +
          'inside collection.mutate(fn), which give a changed copy.',
      );
    }
    const crossed = transforms.all[scope.transformDepth]?.name ?? abstractIn(scope, value);
    if (crossed === undefined) return;
    throw new ModuleError(
      `State cannot be changed here: its collection became mutable outside of ${crossed}, in which this runs. ` +
        'Call nn.stateful inside the transformed function and return the new state from it.',
    );
  }

  #pathOf(frame: ModuleFrame): string {
    if (frame === this.#anchor) {
      throw new ModuleError(
        'A collection keeps the state of modules called after it was made; this module made it. Use the value itself.',
      );
    }
    const path = frame.pathBelow(this.#anchor);
    if (path !== undefined) return path;
    throw new ModuleError(
      `The module ${frame.path} is outside of the module that made the collection, ${this.#anchor?.path}. ` +
        'Was a shared module passed into it?',
    );
  }

  /** Two top-level modules without names would keep their states at the same paths. */
  #checkRoot(frame: ModuleFrame): void {
    const root = frame.ancestorBelow(this.#anchor);
    this.#root ??= root;
    if (this.#root === root || (this.#root.name !== null && root.name !== null)) return;
    throw new ModuleError(
      'More than one top-level module call keeps its state in this collection. Give each a name, ' +
        "Module.init(key, x, { name: 'encoder' }): the same name for the same state.",
    );
  }

  static {
    storedBy = (collection, frame) => {
      const path = frame.pathBelow(collection.#anchor);
      return path !== undefined && Object.hasOwn(collection.#values, path) ? collection.#values[path] : undefined;
    };
    storeFor = (collection, frame, value) => {
      collection.#checkMutable(value);
      const path = collection.#pathOf(frame);
      collection.#checkRoot(frame);
      const before = storedBy(collection, frame);
      collection.#values[path] = value;
      return before;
    };
    tree.registerPytreeNode<Collection>(Collection, {
      flatten: (collection) => {
        if (collection.#mutableIn !== null) {
          throw new ModuleError('A collection is no pytree while it is mutable: use it after mutate or nn.stateful.');
        }
        const paths = Object.keys(collection.#values).sort();
        return {
          children: paths.map((path) => collection.#values[path]),
          keys: paths,
          aux: [collection.constructor, collection.#anchor, ...paths],
        };
      },
      unflatten: (aux, children) => {
        const [cls, anchor, ...paths] = aux as [typeof Collection, ModuleFrame | null, ...string[]];
        const collection = new cls(Object.fromEntries(paths.map((path, i) => [path, children[i]])));
        collection.#anchor = anchor;
        return collection;
      },
    });
    registerSerializationState<Collection>(Collection, {
      toStateDict: (collection) => collection.#values,
      fromStateDict: (collection, values) => new (collection.constructor as typeof Collection)(values),
    });
  }

  /** @internal For console.log. */
  [INSPECT](): string {
    return `${this.constructor.name} ${describe(this.#values) ?? `of ${Object.keys(this.#values).length} paths`}`;
  }
}

function runningFrame(method: string): ModuleFrame {
  const { top } = moduleFrames;
  if (top !== undefined) return top;
  throw new ModuleError(`Collection.${method} is for inside a module's apply: it uses the path of that module.`);
}

function abstractIn({ backend }: Scope, value: unknown): string | undefined {
  if (backend === ABSTRACT_BACKEND) return undefined;
  return tree.leaves(value).some(isAbstract) ? 'initByShape or evalShape' : undefined;
}

function kindOf(value: unknown): string {
  if (value instanceof Collection) return 'a Collection';
  return Array.isArray(value) ? 'an array' : typeof value;
}
