/** evalShape and initByShape: shapes without values, real parameters. */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, nn, random, ShapeDtypeStruct, type Tensor, tree } from '../../runtime/src/index';
import { tf } from './tfjs';

const struct = (shape: number[], dtype?: 'float32' | 'int32') => new ShapeDtypeStruct(shape, dtype);
const key = () => random.PRNGKey(0);
const values = (params: unknown) => tree.map((leaf: Tensor) => [leaf.shape, ...leaf.dataSync()], params);

describe('evalShape:', () => {
  test('takes and gives pytrees', () => {
    const f = ({ image, label }: { image: Tensor; label: Tensor }, [scale]: [Tensor]) => ({
      flat: image.reshape([-1, 4]).mul(scale),
      pair: [label, null, 'text', 3] as const,
    });
    expect(evalShape(f, { image: [3, 2, 2], label: 'i32[3]' }, [[]])).toEqual({
      flat: struct([3, 4]),
      pair: [struct([3], 'int32'), null, 'text', 3],
    });
  });

  test('takes tensors, Models and structs for their shapes', () => {
    const module = nn.Dense.partial({ features: 5 });
    const model = nn.Model(module, module.init(key(), jnp.ones([1, 2]))[1]);
    const f = (m: typeof model, x: Tensor) => m(x);
    expect(evalShape(f, model, [7, 2])).toEqual(struct([7, 5]));
    expect(
      evalShape(
        f,
        evalShape((m: typeof model) => m, model),
        struct([7, 2]),
      ),
    ).toEqual(struct([7, 5]));
    const gradient = evalShape((m: typeof model, x: Tensor) => grad((n: typeof model) => n(x).sum())(m), model, [7, 2]);
    expect(gradient.params).toEqual({ bias: struct([5]), kernel: struct([2, 5]) });
  });

  test('outputs that do not depend on the inputs are structs too, as in JAX', () => {
    const outside = jnp.ones([3]);
    const f = (x: Tensor) => ({ x, outside, made: jnp.zeros([2], 'int32'), both: x.add(outside) });
    expect(evalShape(f, [3])).toEqual({
      x: struct([3]),
      outside: struct([3]),
      made: struct([2], 'int32'),
      both: struct([3]),
    });
    expect(evalShape(() => jnp.ones([2, 2]))).toEqual(struct([2, 2]));
    expect([...outside.dataSync()]).toEqual([1, 1, 1]);
  });

  test('nests', () => {
    const f = (x: Tensor) => {
      const inner = evalShape((y: Tensor) => y.matMul(y), x);
      expect(inner).toEqual(struct([4, 4]));
      return jnp.ones([...inner.shape, 2]).add(x.sum());
    };
    expect(evalShape(f, [4, 4])).toEqual(struct([4, 4, 2]));
  });

  test('computes nothing large', () => {
    const f = (x: Tensor) => x.matMul(x.transpose()).sum();
    expect(evalShape(f, [10_000_000, 1_000_000])).toEqual(struct([]));
  });

  test('the backend is the one before, also after a failure', () => {
    const before = tf.getBackend();
    const fail = () =>
      evalShape(
        (x: Tensor) => {
          expect(tf.getBackend()).toBe('abstract');
          return evalShape((y: Tensor) => y.dataSync()[0] as number, x);
        },
        [2],
      );
    expect(fail).toThrow(/value of an abstract tensor f32\[2\] was read/);
    expect(() => evalShape((x: Tensor) => x.reshape([3]), [2])).toThrow();
    expect(tf.getBackend()).toBe(before);
    expect([...jnp.ones([2]).add(1).dataSync()]).toEqual([2, 2]);
  });

  test('an async function is an error', () => {
    expect(() => evalShape(async (x: Tensor) => x, [2])).toThrow(/returned a promise/);
  });

  test('a spec that is none is an error that names the input', () => {
    const f = (a: Tensor, _: unknown) => a;
    expect(() => evalShape(f, [2], { x: true })).toThrow(/input 1\.x should be a shape.*got true/);
  });
});

interface NetOptions {
  features?: number;
}

const Net = nn.module(
  class Net extends nn.Module {
    apply(x: Tensor, { features = 3 }: NetOptions = {}) {
      const h = nn.Dense(x, { features });
      const scale = this.param('scale', [features], nn.initializers.normal());
      return { out: [h.mul(scale), h.sum()] as const, scale, constant: jnp.ones([2]), none: null, label: 'net' };
    }
  },
);

