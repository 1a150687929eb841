/** DESIGN 5.1 "Calls": what is an input, what the options, and what partial gave. */
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, type Tensor, tree } from '../../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is tried too.
type Any = any;

const key = () => random.PRNGKey(0);
const x = () => jnp.ones([1, 2]);

const t = jnp.ones([2]);

/** What a module's apply got and returned, with 't' for the tensor. */
function received(module: Any, ...args: unknown[]): unknown {
  return tree.map((leaf: unknown) => (leaf === t ? 't' : leaf), module.init(key(), ...args)[0]);
}

const Echo = nn.module(
  class Echo extends nn.Module {
    apply(input: Any, { a = 1, mask, shape, others }: Any = {}): unknown {
      return [input, { a, mask, shape, others }];
    }
  },
);
const EchoAll = nn.module(
  class EchoAll extends nn.Module {
    apply(...args: Any[]): unknown {
      return args;
    }
  },
);

describe('what is an input, and what the options:', () => {
  test('options are the last argument, a plain object', () => {
    expect(received(Echo, t, { a: 2 })).toMatchObject(['t', { a: 2 }]);
    expect(received(Echo, t)).toMatchObject(['t', { a: 1 }]);
    expect(received(Echo, t, {})).toMatchObject(['t', { a: 1 }]);
  });

  test('a dict of tensors is an input', () => {
    const batch = { image: t, nested: { label: [t] } };
    const dict = { image: 't', nested: { label: ['t'] } };
    expect(received(Echo, batch)).toMatchObject([dict, { a: 1 }]);
    expect(received(Echo, batch, { a: 2 })).toMatchObject([dict, { a: 2 }]);
    expect(received(EchoAll, batch)).toEqual([dict]);
    expect(received(EchoAll, batch, { name: 'net' })).toEqual([dict]);
  });

  test('a dict of tensors that the method takes apart is an input, whatever else it holds', () => {
    const Apart = nn.module(
      class Apart extends nn.Module {
        apply({ image }: { image: Tensor; label?: Tensor }): unknown {
          return image;
        }
      },
    );
    expect((Apart as Any).init(key(), { image: t, label: t })[0]).toBe(t);
    expect((Apart as Any).init(key(), { image: t, label: t }, { name: 'apart' })[0]).toBe(t);
  });

  test('options may hold tensors', () => {
    expect(received(Echo, t, { a: 2, mask: t })).toMatchObject(['t', { a: 2, mask: 't' }]);
    expect(received(Echo, t, { mask: t })).toMatchObject(['t', { a: 1, mask: 't' }]);
    const partial = Echo.partial({ a: 5 });
    expect(received(partial, t, { mask: t })).toMatchObject(['t', { a: 5, mask: 't' }]);
    expect(received(Echo.partial({ mask: t }), t)).toMatchObject(['t', { a: 1, mask: 't' }]);
  });

  test('an option may be named shape, and be an array of numbers', () => {
    expect(received(Echo.partial({ a: 5 }), t, { shape: [2, 3] })).toMatchObject(['t', { a: 5, shape: [2, 3] }]);
    expect(received(EchoAll, t, { shape: [2, 3], name: 'all' })).toEqual(['t', { shape: [2, 3] }]);
  });

  test('an instance of a class is an input', () => {
    const date = new Date(0);
    const model = nn.Model(nn.Dense, {});
    const [first, second] = EchoAll.init(key(), date, model)[0] as unknown[];
    expect(first).toBe(date);
    expect(second).toBe(model);
  });

  test('inputs that were left out stay out, and the options come where they are declared', () => {
    const Masked = nn.module(
      class Masked extends nn.Module {
        apply(input: Tensor, mask?: Tensor, { a = 1 }: { a?: number } = {}): unknown {
          return [input, mask, a];
        }
      },
    );
    expect(received(Masked, t, { a: 2 })).toEqual(['t', undefined, 2]);
    expect(received(Masked, t, t, { a: 2 })).toEqual(['t', 't', 2]);
    expect(received(Masked, t)).toEqual(['t', undefined, 1]);
    expect(received(Masked.partial({ a: 3 }), t)).toEqual(['t', undefined, 3]);
    const Plain = nn.module(
      class Plain extends nn.Module {
        apply(input: Tensor, mask: Tensor | null = null, options: { a?: number } = {}): unknown {
          return [input, mask, options];
        }
      },
    );
    expect(received(Plain, t, { a: 2 })).toEqual(['t', null, { a: 2 }]);
    expect(received(Plain, t, t, { a: 2 })).toEqual(['t', 't', { a: 2 }]);
  });

  test('an options object that has no default is there even when empty', () => {
    const Required = nn.module(
      class Required extends nn.Module {
        apply(input: Tensor, { a = 7 }: { a?: number }): unknown {
          return [input, a];
        }
      },
    );
    expect(received(Required, t)).toEqual(['t', 7]);
    const Default = nn.module(
      class Default extends nn.Module {
        apply(input: Tensor, { a = 7 }: { a?: number } = { a: 8 }): unknown {
          return [input, a];
        }
      },
    );
    expect(received(Default, t)).toEqual(['t', 8]);
  });

  test('the rest of the arguments', () => {
    expect(received(EchoAll, t, 1, { a: 2 })).toEqual(['t', 1, { a: 2 }]);
    expect(received(EchoAll.partial({ a: 1 } as Any), t, { b: 2 })).toEqual(['t', { a: 1, b: 2 }]);
    expect(received(EchoAll)).toEqual([]);
  });

  test('an option that the method does not have is an error that says which it has', () => {
    expect(() => received(Echo, t, { b: 2 })).toThrow("Echo.apply has no option 'b'; it has a, mask, shape, others.");
    expect(() => received((Echo as Any).partial({ featurs: 4 }), t)).toThrow("Echo.apply has no option 'featurs'");
    const None = nn.module(
      class None extends nn.Module {
        apply(input: Tensor): Tensor {
          return input;
        }
      },
    );
    expect(() => received(None, t, { a: 1 })).toThrow("None.apply has no option 'a'; it takes none.");
    expect(received(None, t, { name: 'none' })).toBe('t');
  });
});

