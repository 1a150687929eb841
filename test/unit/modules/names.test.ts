/** DESIGN 5.1 "Names", and what nn.module takes. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { jnp, nn, random, type Tensor, tree } from '../../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is tried too.
type Any = any;

const key = () => random.PRNGKey(0);
const x = () => jnp.ones([1, 2]);
const { ones } = nn.initializers;

describe('names:', () => {
  let warn: MockInstance;
  beforeEach(() => {
    warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterEach(() => {
    warn.mockRestore();
  });

  /** Fails with its path in the message. */
  const Failing = nn.module(
    class Failing extends nn.Module {
      apply(): never {
        throw new Error('failed');
      }
    },
  );
  const pathOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as Error).message.replace('failed\n  in module ', '');
    }
    return 'it did not fail';
  };
  const inside = (run: () => unknown) => {
    const Parent = nn.module(
      class Parent extends nn.Module {
        apply(): unknown {
          return run();
        }
      },
    );
    return () => Parent.init(key());
  };

  test('name is an option of every call', () => {
    expect(pathOf(() => Failing.init(key()))).toBe('Failing');
    expect(pathOf(() => Failing.init(key(), { name: 'top' }))).toBe('/top (Failing)');
    expect(pathOf(() => Failing.call({}, { name: 'top' }))).toBe('/top (Failing)');
    expect(pathOf(() => Failing.initByShape(key(), [], { name: 'top' }))).toBe('/top (Failing)');
    expect(pathOf(() => Failing.partial({ name: 'top' }).init(key()))).toBe('/top (Failing)');
    expect(pathOf(() => (nn.Model(Failing, {}) as Any)({ name: 'top' }))).toBe('/top (Failing)');
    expect(pathOf(inside(() => Failing()))).toBe('/Failing_0 (Failing)');
    expect(pathOf(inside(() => Failing({ name: 'a' })))).toBe('/a (Failing)');
    expect(pathOf(inside(() => Failing.partial({ name: 'p' })()))).toBe('/p (Failing)');
    expect(pathOf(inside(() => Failing.partial({ name: 'p' })({ name: 'a' })))).toBe('/a (Failing)');
    expect(pathOf(inside(() => Failing.shared({ name: 's' })()))).toBe('/s (Failing)');
    expect(pathOf(inside(() => Failing.shared()()))).toBe('/0 (Failing)');
    expect(pathOf(inside(() => Failing.partial({ name: 'p' }).shared()()))).toBe('/0 (Failing)');
  });

  test('a name that cannot be part of a path is an error where it is given', () => {
    for (const name of ['a/b', 'a:b']) {
      expect(() => nn.Dense.partial({ name })).toThrow(/slashes or colons/);
      expect(() =>
        nn.module(
          name,
          class extends nn.Module {
            apply() {}
          },
        ),
      ).toThrow(/slashes or colons/);
    }
    expect(() => nn.Dense.partial({ name: 3 as Any })).toThrow(/must be a string, got number/);
  });

  test('an explicit name is the name', () => {
    const Block = nn.module(
      'Block',
      class extends nn.Module {
        apply(v: Tensor) {
          return v;
        }
      },
    );
    expect([Block.name, warn.mock.calls.length]).toEqual(['Block', 0]);
    expect(
      nn.module(
        'B',
        class extends nn.Module {
          apply() {}
        },
      ).name,
    ).toBe('B');
    expect(warn).not.toHaveBeenCalled();
    expect(() =>
      nn.module(
        '',
        class extends nn.Module {
          apply() {}
        },
      ),
    ).toThrow(/not empty/);
    expect(() =>
      (nn.module as Any)(
        undefined,
        class extends nn.Module {
          apply() {}
        },
      ),
    ).toThrow(/must be a string/);
  });

  test('an empty or minified one warns', () => {
    nn.module(
      class extends nn.Module {
        apply() {}
      },
    );
    expect(warn).toHaveBeenLastCalledWith(
      expect.stringMatching(/class name '' .*empty or minified.*nn\.module\('Block'/),
    );
    const classes = {
      t: class extends nn.Module {
        apply() {}
      },
    };
    nn.module(classes.t);
    expect(warn).toHaveBeenLastCalledWith(expect.stringMatching(/class name 't'/));
    expect(warn).toHaveBeenCalledTimes(2);
  });

  test('a module that calls itself', () => {
    interface Options {
      depth: number;
    }
    const Block: Any = nn.module(
      'Block',
      class extends nn.Module {
        apply(v: Tensor, { depth }: Options): Tensor {
          const y = v.mul(this.param('w', [], ones));
          return depth === 0 ? y : Block(y, { depth: depth - 1 });
        }
      },
    );
    const [, params] = Block.init(key(), x(), { depth: 2 });
    expect(tree.map(jnp.shape, params)).toEqual({ Block_0: { Block_0: { w: [] }, w: [] }, w: [] });
    expect(Block.call(params, x(), { depth: 1 }).shape).toEqual([1, 2]);
    expect(() => Block.call(params, x(), { depth: 3 })).toThrow(/No module named 'Block_0'(.|\n)*\/Block_0\/Block_0/);
  });

  test('names that every object has are free', () => {
    const Odd = nn.module(
      class Odd extends nn.Module {
        apply(v: Tensor) {
          return nn.Dense(v, { features: 1, name: 'valueOf' }).mul(this.param('constructor', [], ones));
        }
      },
    );
    const [, params] = Odd.init(key(), x());
    expect(Object.keys(params).sort()).toEqual(['constructor', 'valueOf']);
    expect(() => Odd.call({}, x())).toThrow(/No module named 'valueOf'.*It has: nothing/);
    expect(() => Odd.call({ valueOf: params.valueOf }, x())).toThrow(/no parameter named 'constructor'/);
  });
});

describe('definitions:', () => {
  const define =
    (...args: unknown[]) =>
    () =>
      (nn.module as Any)(...args);

  test('what is no module class is an error', () => {
    for (const wrong of [
      undefined,
      null,
      3,
      {},
      class {},
      nn.Module,
      class {
        apply() {}
      },
    ]) {
      expect(define(wrong)).toThrow(/nn\.module/);
    }
    expect(define(class Empty extends nn.Module {})).toThrow(/Empty needs a method apply/);
    expect(
      define(
        class Field extends nn.Module {
          apply = () => 1;
        },
      ),
    ).toThrow(/a field that holds a function is none/);
    expect(define(nn.Dense)).toThrow(/Dense is a module already/);
  });

  test.each([
    'init',
    'call',
    'partial',
    'shared',
    'initByShape',
    'params',
    'replace',
    'truncateAt',
    'module',
    'name',
    'param',
    'getParam',
    'isInitializing',
  ])('a method may not be named %s', (name) => {
    const cls = {
      [name]: class Clash extends nn.Module {
        apply() {}
      },
    }[name] as Any;
    cls.prototype[name] = () => 1;
    expect(define('Clash', cls)).toThrow(`Clash: a module's method may not be named '${name}'`);
  });

  test('nor a static member like what every module has', () => {
    expect(
      define(
        class Clash extends nn.Module {
          static init() {}
          apply() {}
        },
      ),
    ).toThrow("Clash: a static member may not be named 'init'");
  });

  test('a method that every object has stays with the instance', () => {
    const Printing = nn.module(
      class Printing extends nn.Module {
        apply() {
          return `${this}`;
        }
        override toString() {
          return 'printed';
        }
      },
    );
    expect(Printing.call({})).toBe('printed');
    expect(String(Printing)).not.toBe('printed');
  });
});
