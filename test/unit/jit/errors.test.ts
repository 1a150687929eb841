/** What jit and vmap say of wrong arguments, wrong shapes, values that are read, and tensors that got out. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { jit, jnp, lax, nn, random, type Tensor, vmap } from '../../../runtime/src/index';

const x = jnp.ones([2, 3]);
const here = String.raw`errors\.test\.ts:\d+:\d+`;

function thrown(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}

describe("a wrong shape inside jit names the user's line", () => {
  test.each<[string, (v: Tensor) => unknown]>([
    ['of an op', (v) => v.add(jnp.ones([4]))],
    ['of jnp', (v) => jnp.dot(v, jnp.ones([2, 3]))],
    ['of a layer', (v) => nn.Dense.call({ kernel: jnp.ones([4, 2]), bias: jnp.ones([2]) }, v, { features: 2 })],
    ['in a loop', (v) => lax.foriLoop(0, 3, (_i, a: Tensor) => a.matMul(v) as Tensor, v)],
    ['in jit in jit', (v) => jit((a: Tensor) => a.matMul(v))(v)],
    ['in vmap', (v) => vmap((a: Tensor) => a.add(jnp.ones([7])))(v)],
  ])('%s', (_, fn) => {
    const error = thrown(() => jit(fn)(x));
    expect(error.message).toMatch(new RegExp(`\\n  at \\S*${here}, inside jit of`));
    expect(error.stack?.split('\n').find((line) => /^\s+at .*:\d+:\d+/.test(line))).toMatch(/errors\.test\.ts/);
    expect(error.message.match(/inside jit of/g)).toHaveLength(1);
  });

  test('both shapes are told', () => {
    expect(() => jit((v: Tensor) => v.add(jnp.ones([4])))(x)).toThrow(/f32\[2, 3\] and f32\[4\]/);
  });

  test('in vmap they are those of one example', () => {
    expect(() => vmap((v: Tensor) => v.matMul(jnp.ones([5, 3])))(jnp.ones([2, 4, 3]))).toThrow(
      /f32\[4, 3\] x f32\[5, 3\]/,
    );
  });

  test("what the user's code throws stays as it is", () => {
    const error = new RangeError('mine');
    const caught = thrown(() =>
      jit(() => {
        throw error;
      })(),
    );
    expect(caught).toBe(error);
    expect(caught.message).toBe('mine');
  });
});

describe('wrong arguments of jit:', () => {
  test.each<[string, unknown, RegExp]>([
    ['a string', { a: [x, 'text'] }, /argument 0 holds the string 'text' at \/a\/1.*staticArgnums: \[0\]/],
    ['a function', () => 1, /argument 0 holds a function/],
    ['a typed array', new Float32Array(3), /argument 0 holds an object of Float32Array/],
    ['a bigint', 3n, /argument 0 holds a bigint/],
  ])('%s', (_, argument, message) => {
    expect(() => jit((v: unknown) => v)(argument)).toThrow(message);
  });

  test('a disposed tensor', () => {
    const gone = jnp.ones([2]);
    gone.dispose();
    expect(() => jit((_: number, v: { w: Tensor }) => v)(1, { w: gone })).toThrow(
      /argument 1 holds a tensor at \/w that was disposed of, f32\[2\]/,
    );
  });

  test('a donated tensor, wherever it is used again', () => {
    function update(v: Tensor) {
      return v.mul(2);
    }
    const v = jnp.ones([2]);
    const jitted = jit(update, { donateArgnums: 0 });
    expect(jitted(v).arraySync()).toEqual([2, 2]);
    const message = /donated: it was part of argument 0 of update.*Use the function's result/;
    for (const use of [() => v.add(1), () => v.dataSync(), () => jitted(v), () => jit((w: Tensor) => w.add(v))(x)]) {
      expect(use).toThrow(message);
    }
    expect(inspect(v)).toBe('Tensor f32[2] (disposed)');
  });

  test('a different structure is recorded anew, and explained', () => {
    const f = jit(({ a, b }: { a: Tensor; b?: Tensor }) => a.add(b ?? 0));
    f({ a: x });
    expect(f({ a: x, b: x }).arraySync()).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(jit.explain(f)).toMatch(/2\. the structure of its arguments was \[\{a: \*\}\], is \[\{a: \*, b: \*\}\]/);
  });

  test('options', () => {
    expect(() => jit((v: Tensor) => v, { staticArgnums: -1 })).toThrow(/staticArgnums are positions.*got -1/);
    expect(() => jit((v: Tensor) => v, { donateArgnums: [0, 0.5] })).toThrow(/donateArgnums are positions.*got 0.5/);
    expect(() => jit((v: Tensor) => v, { compiler: 'fast' as never })).toThrow(
      /one of 'auto', 'xla', 'graph', got fast/,
    );
    expect(() => jit(x as never)).toThrow(/takes a function, got object/);
  });
});

describe('wrong results of jit:', () => {
  test('a promise', () => {
    expect(() => jit(async (v: Tensor) => v)(x)).toThrow(/returned a promise.*Await what is asynchronous before/);
  });

  test('a string', () => {
    expect(() => jit((v: Tensor) => ({ v, name: 'x' }))(x)).toThrow(/must return tensors.*got string at \/name/);
  });
});

describe('values that are read', () => {
  const inJit = new RegExp(
    `^The value of a traced tensor f32\\[2, 3\\] was read at \\S*${here}\\. jit records .* jnp\\.where`,
  );
  const inVmap = new RegExp(
    `^The value of f32\\[3\\] was read inside vmap.* 2 examples at \\S*${here}\\. vmap runs .* jnp\\.where`,
  );

  test.each<[string, (v: Tensor) => unknown]>([
    ['dataSync', (v) => v.dataSync()],
    ['arraySync', (v) => v.arraySync()],
    ['>', (v) => (v as unknown as number) > 0],
    ['+', (v) => (v as unknown as number) + 1],
  ])('%s', (_, read) => {
    const once = (v: Tensor) => {
      read(v);
      return v;
    };
    expect(thrown(() => jit(once)(x))).toMatchObject({
      name: 'ConcretizationError',
      message: expect.stringMatching(inJit),
    });
    expect(thrown(() => vmap(once)(x))).toMatchObject({
      name: 'ConcretizationError',
      message: expect.stringMatching(inVmap),
    });
    expect(thrown(() => jit(vmap(once))(x)).message).toMatch(/was read inside vmap/);
  });

  test('a shape that depends on values', () => {
    expect(() => jit((v: Tensor) => jnp.nonzero(v))(x)).toThrow(/jit records what a function does/);
  });

  test('constants can be read', () => {
    expect(jit((v: Tensor) => v.mul(jnp.array(3).arraySync() as number))(x).arraySync()).toEqual([
      [3, 3, 3],
      [3, 3, 3],
    ]);
  });
});

test('what is printed of a traced tensor is its aval', () => {
  const seen: string[] = [];
  const look = (v: Tensor) => {
    seen.push(inspect(v), inspect({ v }), `${v}`);
    return v;
  };
  jit(look)(x);
  expect(seen.splice(0)).toEqual([
    'Tensor f32[2, 3] (traced by jit)',
    '{ v: Tensor f32[2, 3] (traced by jit) }',
    'Tensor f32[2, 3] (traced by jit)',
  ]);
  for (const run of [vmap(look), jit(vmap(look))]) {
    run(x);
    expect(seen.splice(0)).toEqual([
      'Tensor f32[3] (one of 2 in vmap)',
      '{ v: Tensor f32[3] (one of 2 in vmap) }',
      'Tensor f32[3] (one of 2 in vmap)',
    ]);
  }
  expect(inspect(x)).toBe('Tensor f32[2, 3] [[1, 1, 1], [1, 1, 1]]');
});

describe.each([
  ['jit', jit, String.raw`A traced tensor f32\[2, 3\]`],
  ['vmap', vmap, String.raw`A tensor of one example, f32\[3\]`],
] as const)('a tensor that left %s', (by, transform, what) => {
  let kept = x;
  transform((v: Tensor) => {
    kept = v.mul(2);
    return v;
  })(x);

  test.each<[string, () => unknown]>([
    ['an op', () => kept.add(1)],
    ['a read', () => kept.dataSync()],
    ['an argument', () => jit((v: Tensor) => v.add(1))(kept)],
    ['in jit', () => jit((v: Tensor) => v.add(kept))(x)],
    ['in vmap', () => vmap((v: Tensor) => v.add(kept))(x)],
  ])('%s', (_, use) => {
    const error = thrown(use);
    expect(error.name).toBe('UnexpectedTracerError');
    expect(error.message).toMatch(
      new RegExp(`^${what} is used at \\S*${here}, outside of the function that ${by} ran`),
    );
    expect(error.message).toMatch(/Return it from that function/);
  });

  test('can be printed', () => {
    expect(inspect(kept)).toMatch(/^Tensor f32\[(2, )?3\] \((traced by jit|one of 2 in vmap)\)$/);
  });
});

describe('state and keys', () => {
  test('nn.makeRng with nn.stochastic outside of jit', () => {
    const draw = jit((v: Tensor) => v.add(random.normal(nn.makeRng(), [2, 3])));
    expect(() => nn.stochastic(random.PRNGKey(0), () => draw(x))).toThrow(/Pass split keys into jit.*inside it/);
  });

  test('state that changes with nn.stateful outside of jit', () => {
    const init = jit((v: Tensor) => nn.BatchNorm.init(random.PRNGKey(0), v)[0]);
    expect(() => nn.stateful(() => init(x))).toThrow(/outside of jit.*Call nn.stateful inside/s);
  });
});

describe('a function', () => {
  test('runs once for each recording', () => {
    let runs = 0;
    const f = jit((v: Tensor) => {
      runs++;
      return v;
    });
    for (let i = 0; i < 5; i++) f(x);
    expect(runs).toBe(1);
    f(jnp.ones([1]));
    expect(runs).toBe(2);
  });

  test('that is a method keeps its object when it is bound', () => {
    class Scale {
      readonly factor = jnp.array(3);
      readonly run = jit((v: Tensor) => v.mul(this.factor));
      method(v: Tensor) {
        return v.mul(this.factor);
      }
    }
    const scale = new Scale();
    expect(scale.run(jnp.array(2)).arraySync()).toBe(6);
    expect(jit(scale.method.bind(scale))(jnp.array(2)).arraySync()).toBe(6);
    expect(() => jit(scale.method)(jnp.array(2))).toThrow(/undefined/);
  });

  test('may call itself with other static arguments', () => {
    const power: (n: number, v: Tensor) => Tensor = jit(
      (n: number, v: Tensor) => (n === 0 ? jnp.ones([]) : power(n - 1, v).mul(v)) as Tensor,
      { staticArgnums: 0 },
    );
    expect(power(5, jnp.array(2)).arraySync()).toBe(32);
  });

  test('that throws is recorded again', () => {
    let isReady = false;
    const f = jit((v: Tensor) => {
      if (!isReady) throw new Error('not yet');
      return v.add(1);
    });
    expect(() => f(jnp.array(1))).toThrow('not yet');
    isReady = true;
    expect(f(jnp.array(1)).arraySync()).toBe(2);
  });
});