describe('initByShape:', () => {
  test("parameters are real and init's, outputs are structs in the output's form", () => {
    const [output, params] = Net.initByShape(key(), [[5, 2]]);
    const [, expected] = Net.init(key(), jnp.ones([5, 2]));
    expect(values(params)).toEqual(values(expected));
    expect(output).toEqual({
      out: [struct([5, 3]), struct([])],
      scale: struct([3]),
      constant: struct([2]),
      none: null,
      label: 'net',
    });
    expect(nn.Model(Net, params)(jnp.ones([5, 2])).out[0].shape).toEqual([5, 3]);
  });

  test('with options, and those of a partial', () => {
    const shape = (params: nn.Params) => params.scale.shape;
    expect(shape(Net.initByShape(key(), [[5, 2]], { features: 4 })[1])).toEqual([4]);
    expect(shape(Net.partial({ features: 4 }).initByShape(key(), [[5, 2]])[1])).toEqual([4]);
    expect(shape(Net.partial({ features: 4 }).initByShape(key(), [[5, 2]], { features: 6, name: 'net' })[1])).toEqual([
      6,
    ]);
  });

  test('with no inputs, and with scalars', () => {
    const Source = nn.module(
      class Source extends nn.Module {
        apply(): Tensor {
          return this.param('w', [2], nn.initializers.normal());
        }
      },
    );
    const [output, params] = Source.initByShape(key(), []);
    expect(output).toEqual(struct([2]));
    expect(values(params)).toEqual(values(Source.init(key())[1]));

    const Sum = nn.module(
      class Sum extends nn.Module {
        apply(a: Tensor, b: Tensor): Tensor {
          return a.add(b).mul(this.param('w', [], nn.initializers.ones));
        }
      },
    );
    expect(Sum.initByShape(key(), [[], 'f32[]'])[0]).toEqual(struct([]));
  });

  test('with dicts of specs', () => {
    const Batch = nn.module(
      class Batch extends nn.Module {
        apply({ image, label }: { image: Tensor; label: Tensor }): Tensor {
          return nn.Dense(image, { features: 2 }).add(label.expandDims(-1));
        }
      },
    );
    const [output, params] = Batch.initByShape(key(), [{ image: [4, 3], label: [4] }]);
    expect(output).toEqual(struct([4, 2]));
    const batch = { image: jnp.ones([4, 3]), label: jnp.ones([4]), id: jnp.ones([4]) };
    expect(values(Batch.init(key(), batch)[1])).toEqual(values(params));
    expect(Batch.call(params, batch).shape).toEqual([4, 2]);
  });

  test("inside another module's apply", () => {
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(x: Tensor): Tensor {
          const params = this.param('net', null, (rng) => Net.initByShape(rng, [x.shape])[1]);
          return Net.call(params, x).out[0];
        }
      },
    );
    const x = jnp.ones([5, 2]);
    const [y, params] = Outer.init(key(), x);
    const [output, byShape] = Outer.initByShape(key(), [[5, 2]]);
    expect(y.shape).toEqual([5, 3]);
    expect(output).toEqual(struct([5, 3]));
    expect(values(byShape)).toEqual(values(params));
  });

  test('a module initialized inside: in an initializer and in the body', () => {
    const Outer = nn.module(
      class Outer extends nn.Module {
        apply(x: Tensor): Tensor {
          const inner = this.param('inner', null, (rng) => Net.init(rng, x)[1]);
          // Its parameters are real as well; an output of it is not.
          const [y, constant] = Net.init(random.PRNGKey(3), x);
          this.param('copied', [3], () => constant.scale);
          return Net.call(inner, x).out[0].add(y.out[0]);
        }
      },
    );
    const [, params] = Outer.init(key(), jnp.ones([5, 2]));
    const [output, byShape] = Outer.initByShape(key(), [[5, 2]]);
    expect(output).toEqual(struct([5, 3]));
    expect(values(byShape)).toEqual(values(params));
  });

  test('inside evalShape parameters are shapes as well', () => {
    const [output, params] = evalShape((k: Tensor) => Net.initByShape(k, [[5, 2]]), 'i32[2]');
    expect(output.out[0]).toEqual(struct([5, 3]));
    expect(params).toEqual({ Dense_0: { bias: struct([3]), kernel: struct([2, 3]) }, scale: struct([3]) });
  });

  test('an initializer that reads an input is told that it has no value', () => {
    const Reading = nn.module(
      class Reading extends nn.Module {
        apply(x: Tensor): Tensor {
          return x.mul(this.param('w', [], () => x.max().sqrt()));
        }
      },
    );
    expect(() => Reading.initByShape(key(), [[2]])).toThrow(/value of an abstract tensor f32\[2\] was read/);
    expect(Reading.init(key(), jnp.ones([2]))[0].shape).toEqual([2]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['a shape for the list of inputs', () => Net.initByShape(key(), [5, 2] as never), /array with one spec an input/],
    ['a text for it', () => Net.initByShape(key(), 'f32[5, 2]' as never), /array with one spec an input/],
    ['no key', () => Net.initByShape([[5, 2]] as never, [[5, 2]]), /Net\.initByShape: the first argument is a key/],
    ['a number for the options', () => Net.initByShape(key(), [[5, 2]], 3 as never), /Net: options are one object/],
    ['a wrong spec', () => Net.initByShape(key(), [[5, -2]]), /whole numbers >= 0, got \[5, -2\]/],
  ])('%s is an error', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
