import { isPlainObject } from '../tree';
import { Traversal } from './traversal';

// biome-ignore lint/suspicious/noExplicitAny: a parameter is whatever its module's initializer made.
type Any = any;

/** What a traversal needs of an nn.Model, which is a function with parameters. */
type Params = Readonly<Record<string, unknown>>;
type ModelLike = { readonly params: Params; replace(changes: { params: Params }): unknown };

class ParamTraversal extends Traversal {
  readonly #filter: (path: string, param: Any) => boolean;

  constructor(filter: (path: string, param: Any) => boolean) {
    super();
    this.#filter = filter;
  }

  override *iterate(inputs: unknown): Generator<Any> {
    yield* this.#selected(checkedModel(inputs).params, '');
  }

  override update<T>(fn: (param: Any) => unknown, inputs: T): T {
    const model = checkedModel(inputs);
    return model.replace({ params: this.#updated(fn, model.params, '') }) as T;
  }

  *#selected(params: Params, path: string): Generator<Any> {
    for (const [name, value] of sorted(params)) {
      const at = `${path}/${name}`;
      if (isPlainObject(value)) yield* this.#selected(value, at);
      else if (this.#filter(at, value)) yield value;
    }
  }

  #updated(fn: (param: Any) => unknown, params: Params, path: string): Params {
    const entries = sorted(params).map(([name, value]) => {
      const at = `${path}/${name}`;
      if (isPlainObject(value)) return [name, this.#updated(fn, value, at)];
      return [name, this.#filter(at, value) ? fn(value) : value];
    });
    return Object.fromEntries(entries);
  }
}

/**
 * Selects parameters of an nn.Model by their names (flax.optim.ModelParamTraversal). `filter` gets a parameter's path,
 * such as '/hidden/kernel', and the parameter: `optim.ModelParamTraversal((path) => path.includes('kernel'))`.
 * Parameters come sorted by path. Throws if what is traversed is no Model.
 */
export function ModelParamTraversal(filter: (path: string, param: Any) => boolean): Traversal {
  return new ParamTraversal(filter);
}

/** By name, as a tree's leaves come. */
function sorted(params: Params): [name: string, value: unknown][] {
  return Object.keys(params)
    .sort()
    .map((name) => [name, params[name]]);
}

function checkedModel(inputs: unknown): ModelLike {
  const model = inputs as ModelLike;
  if (typeof inputs === 'function' && typeof model.replace === 'function' && isPlainObject(model.params)) return model;
  const got = Array.isArray(inputs) ? 'an array' : inputs === null ? 'null' : `${typeof inputs}`;
  throw new TypeError(
    `ModelParamTraversal traverses an nn.Model only, got ${got}. Make one with nn.Model(module, params), or select in ` +
      'other data with traverse.tIdentity, for example traverse.tIdentity.item("kernel").',
  );
}
