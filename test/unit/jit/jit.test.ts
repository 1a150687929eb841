import { describe, expect, test } from 'vitest';
import { grad, jit, jnp, nn, optim, random, type Tensor, tree, valueAndGrad, vjp } from '../../../runtime/src/index';

const key = random.PRNGKey(0);

const MLP = nn.module(
  class MLP extends nn.Module {
    apply(x: Tensor) {
      return nn.Dense(nn.relu(nn.Dense(x, { features: 8 })), { features: 2 });
    }
  },
);
const x = random.normal(key, [4, 3]);
const model = nn.Model(MLP, MLP.init(key, x)[1]);
const loss = (m: typeof model, v: Tensor) => m(v).square().mean() as Tensor;

function expectSame(actual: unknown, expected: unknown) {
  expect(String(tree.structure(actual))).toBe(String(tree.structure(expected)));
  tree.leaves(actual).forEach((leaf, i) => {
    const [a, b] = [leaf as Tensor, tree.leaves(expected)[i] as Tensor];
    expect(a.shape).toEqual(b.shape);
    const difference = a.sub(b).abs().max().arraySync() as number;
    expect(difference).toBeLessThan(1e-5 * Math.max(1, b.abs().max().arraySync() as number));
  });
}

describe.each(['graph', 'xla', 'auto'] as const)('jit with %s', (compiler) => {
  test('gives what the function gives', () => {
    const f = jit((a: Tensor, b: { c: Tensor; d: number }) => ({ sum: a.add(b.c).mul(b.d), first: a }), { compiler });
    const out = f(jnp.arange(3), { c: jnp.ones([3]), d: 2 });
    expect(out.sum.arraySync()).toEqual([2, 4, 6]);
    expect(out.first.arraySync()).toEqual([0, 1, 2]);
    expect(f(jnp.arange(3), { c: jnp.ones([3]), d: 3 }).sum.arraySync()).toEqual([3, 6, 9]);
    expect(jit.explain(f)).toMatch(/recorded once/);
  });

  test('of a gradient is the gradient', () => {
    const both = jit(valueAndGrad(loss), { compiler });
    for (let i = 0; i < 8; i++) expectSame(both(model, x), valueAndGrad(loss)(model, x));
  });

  test('has a gradient', () => {
    const jitted = jit(loss, { compiler });
    for (let i = 0; i < 8; i++) expectSame(grad(jitted)(model, x), grad(loss)(model, x));
  });

  test('has gradients of gradients', () => {
    const f = jit((v: Tensor) => v.pow(3).sum() as Tensor, { compiler });
    const second = grad((v: Tensor) => grad(f)(v).sum() as Tensor);
    expectSame(second(jnp.array([1, 2])), jnp.array([6, 12]));
  });

  test('has a vjp with several outputs', () => {
    const f = (a: Tensor, b: Tensor) => ({ product: a.mul(b), places: a.argMax(), sine: b.sin() });
    const run = (g: typeof f) => {
      const [out, back] = vjp(g, jnp.array([1, 2, 3]), jnp.array([4, 5, 6]));
      return [out, back({ product: jnp.ones([3]), places: out.places, sine: jnp.ones([3]) })];
    };
    expectSame(run(jit(f, { compiler })), run(f));
  });

  test('trains: an optimizer goes through it', () => {
    const step = (o: optim.Optimizer<typeof model>) => o.applyGradient(grad(loss)(o.target, x)) as typeof o;
    const jitted = jit(step, { compiler });
    let a = optim.Adam({ learningRate: 0.1 }).create(model) as unknown as optim.Optimizer<typeof model>;
    let b = a;
    for (let i = 0; i < 10; i++) [a, b] = [step(a), jitted(b)];
    expectSame(b.target, a.target);
    expect((b.state.step as Tensor).dtype).toBe('int32');
    expect((b.state.step as Tensor).arraySync()).toBe(10);
    expect(jit.explain(jitted)).toMatch(/2 times|once/);
  });
});

describe('jit', () => {
  test('captures what it closes over, and holds it', () => {
    const w = jnp.arange(2000).add(0);
    const f = jit((v: Tensor) => v.mul(w).sum());
    const expected = w.square().sum().arraySync();
    expect(f(w).arraySync()).toBe(expected);
    const again = jnp.arange(2000).add(0);
    w.dispose();
    expect(f(again).arraySync()).toBe(expected);
  });

  test('inside jit is part of it', () => {
    const inner = jit((v: Tensor) => v.mul(2));
    expect(jit((v: Tensor) => inner(v).add(1))(jnp.array(3)).arraySync()).toBe(7);
  });

  test('keeps state inside', () => {
    const BN = nn.BatchNorm;
    const [[, params], state] = nn.stateful(() => BN.init(key, x));
    const run = (p: nn.Params, s: nn.Collection, v: Tensor) => nn.stateful(s, () => BN.call(p, v));
    expectSame(jit(run)(params, state, x), run(params, state, x));
  });

  test('reading a value says where', () => {
    expect(() => jit((v: Tensor) => (v.dataSync()[0] as number) > 0)(jnp.array(1))).toThrow(
      /value of a traced tensor f32\[\].*jit\.test\.ts/,
    );
  });

  test('static arguments; other leaves are refused', () => {
    const f = jit((v: Tensor, kind: string) => (kind === 'double' ? v.mul(2) : v), { staticArgnums: 1 });
    expect([f(jnp.array(3), 'double').arraySync(), f(jnp.array(3), 'same').arraySync()]).toEqual([6, 3]);
    expect(jit.explain(f)).toMatch(/static argument 0 was "double", is "same"/);
    expect(() => jit((v: { kind: string }) => v)({ kind: 'a' })).toThrow(/argument 0 holds the string 'a' at \/kind/);
  });

  test('donated tensors are gone, and say so', () => {
    const f = jit((v: Tensor) => v.mul(2), { donateArgnums: 0 });
    const v = jnp.array([1, 2]);
    f(v);
    expect(() => v.add(1)).toThrow(/donated.*argument 0/);
  });
});

test('complex numbers pass through jit and its gradients', () => {
  const f = (v: Tensor) => jnp.sum(jnp.square(jnp.abs(jnp.fft.fft(v)))).mul(0.5) as Tensor;
  const v = jnp.array([1, -2, 3, 0.5]);
  expectSame(jit(f)(v), f(v));
  expectSame(grad(jit(f))(v), grad(f)(v));
  expectSame(jit(grad(f))(v), grad(f)(v));
});