describe('partial:', () => {
  const shape = (module: Any, options?: object) => {
    return tree.map(jnp.shape, module.init(key(), x(), ...(options ? [options] : []))[1]) as Any;
  };

  test('of a partial: the later one wins, then the call', () => {
    const four = nn.Dense.partial({ features: 4 });
    const without = four.partial({ bias: false });
    expect(shape(four)).toEqual({ bias: [4], kernel: [2, 4] });
    expect(shape(without)).toEqual({ kernel: [2, 4] });
    expect(shape(without.partial({ features: 5 }))).toEqual({ kernel: [2, 5] });
    expect(shape(without, { features: 6, bias: true })).toEqual({ bias: [6], kernel: [2, 6] });
    expect(shape(four)).toEqual({ bias: [4], kernel: [2, 4] });
  });

  test('undefined is an option that was not given', () => {
    expect(shape(nn.Dense.partial({ features: 4 }), { features: undefined, name: undefined })).toMatchObject({
      kernel: [2, 4],
    });
    expect(shape(nn.Dense.partial({ features: 4 }).partial({ features: undefined } as Any))).toMatchObject({
      kernel: [2, 4],
    });
  });

  test('of nothing is the module', () => {
    expect(shape((nn.Dense as Any).partial().partial({}), { features: 3 })).toMatchObject({ kernel: [2, 3] });
  });

  test('of what is no object is an error', () => {
    for (const wrong of [4, 'name', null, [1]]) {
      expect(() => (nn.Dense as Any).partial(wrong)).toThrow(/Dense: options are one object/);
    }
  });
});
