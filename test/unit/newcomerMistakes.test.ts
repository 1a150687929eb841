/** What the library says of the mistakes that newcomers make: what was expected, what came, what to do. */
import { describe, expect, it, test } from 'vitest';
import { grad, jnp, nn, optim, random, type Tensor, tree, valueAndGrad, vjp } from '../../runtime/src/index';

const ones = (...shape: number[]) => jnp.ones(shape);

describe('a disposed tensor', () => {
  const disposed = (() => {
    const x = ones(2);
    x.dispose();
    return x;
  })();
  test.each([
    ['jnp', () => jnp.add(disposed, 1)],
    ['a method of another', () => ones(2).add(disposed)],
    ['a list', () => jnp.stack([ones(2), disposed])],
  ])('is named, in %s', (_, run) => {
    expect(run).toThrow(/^A disposed tensor was used\. Leave out the dispose or tidy that freed it/);
  });
});

describe('jnp', () => {
  test.each<[string, () => unknown, string]>([
    ['no shape', () => jnp.zeros(undefined as never), 'jnp: a shape is an array of sizes such as [2, 3], got nothing.'],
    [
      'a shape too large for any tensor',
      () => jnp.zeros([2 ** 53]),
      'jnp: sizes are whole numbers from 0 to 2147483647, got [9007199254740992].',
    ],
    ['a negative size', () => jnp.ones([2, -1]), 'jnp: sizes are whole numbers from 0 to 2147483647, got [2, -1].'],
    [
      'a size that is not there',
      () => jnp.zeros([undefined as never, 2]),
      'jnp: sizes are whole numbers from 0 to 2147483647, got [nothing, 2].',
    ],
    [
      'a promise for a shape',
      () => jnp.reshape(ones(2), Promise.resolve([2]) as never),
      'jnp.reshape: a shape is an array of sizes such as [2, 3], got a promise (await it first).',
    ],
    [
      'an axis among the options',
      () => jnp.sum(ones(2, 3), { axis: 0 } as never),
      'jnp.sum: an axis is a number, or an array of some, and stands before the options; got object.',
    ],
    [
      'arrays that are no list',
      () => jnp.concatenate(ones(2) as never),
      'jnp.concatenate takes an array of arrays, jnp.concatenate([x, y]), got f32[2].',
    ],
    [
      'repetitions that are no numbers',
      () => jnp.tile(ones(2), [Number.NaN]),
      'jnp.tile: repetitions are whole numbers >= 0, got [NaN].',
    ],
    [
      'a shape that is no array',
      () => jnp.zeros(2, 3 as never),
      "jnp: there is no dtype '3'; there are float32, int32, bool, complex64.",
    ],
    ['a string', () => jnp.array('abc' as never), 'jnp: expected a tensor, number or array, got string.'],
    [
      'a missing number',
      () => jnp.array([[1], [undefined as never]]),
      'jnp: an array holds numbers, booleans, tensors or arrays of these, got undefined at [1][0].',
    ],
    ['rows of two lengths', () => jnp.array([[1, 2], [3]]), 'jnp: rows differ in length: 1 at [1], 2 at the first.'],
    [
      'an array that contains itself',
      () => {
        const rows: unknown[] = [1];
        rows.push(rows);
        return jnp.array(rows as never);
      },
      'jnp: arrays are nested too deeply. Does one contain itself?',
    ],
    [
      '64-bit integers',
      () => jnp.array(new BigInt64Array(1) as never),
      'jnp: expected a tensor, number or array, got an instance of BigInt64Array. Array.from(x, Number) has numbers.',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it('takes typed arrays of every width', () => {
    const doubles = jnp.array(new Float64Array([0.5, 2]));
    expect([doubles.dtype, doubles.arraySync()]).toEqual(['float32', [0.5, 2]]);
    for (const Short of [Int8Array, Int16Array, Uint16Array, Uint32Array]) {
      const whole = jnp.array(new Short([1, 2]));
      expect([whole.dtype, whole.arraySync()]).toEqual(['int32', [1, 2]]);
    }
    expect(jnp.array([[new Float64Array([0.5])[0] as number]]).arraySync()).toEqual([[0.5]]);
  });
});

describe('transformations', () => {
  class Weights {
    w = ones(2);
  }
  test.each<[string, () => unknown, RegExp]>([
    ['grad of a value', () => grad(ones() as never), /^grad takes the function itself, .* got f32\[\]\.$/],
    [
      'valueAndGrad of a value',
      () => valueAndGrad(3 as never),
      /^valueAndGrad takes the function itself, .* got number/,
    ],
    ['vjp of a value', () => vjp(ones() as never, ones()), /^vjp takes the function itself, .* got f32\[\]\.$/],
    [
      'argnums by position',
      () => grad((a: Tensor, b: Tensor) => jnp.sum(a.mul(b)), 1 as never),
      /^grad: options come as an object, grad\(f, { argnums: 1 }\); got number\.$/,
    ],
    [
      'tree.map of a tree first',
      () => tree.map({ a: 1 } as never, ((x: number) => x) as never),
      /^tree\.map takes the function first/,
    ],
    [
      'a gradient with respect to an instance of a class',
      () => grad((m: Weights) => jnp.sum(m.w))(new Weights()),
      /got an instance of Weights\. .*make its class a struct\.dataclass or give it to tree\.registerPytreeNode/,
    ],
    [
      'a gradient with respect to a promise',
      () => grad((x: Tensor) => jnp.sum(x))(Promise.resolve(ones()) as never),
      /got a promise \(await it first\)/,
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
  });
});

describe('modules', () => {
  const key = random.PRNGKey(0);
  const made = (apply: (this: nn.Module, x: Tensor) => Tensor) => {
    class Net extends nn.Module {
      apply(x: Tensor) {
        return apply.call(this, x);
      }
    }
    return () => nn.module(Net).init(key, ones(2, 3));
  };
  test.each<[string, () => unknown, string]>([
    [
      'an option as an input',
      () => nn.Dense.init(key, ones(2, 3), 2 as never),
      'Dense.apply takes 1 input, and options by name: { features, bias, dtype, kernelInit, biasInit }; got 2 inputs.',
    ],
    [
      'an input too many',
      () => nn.Dense.partial({ features: 2 }).init(key, ones(2, 3), ones(2, 3) as never),
      'Dense.apply takes 1 input, and options by name: { features, bias, dtype, kernelInit, biasInit }; got 2 inputs.',
    ],
    [
      'a tensor for an initializer',
      made(function () {
        return this.param('w', [2], ones(2) as never);
      }),
      "The parameter 'w' needs a function that makes it, (key, shape) => …, such as nn.initializers.zeros or " +
        'nn.initializers.lecunNormal(); got f32[2].\n  in module Net',
    ],
    [
      'a shape for a name',
      made(function () {
        return this.param([2] as never, [2], nn.initializers.zeros);
      }),
      'The name of a parameter comes first and is a string, got an array.\n  in module Net',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(nn.ModuleError);
    expect(run).toThrow(message);
  });

  it('name what an Embed wants where it gets no tensor', () => {
    const embed = (ids: unknown) => () => nn.Embed.init(key, ids as never, { numEmbeddings: 3, features: 2 });
    expect(embed([1, 2])).toThrow("should hold whole numbers, i32, got an array. jnp.asarray(x, 'int32') makes them.");
    expect(embed(undefined)).toThrow('should hold whole numbers, i32, got nothing.');
  });

  it('still take a dict of tensors where the options could be', () => {
    const Scaled = nn.module(
      class Scaled extends nn.Module {
        apply(x: Tensor, { by }: { by: Tensor }) {
          return x.mul(by);
        }
      },
    );
    expect(Scaled.init(key, ones(2), { by: jnp.array(3) })[0].arraySync()).toEqual([3, 3]);
  });
});

test('an optimizer says what to do with a number among the parameters', () => {
  expect(() => optim.Adam({ learningRate: 1 }).create({ w: ones(2), scale: 2 })).toThrow(
    'got number at /scale. Make a number a tensor, jnp.array(x), or keep what is not trained out of the target.',
  );
});
