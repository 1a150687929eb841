import { describe, expect, test } from 'vitest';
import { grad, jnp, nn, random, serialization, type Tensor, tree } from '../../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: wrong arguments on purpose.
type Any = any;

const key = random.PRNGKey(0);
const x = () => jnp.ones([2, 3]);

/** Counts its calls, and keeps the sum of its inputs. */
const Meter = nn.module(
  class Meter extends nn.Module {
    apply(v: Tensor) {
      const calls = this.state('calls', [], nn.initializers.zeros);
      const last = this.state<Tensor>('last');
      if (!this.isInitializing()) calls.value = calls.value.add(1);
      last.value = v;
      return v.mul(this.param('scale', [], nn.initializers.ones));
    }
  },
);

const made = () => nn.stateful(() => Meter.init(key, x()));
const callsOf = (state: nn.Collection) => (state.asDict()['/'].calls as Tensor).arraySync();

describe('nn.stateful', () => {
  test('gives the result and the new state; the one that went in stays as it was', () => {
    const [[, params], state] = made();
    const [y, after] = nn.stateful(state, () => Meter.call(params, x().mul(5)));
    expect(y.arraySync()).toEqual([
      [5, 5, 5],
      [5, 5, 5],
    ]);
    expect([callsOf(state), callsOf(after)]).toEqual([0, 1]);
    const [, third] = nn.stateful(after, () => Meter.call(params, x()));
    expect([callsOf(state), callsOf(after), callsOf(third)]).toEqual([0, 1, 2]);
  });

  test('that is not mutable changes nothing, not even before its error', () => {
    const [[, params], state] = made();
    const before = tree.map((t: Tensor) => t.arraySync(), state.asDict());
    expect(() => nn.stateful(state, () => Meter.call(params, x()), { mutable: false })).toThrow(
      /collection is not mutable(.|\n)*in module Meter/,
    );
    expect(tree.map((t: Tensor) => t.arraySync(), state.asDict())).toEqual(before);
  });

  test('of a state that is only read gives the same collection', () => {
    const Reader = nn.module(
      class Reader extends nn.Module {
        apply() {
          return this.state('calls').value;
        }
      },
    );
    const [, state] = made();
    const [calls, same] = nn.stateful(state, () => Reader.call({}), { mutable: false });
    expect(calls.arraySync()).toBe(0);
    expect(same).toBe(state);
  });

  test('nests: the innermost collection is the one', () => {
    const [[, params], state] = made();
    const [inner, outer] = nn.stateful(state, () => nn.stateful(state, () => Meter.call(params, x()))[1]);
    expect([callsOf(inner), callsOf(outer)]).toEqual([1, 0]);
  });

  test('says what is wrong with its arguments', () => {
    const stateful = nn.stateful as Any;
    expect(() => stateful(made()[1])).toThrow(/takes a function/);
    expect(() => stateful({ '/': {} }, () => 1)).toThrow(/new nn\.Collection\(dict\)/);
    expect(() => stateful(async () => 1)).toThrow(/promise/);
    expect(() => stateful(undefined, async () => 1, { mutable: false })).toThrow(/promise/);
    expect(nn.isStateful()).toBe(false);
    expect(() => nn.getState()).toThrow(/inside nn\.stateful only/);
    expect(nn.stateful(() => nn.isStateful())[0]).toBe(true);
  });
});

describe('state and transformations:', () => {
  test('inside the transformed function it is kept', () => {
    const [[, params], state] = made();
    const after: number[] = [];
    const loss = (p: Tensor) => {
      const [y, newState] = nn.stateful(state, () => Meter.call({ ...params, scale: p }, x()));
      after.push(callsOf(newState) as number);
      return y.sum() as Tensor;
    };
    expect(grad(loss)(jnp.array(2)).arraySync()).toBe(6);
    expect(after).toEqual([1]);
  });

  test('from outside of it, it cannot be changed', () => {
    const [[, params], state] = made();
    expect(() =>
      nn.stateful(state, () =>
        grad((p: Tensor) => Meter.call({ ...params, scale: p }, x()).sum() as Tensor)(jnp.array(2)),
      ),
    ).toThrow(/became mutable outside of grad(.|\n)*in module Meter/);
  });

  test('shapes alone are no state', () => {
    expect(() => nn.stateful(() => Meter.initByShape(key, [[2, 3]]))).toThrow(/outside of initByShape or evalShape/);
  });
});

