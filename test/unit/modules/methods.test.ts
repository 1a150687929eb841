/** DESIGN 5.1 "Methods": those of the class, its base classes, static ones, and fields. */
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, type Tensor, tree } from '../../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is tried too.
type Any = any;

const key = () => random.PRNGKey(0);
const x = () => jnp.ones([1, 2]);
const { ones } = nn.initializers;

abstract class Cell extends nn.Module {
  static initializeCarry(size: number): Tensor {
    return jnp.zeros([size]);
  }
  /** A method of the base class. */
  gate(v: Tensor): Tensor {
    return v.mul(this.getParam('w')).mul(this.factor);
  }
  get factor(): number {
    return 3;
  }
}

describe('methods:', () => {
  const Coder = nn.module(
    class Coder extends Cell {
      static readonly version = 7;
      apply(v: Tensor, { times = 1, scale = 1 }: { times?: number; scale?: number } = {}) {
        this.param('w', [], (_, shape) => jnp.full([...shape], 2));
        return this.plain(this.decode(v, { times }).mul(scale));
      }
      decode(v: Tensor, { times = 1 }: { times?: number } = {}) {
        return this.gate(v).mul(times);
      }
      plain(v: Tensor, factor = 1) {
        return v.mul(factor);
      }
      argumentsOf(...args: unknown[]) {
        return args;
      }
      named(v: Tensor) {
        return nn.Dense(v, { features: 1, name: 'out' });
      }
    },
  );
  const number = (v: Tensor) => v.dataSync()[0];
  const [, params] = Coder.init(key(), jnp.asarray(1));
  const one = jnp.asarray(1);

  test('are methods of the module, with parameters first, and of its Models', () => {
    const model = nn.Model(Coder, params);
    expect(number(Coder.decode(params, one))).toBe(6);
    expect(number(Coder.decode(params, one, { times: 2 }))).toBe(12);
    expect(number(model.decode(one, { times: 2 }))).toBe(12);
    expect(number(model.plain(one, 5))).toBe(5);
    expect(number(model(one, { times: 2 }))).toBe(12);
  });

  test("get the partial's options where they declare an options object", () => {
    const partial = Coder.partial({ times: 5 });
    expect(number(partial.decode(params, one))).toBe(30);
    expect(number(partial.decode(params, one, { times: 2 }))).toBe(12);
    expect(number(nn.Model(partial, params).decode(one))).toBe(30);
    expect(number(partial.plain(params, one))).toBe(1);
    expect(partial.argumentsOf(params, 'one')).toEqual(['one']);
    expect((partial as Any).argumentsOf(params, 'one', { a: 1 })).toEqual(['one', { a: 1 }]);
  });

  test("do not mind the partial's options that are for apply only", () => {
    expect(number(Coder.partial({ times: 5, scale: 3 }).decode(params, one))).toBe(30);
    expect(() => (Coder as Any).decode(params, one, { scale: 3 })).toThrow("Coder.decode has no option 'scale'");
  });

  test('of a shared module run in its scope', () => {
    const Pair = nn.module(
      class Pair extends nn.Module {
        apply(v: Tensor) {
          const coder = Coder.shared({ times: 2, name: 'coder' });
          coder(v);
          return coder.decode(v);
        }
      },
    );
    const [y, made] = Pair.init(key(), one);
    expect(number(y)).toBe(12);
    expect(tree.map(number, made)).toEqual({ coder: { w: 2 } });
    expect(number(nn.Model(Pair, made)(one))).toBe(12);
  });

  test('called as this.method are plain calls in the same scope', () => {
    const Net = nn.module(
      class Net extends nn.Module {
        apply(v: Tensor) {
          return this.layer(this.layer(v, 'first'), 'second');
        }
        layer(v: Tensor, name: string) {
          return nn.Dense(v, { features: 2, name });
        }
      },
    );
    const [, made] = Net.init(key(), x());
    expect(Object.keys(made)).toEqual(['first', 'second']);
    expect(Net.layer(made, x(), 'second').shape).toEqual([1, 2]);
    expect(() => Net.layer(made, x(), 'third')).toThrow(/No module named 'third'/);
  });

  test('of base classes, overridden ones with super, and getters', () => {
    const Derived = nn.module(
      class Derived extends Cell {
        apply(v: Tensor) {
          this.param('w', [], ones);
          return this.gate(v);
        }
        override gate(v: Tensor) {
          return super.gate(v).add(1);
        }
        override get factor() {
          return super.factor + 1;
        }
      },
    );
    const [y, made] = Derived.init(key(), one);
    expect(number(y)).toBe(5);
    expect(number(Derived.gate(made, one))).toBe(5);
    expect(Object.hasOwn(Derived, 'factor')).toBe(false);
  });

  test('static members stay reachable, of partials too', () => {
    expect(Coder.initializeCarry(3).shape).toEqual([3]);
    expect(Coder.version).toBe(7);
    expect((Coder.partial({ times: 2 }) as unknown as typeof Coder).version).toBe(7);
  });

  test('private ones stay private', () => {
    const Private = nn.module(
      class Private extends nn.Module {
        #twice(v: Tensor) {
          return v.mul(2);
        }
        apply(v: Tensor) {
          return this.#twice(v);
        }
      },
    );
    expect(number(Private.call({}, one))).toBe(2);
  });
});

describe('class fields:', () => {
  test('are set anew for each call', () => {
    const Counting = nn.module(
      class Counting extends nn.Module {
        count = 1;
        twice = (v: number) => v * 2;
        apply() {
          this.count++;
          return this.twice(this.count);
        }
      },
    );
    expect([Counting.call({}), Counting.call({})]).toEqual([4, 4]);
  });

  test("may declare parameters and shared modules, which are the module's own", () => {
    const Net = nn.module(
      class Net extends nn.Module {
        w = this.param('w', [2], nn.initializers.normal());
        hidden = nn.Dense.shared({ features: 2, name: 'hidden' });
        apply(v: Tensor) {
          return this.hidden(this.hidden(v)).mul(this.w);
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(v: Tensor) {
          return Net(v, { name: 'net' });
        }
      },
    );
    const [y, params] = Outer.init(key(), x());
    expect(tree.map(jnp.shape, params)).toEqual({ net: { hidden: { bias: [2], kernel: [2, 2] }, w: [2] } });
    expect([...Outer.call(params, x()).dataSync()]).toEqual([...y.dataSync()]);
  });
});
