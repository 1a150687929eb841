/** Scopes of running modules: entered and left, also by errors, promises and generators. */
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, type Tensor, tree } from '../../../runtime/src/index';

const key = () => random.PRNGKey(0);
const x = () => jnp.ones([1, 2]);
const { ones } = nn.initializers;

describe('scopes:', () => {
  test('an instance that no call made says that it does not run', () => {
    class Lonely extends nn.Module {
      apply() {
        return this.param('w', [], ones);
      }
    }
    for (const call of [(m: Lonely) => m.apply(), (m: Lonely) => m.getParam('w'), (m: Lonely) => m.isInitializing()]) {
      expect(() => call(new Lonely())).toThrow(/Lonely is not running.*Make the class callable with nn\.module/);
    }
    const Making = nn.module(
      class Making extends nn.Module {
        apply() {
          return new Lonely().apply();
        }
      },
    );
    expect(() => Making.init(key())).toThrow(/Lonely is not running/);
  });

  test('a failure leaves no scope behind', () => {
    const Failing = nn.module(
      class Failing extends nn.Module {
        apply(v: Tensor) {
          nn.Dense(v, { features: 2 });
          throw new Error('mine');
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(v: Tensor) {
          expect(() => Failing(v)).toThrow(/mine/);
          return nn.Dense(v, { features: 2 });
        }
      },
    );
    expect(() => Failing.init(key(), x())).toThrow(/^mine\n {2}in module Failing$/);
    expect(() => nn.Dense(x(), { features: 2 })).toThrow(/called outside of a module/);
    expect(Object.keys(Outer.init(key(), x())[1])).toEqual(['Failing_0', 'Dense_1']);
  });

  test('an error notes the innermost module once, whatever kind of error it is', () => {
    const thrown = (error: unknown) => {
      const Inner = nn.module(
        class Inner extends nn.Module {
          apply() {
            throw error;
          }
        },
      );
      const Outer = nn.module(
        class Outer extends nn.Module {
          apply() {
            return Inner({ name: 'inner' });
          }
        },
      );
      try {
        Outer.init(key(), { name: 'outer' });
      } catch (caught) {
        return caught as Error;
      }
      return undefined;
    };
    const where = 'in module /outer/inner (Inner)';
    const plain = thrown(new RangeError('mine'));
    expect(plain).toBeInstanceOf(RangeError);
    expect(plain?.message).toBe(`mine\n  ${where}`);
    expect(plain?.stack).toContain(`RangeError: mine\n  ${where}\n    at `);
    const empty = thrown(new Error());
    expect(empty?.message).toBe(where);
    expect(empty?.stack).toMatch(/^Error: in module \/outer\/inner \(Inner\)\n {4}at /);
    const frozen = Object.freeze(new Error('frozen'));
    expect(thrown(frozen)).toBe(frozen);
    const dom = new DOMException('aborted', 'AbortError');
    expect(thrown(dom)).toBe(dom);
    expect(dom.message).toBe(`aborted\n  ${where}`);
    expect(thrown('a string')).toBe('a string');
  });

  test('an async apply is an error, and what it does later meets no scope of another module', async () => {
    const later: unknown[] = [];
    const Async = nn.module(
      class Async extends nn.Module {
        async apply(v: Tensor) {
          await Promise.resolve();
          try {
            nn.Dense(v, { features: 2 });
          } catch (error) {
            later.push((error as Error).message);
          }
          throw new Error('later');
        }
      },
    );
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    expect(() => Async.init(key(), x())).toThrow(/Async\.apply returned a promise.*\n {2}in module Async/);
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', note);
    expect(later).toEqual([expect.stringContaining('called outside of a module')]);
    expect(unhandled).toEqual([]);
  });

  test('so is a generator; one that the module itself runs is fine', () => {
    const Rows = nn.module(
      class Rows extends nn.Module {
        apply(v: Tensor) {
          return [...this.rows(v)];
        }
        *rows(v: Tensor): Generator<Tensor, void> {
          for (let i = 0; i < 2; i++) yield nn.Dense(v, { features: 1 });
        }
      },
    );
    const [ys, params] = Rows.init(key(), x());
    expect([ys.length, Object.keys(params)]).toEqual([2, ['Dense_0', 'Dense_1']]);
    expect(() => nn.Model(Rows, params).rows(x())).toThrow(/Rows\.rows returned a generator.*Return an array/);
  });

  test('init and call inside a module have scopes of their own', () => {
    const Inner = nn.module(
      class Inner extends nn.Module {
        apply(v: Tensor) {
          return nn.Dense(v, { features: 2 });
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(v: Tensor) {
          const [, first] = Inner.init(key(), v);
          const nested = this.param('nested', null, (rng) => {
            const [, params] = Inner.init(rng, v);
            return { params, again: Inner.init(rng, v)[1] };
          });
          expect(tree.map(jnp.shape, nested.params)).toEqual(tree.map(jnp.shape, first));
          return nn.Dense(Inner.call(nested.params, v), { features: 1 });
        }
      },
    );
    const [y, params] = Outer.init(key(), x());
    expect(y.shape).toEqual([1, 1]);
    expect(Object.keys(params)).toEqual(['nested', 'Dense_0']);
    const [a, b] = [params.nested.params, params.nested.again].map((p) => [...p.Dense_0.kernel.dataSync()]);
    expect(a).toEqual(b);
  });

  test('a shared module keeps its parameters where it was shared', () => {
    const User = nn.module(
      class User extends nn.Module {
        apply(v: Tensor, { layer }: { layer: (v: Tensor) => Tensor }) {
          return layer(v).mul(this.param('w', [], ones));
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(v: Tensor) {
          const layer = nn.Dense.shared({ features: 2, name: 'layer' });
          return User(layer(v), { layer });
        }
      },
    );
    expect(tree.map(jnp.shape, Outer.init(key(), x())[1])).toEqual({
      User_0: { w: [] },
      layer: { bias: [2], kernel: [2, 2] },
    });
  });
});