describe('nn.Collection', () => {
  test('is a pytree of its values, with paths as keys', () => {
    const state = new nn.Collection({ '/b': { n: jnp.array(1) }, '/a': { n: jnp.array(2) } });
    const doubled = tree.map((t: Tensor) => t.mul(2), state);
    expect(doubled).toBeInstanceOf(nn.Collection);
    expect(doubled.get('/b').n.arraySync()).toBe(2);
    expect(tree.flattenWithPath(state).map(([path]) => path)).toEqual([
      ['/a', 'n'],
      ['/b', 'n'],
    ]);
    expect(() => state.get('/c')).toThrow(/nothing at '\/c'. Its paths: \/b, \/a/);
    expect(() => new nn.Collection(state as Any)).toThrow(/got a Collection/);
  });

  test('has a state dict and comes back from one', () => {
    const [, state] = made();
    const dict = serialization.toStateDict(state);
    expect(Object.keys(dict as object)).toEqual(['/']);
    const restored = serialization.fromStateDict(state, { '/': { calls: jnp.array(7), last: x() } });
    expect(restored).toBeInstanceOf(nn.Collection);
    expect([callsOf(restored), callsOf(state)]).toEqual([7, 0]);
    expect(() => serialization.fromStateDict(state, { '/': { calls: jnp.array(7) } })).toThrow(/last/);
  });

  test('cannot be changed from outside', () => {
    const values: Record<string, unknown> = { '/a': 1 };
    const state = new nn.Collection(values);
    values['/a'] = 2;
    state.asDict()['/a'] = 3;
    expect(state.get('/a')).toBe(1);
  });

  test('made inside a module begins its paths there; that module itself has none', () => {
    const Keeper = nn.module(
      class Keeper extends nn.Module {
        apply(_v: Tensor, { into }: { into: nn.Collection }) {
          into.store(7);
          return into.retrieve(0);
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(v: Tensor) {
          const [kept, collection] = new nn.Collection().mutate((into) => Keeper(v, { into, name: 'keeper' }));
          const missing = (fn: () => unknown) => {
            try {
              return fn();
            } catch (error) {
              return (error as Error).message;
            }
          };
          const own = new nn.Collection().mutate((into) => missing(() => into.store(1)))[0];
          return [kept, collection.asDict(), own];
        }
      },
    );
    const [[kept, values, own]] = Outer.init(key, x(), { name: 'outer' });
    expect(kept).toBe(7);
    expect(values).toEqual({ '/keeper': 7 });
    expect(own).toMatch(/this module made it/);
  });

  test('refuses a module that was shared from outside of where it was made', () => {
    const Inner = nn.module(
      class Inner extends nn.Module {
        apply(v: Tensor, { layer }: { layer: (v: Tensor) => Tensor }) {
          return nn.stateful(() => layer(v))[0];
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(v: Tensor) {
          const meter = Meter.shared({ name: 'meter' });
          return Inner(v, { layer: meter as Any });
        }
      },
    );
    expect(() => Outer.init(key, x())).toThrow(/\/meter is outside of the module that made the collection, \/Inner_0/);
  });

  test('is no pytree while it is mutable', () => {
    expect(() => new nn.Collection().mutate((into) => tree.leaves(into))).toThrow(/no pytree while it is mutable/);
  });
});

describe('random keys of modules:', () => {
  test('each is another one; the same scope gives the same again', () => {
    const take = () => nn.stochastic(key, () => [nn.makeRng(), nn.makeRng()].map((k) => k.arraySync()));
    const [a, b] = take();
    expect(a).not.toEqual(b);
    expect(take()).toEqual([a, b]);
    expect(nn.isStochastic()).toBe(false);
  });

  test('initByShape takes one, however many it makes, and makes the parameters that init makes', () => {
    const Noisy = nn.module(
      class Noisy extends nn.Module {
        apply(v: Tensor) {
          nn.makeRng();
          const noise = random.normal(nn.makeRng(), v.shape);
          return nn.Dense(v.add(noise), { features: 2 });
        }
      },
    );
    const [byShape, next] = nn.stochastic(key, () => [Noisy.initByShape(key, [[2, 3]])[1], nn.makeRng()]);
    expect(next.arraySync()).toEqual(random.foldIn(key, 2).arraySync());
    const [, params] = nn.stochastic(key, () => Noisy.init(key, x()));
    expect(byShape.Dense_0.kernel.arraySync()).toEqual(params.Dense_0.kernel.arraySync());
  });

  test('says what is wrong with its arguments', () => {
    expect(() => (nn.stochastic as Any)(3, () => 1)).toThrow(/first argument is a key/);
    expect(() => (nn.stochastic as Any)(key)).toThrow(/second argument is a function/);
    expect(() => (nn.stochastic as Any)(key, async () => 1)).toThrow(/promise/);
  });
});

describe('automatic names', () => {
  const Two = nn.module(
    class Two extends nn.Module {
      apply(v: Tensor) {
        return nn.Dense(nn.Dense(v, { features: 2 }), { features: 2 });
      }
    },
  );

  test('are plain integers where that is wanted', () => {
    try {
      nn.autoNames('integer');
      expect(Object.keys(Two.init(key, x())[1])).toEqual(['0', '1']);
    } finally {
      nn.autoNames('class');
    }
    expect(Object.keys(Two.init(key, x())[1])).toEqual(['Dense_0', 'Dense_1']);
    expect(() => nn.autoNames('number' as Any)).toThrow(/'class' or 'integer'/);
  });
});

test('createByShape and create give a Model', () => {
  const Dense = nn.Dense.partial({ features: 2 });
  const [spec, byShape] = Dense.createByShape(key, [[2, 3]]);
  const [y, model] = Dense.create(key, x());
  expect(spec.shape).toEqual([2, 2]);
  expect(byShape(x()).arraySync()).toEqual(y.arraySync());
  expect(model(x()).arraySync()).toEqual(y.arraySync());
  expect(model.module).toBe(Dense);
});

test('truncateAt says what paths are', () => {
  const [, model] = nn.Dense.partial({ features: 2 }).create(key, x());
  expect(() => model.truncateAt('hidden')).toThrow(/path of a module, '\/encoder\/dense'.*got hidden/);
  expect(() => model.truncateAt('/hidden')(x())).toThrow(/nothing at '\/hidden'. Its paths: \//);
});
