import { describe } from '../inspect/describe';
import { INSPECT } from '../inspect/print';
import { markSerializationState, type SerializationState } from '../serialization/stateDict';
import { markPytreeNode, type PytreeNode } from '../tree';
import { methodNames, moduleSpecOf, truncated } from './callable';
import { ModuleError } from './moduleError';
import { call } from './run';
import type { ModuleSpec } from './spec';
import type { Applies, ModuleOf, Params, SharedOf, Truncated } from './types';

/** A module with its parameters: callable, immutable, a pytree of its parameters. */
export type Model<C = Applies, K extends PropertyKey = never> = SharedOf<C, K> & {
  /** The module. */
  readonly module: ModuleOf<C, K>;
  /** Its parameters. */
  readonly params: Params;
  /** A copy with other parameters. */
  replace(changes: { params?: Params }): Model<C, K>;
  /**
   * A Model that returns what the modules inside it returned: `model.truncateAt('/hidden')` gives an array with one
   * output a call, a tree of paths gives a tree of such arrays.
   */
  truncateAt<const P>(paths: P): Truncated<C, K, P>;
};

/**
 * A module with its parameters (flax.nn.Model): `model(x)` calls it, `model.replace({ params })` gives a copy. A pytree
 * whose leaves are the parameters, so the gradient with respect to a Model is a Model.
 */
export function Model<C, K extends PropertyKey>(module: ModuleOf<C, K>, params: Params): Model<C, K> {
  const { spec, prototype } = kindOf(module);
  const model = (...args: unknown[]) => call(spec, 'apply', params, args);
  Object.setPrototypeOf(model, prototype);
  Object.defineProperties(model, {
    name: { value: spec.className },
    params: { value: params, enumerable: true },
  });
  return model as unknown as Model<C, K>;
}

/** What all Models of a module share: training makes a new one at every step. */
interface Kind {
  readonly spec: ModuleSpec;
  readonly prototype: object;
}

const kinds = new WeakMap<object, Kind>();

function kindOf(module: object): Kind {
  const known = kinds.get(module);
  if (known !== undefined) return known;
  const spec = moduleSpecOf(module);
  if (spec === undefined) throw new ModuleError('nn.Model: the first argument is a module, as nn.module makes them.');
  const prototype = Object.create(ModelPrototype, {
    module: { value: module },
    // Getters, so that what they give works by itself: `const { decode } = model`.
    replace: { get: getReplace },
    truncateAt: { get: getTruncateAt },
  });
  for (const method of methodNames(spec)) {
    Object.defineProperty(prototype, method, {
      get(this: AnyModel) {
        const { params } = this;
        return (...args: unknown[]) => call(spec, method, params, args);
      },
    });
  }
  markSerializationState(markPytreeNode(prototype, ModelNode), ModelState);
  const kind = { spec, prototype };
  kinds.set(module, kind);
  return kind;
}

function getReplace(this: AnyModel) {
  const { module, params } = this;
  return (changes: { params?: Params } = {}) => {
    const unknown = Object.keys(changes).find((key) => key !== 'params');
    if (unknown !== undefined) throw new ModuleError(`A Model has no field '${unknown}' to replace; it has params.`);
    return Model(module, changes.params ?? params);
  };
}

function getTruncateAt(this: AnyModel) {
  const { module, params } = this;
  return (paths: unknown) => Model(truncated(moduleSpecOf(module) as ModuleSpec, paths), params);
}

function print(this: { name: string; params: Params }): string {
  return `Model(${this.name}) ${describe(this.params) ?? 'without parameters'}`;
}

/** A Model has no call, apply or bind of functions: `model.call` would be mistaken for Module.call. */
const ModelPrototype = Object.create(null, { [INSPECT]: { value: print }, toString: { value: print } });

type AnyModel = { module: ModuleOf<unknown>; params: Params };

/** Models of one class with the same options have the same structure, even when each made its own partial. */
class ModuleIdentity {
  readonly spec: ModuleSpec | undefined;

  constructor(readonly module: ModuleOf<unknown>) {
    this.spec = moduleSpecOf(module);
  }

  equals(other: unknown): boolean {
    if (other instanceof ModuleIdentity && other.module === this.module) return true;
    if (!(other instanceof ModuleIdentity) || other.spec?.cls !== this.spec?.cls) return false;
    const [mine, theirs] = [this.spec?.options ?? {}, other.spec?.options ?? {}];
    const names = Object.keys(mine);
    return (
      names.length === Object.keys(theirs).length &&
      names.every((name) => Object.is(mine[name], theirs[name])) &&
      JSON.stringify(other.spec?.truncatePath) === JSON.stringify(this.spec?.truncatePath)
    );
  }
}

const ModelNode: PytreeNode<object> = {
  name: 'Model',
  flatten: (model) => {
    const { module, params } = model as AnyModel;
    return { children: [params], keys: ['params'], aux: new ModuleIdentity(module) };
  },
  unflatten: (aux, [params]) => Model((aux as ModuleIdentity).module, params as Params),
};

const ModelState: SerializationState<object> = {
  toStateDict: (model) => ({ params: (model as AnyModel).params }),
  fromStateDict: (model, { params }) => Model((model as AnyModel).module, params as Params),
};
