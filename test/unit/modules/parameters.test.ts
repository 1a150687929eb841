/** Parameters: shapes, names, trees; keys and params that are none. */
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, type Tensor } from '../../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is tried too.
type Any = any;

const key = () => random.PRNGKey(0);
const x = () => jnp.ones([1, 2]);
const { ones } = nn.initializers;

describe('parameters:', () => {
  const withShape = (shape: unknown) =>
    nn.module(
      'Shaped',
      class extends nn.Module {
        apply() {
          return this.param('w', shape as number[], ones);
        }
      },
    );

  test('a shape that holds no sizes is an error that names the parameter', () => {
    expect(() => withShape([2, undefined]).init(key())).toThrow(
      /'w' should have a shape of whole.*got \[2, undefined\]/,
    );
    expect(() => withShape([-1]).init(key())).toThrow(/got \[-1\]/);
    expect(() => withShape(3).init(key())).toThrow(/got 3/);
    expect(() => withShape(undefined).init(key())).toThrow(/or null; got undefined/);
    expect(() => (nn.Dense as Any).init(key(), x(), {})).toThrow(/'kernel' should have a shape.*\[2, undefined\]/);
  });

  test('an initializer of another shape, or none, is an error', () => {
    const made = (initializer: Any) =>
      nn.module(
        'Made',
        class extends nn.Module {
          apply() {
            return this.param('w', [2], initializer);
          }
        },
      );
    expect(() => made(() => jnp.ones([3])).init(key())).toThrow(/stored f32\[3\], requested f32\[2\]/);
    expect(() => made(() => 3).init(key())).toThrow(/'w' should be a tensor of shape \[2\], got number/);
    expect(() => made(async () => jnp.ones([2])).init(key())).toThrow(/got a promise/);
  });

  test('without a shape they may be any pytree', () => {
    const Tree = nn.module(
      class Tree extends nn.Module {
        apply() {
          return this.param('w', null, (_, shape) => ({ list: [jnp.ones([2]), null], n: 3, shape }));
        }
      },
    );
    const [value, params] = Tree.init(key());
    expect(value.shape).toBeNull();
    expect(params.w).toBe(value);
    expect(Tree.call(params)).toBe(value);
  });

  test('getParam reads what the module declared, and what its submodules did', () => {
    const Reading = nn.module(
      class Reading extends nn.Module {
        apply(v: Tensor) {
          const w = this.param('w', [], ones);
          nn.Dense(v, { features: 2, name: 'dense' });
          expect(this.getParam('w')).toBe(w);
          return this.getParam<nn.Params>('dense').kernel.shape;
        }
      },
    );
    expect(Reading.init(key(), x())[0]).toEqual([2, 2]);
  });

  test('what is no tree of parameters is an error', () => {
    const dense = nn.Dense.partial({ features: 2 }) as Any;
    for (const [wrong, got] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [[1], 'an array'],
      [jnp.ones([2]), 'a tensor f32'],
    ]) {
      expect(() => dense.call(wrong, x())).toThrow(
        `Dense.call: the first argument is its parameters, an object; got ${got}`,
      );
    }
    const model = nn.Model(dense, dense.init(key(), x())[1]);
    expect(() => dense.call(model, x())).toThrow(/got Model\(Dense\)/);
  });

  test('what is no key is an error', () => {
    const init = nn.Dense.init as Any;
    expect(() => init(x(), key(), { features: 2 })).toThrow(
      /Dense\.init: the first argument is a key.*got a? ?f32\[1, 2\]/,
    );
    expect(() => init(0, x(), { features: 2 })).toThrow(/got number/);
    expect(() => init(random.split(key()), x(), { features: 2 })).toThrow(/got i32\[2, 2\]/);
  });

  test('isInitializing is true while parameters are made, and not in later calls of a shared module', () => {
    const seen: boolean[] = [];
    const Inner = nn.module(
      class Inner extends nn.Module {
        apply() {
          seen.push(this.isInitializing());
          return this.param('w', [], ones);
        }
      },
    );
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply() {
          const inner = Inner.shared();
          inner();
          return inner();
        }
      },
    );
    const [, params] = Outer.init(key());
    Outer.call(params);
    expect(seen).toEqual([true, false, false, false]);
  });
});
