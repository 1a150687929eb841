import { describe, expect, test } from 'vitest';
import { grad, jit, jnp, jvp, nn, random, type Tensor, vjp, vmap } from '../../../runtime/src/index';

const key = random.PRNGKey(0);
const array = (t: Tensor) => t.arraySync();

describe('vmap', () => {
  test('maps over the first axis', () => {
    const f = (x: Tensor, y: Tensor) => x.mul(y).add(1).sum() as Tensor;
    const [a, b] = [random.normal(key, [3, 4]), random.normal(random.PRNGKey(1), [3, 4])];
    expect(vmap(f)(a, b).shape).toEqual([3]);
    const expected = [0, 1, 2].map((i) => array(f(a.gather(i), b.gather(i))));
    for (const [i, v] of (array(vmap(f)(a, b)) as number[]).entries()) expect(v).toBeCloseTo(expected[i] as number, 5);
  });

  test('in and out axes, shared arguments, trees', () => {
    const f = ({ x }: { x: Tensor }, y: Tensor) => [x.add(y), y.mul(2)] as const;
    const x = jnp.reshape(jnp.arange(6), [2, 3]);
    const [sum, doubled] = vmap(f, { inAxes: [1, null], outAxes: [1, 0] })({ x }, jnp.array([10, 20]));
    expect(array(sum)).toEqual([
      [10, 11, 12],
      [23, 24, 25],
    ]);
    expect(array(doubled)).toEqual([
      [20, 40],
      [20, 40],
      [20, 40],
    ]);
  });

  test('nests', () => {
    const a = jnp.arange(3);
    const b = jnp.arange(4);
    const outer = vmap((x: Tensor) => vmap((y: Tensor) => x.mul(10).add(y))(b))(a);
    expect(array(outer)).toEqual([0, 1, 2].map((x) => [0, 1, 2, 3].map((y) => x * 10 + y)));
    const crossed = vmap(
      vmap((x: Tensor, y: Tensor) => x.sub(y), { inAxes: [null, 0] }),
      { inAxes: [0, null] },
    )(a, b);
    expect(array(crossed)).toEqual([0, 1, 2].map((x) => [0, 1, 2, 3].map((y) => x - y)));
  });

  test('gradients inside: one for each example', () => {
    const g = grad((x: Tensor, w: Tensor) => x.square().mul(w).sum() as Tensor);
    expect(
      array(
        vmap(g, { inAxes: [0, null] })(
          jnp.array([
            [1, 2],
            [3, 4],
          ]),
          jnp.array([1, 10]),
        ),
      ),
    ).toEqual([
      [2, 40],
      [6, 80],
    ]);
    const perExample = vmap((x: Tensor) => grad((w: Tensor) => w.mul(x).sum() as Tensor)(jnp.array([1, 1])));
    expect(
      array(
        perExample(
          jnp.array([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('gradients inside with respect to what all examples share are each their own', () => {
    const x = jnp.array([
      [1, 2],
      [3, 4],
    ]);
    const w = jnp.array([1, 1]);
    const product = (u: Tensor, v: Tensor) => u.mul(v).sum() as Tensor;
    expect(array(vmap(grad(product), { inAxes: [null, 0] })(w, x))).toEqual(array(x));
    expect(array(vmap((v: Tensor) => grad((u: Tensor) => product(u, v))(w))(x))).toEqual(array(x));
    expect(array(vmap((v: Tensor) => vjp((u: Tensor) => u.mul(v), w)[1](w)[0])(x))).toEqual(array(x));
    expect(array(vmap((v: Tensor) => jvp((u: Tensor) => u.square().mul(v), [w], [w])[1])(x))).toEqual(array(x.mul(2)));
    expect(array(jit(vmap(grad(product), { inAxes: [null, 0] }))(w, x))).toEqual(array(x));
    // And those outside of them are the sums again.
    const cubes = (u: Tensor, v: Tensor) => u.pow(3).mul(v).sum() as Tensor;
    const outside = grad((u: Tensor) => vmap((v: Tensor) => grad(cubes)(u, v))(x).sum() as Tensor);
    for (const value of (array(outside(w).div(x.sum(0))) as number[]).values()) expect(value).toBeCloseTo(6, 5);
  });

  test('gradients outside: contributions of all examples are added up', () => {
    const x = jnp.array([
      [1, 2],
      [3, 4],
    ]);
    const loss = (w: Tensor, v: Tensor) =>
      vmap((e: Tensor) => e.mul(w).sum() as Tensor)(v)
        .square()
        .sum() as Tensor;
    const plain = (w: Tensor, v: Tensor) => v.mul(w).sum(1).square().sum() as Tensor;
    const w = jnp.array([0.5, -1]);
    expect(array(grad(loss)(w, x))).toEqual(array(grad(plain)(w, x)));
    expect(array(grad(loss, { argnums: 1 })(w, x))).toEqual(array(grad(plain, { argnums: 1 })(w, x)));
    const shared = (v: Tensor) => vmap((e: Tensor) => e.add(v.square().sum()))(x).sum() as Tensor;
    expect(array(grad(shared)(w))).toEqual([4, -8]);
  });

  test('a model of one example', () => {
    const Net = nn.module(
      class Net extends nn.Module {
        apply(v: Tensor) {
          return nn.logSoftmax(nn.Dense(nn.relu(nn.Dense(v, { features: 8 })), { features: 3 }));
        }
      },
    );
    const x = random.normal(key, [5, 4]);
    const model = nn.Model(Net, Net.init(key, x)[1]);
    const one = vmap((v: Tensor) => model(v))(x);
    const difference = one.sub(model(x)).abs().max().arraySync() as number;
    expect(difference).toBeLessThan(1e-6);
    const loss = (m: typeof model) => vmap((v: Tensor) => m(v).sum() as Tensor)(x).sum() as Tensor;
    const plain = (m: typeof model) => m(x).sum() as Tensor;
    const [a, b] = [grad(loss)(model), grad(plain)(model)];
    expect(a.params.Dense_0.kernel.sub(b.params.Dense_0.kernel).abs().max().arraySync()).toBeLessThan(1e-5);
    const jitted = jit(grad(loss))(model);
    expect(jitted.params.Dense_0.kernel.sub(b.params.Dense_0.kernel).abs().max().arraySync()).toBeLessThan(1e-5);
  });

  test('random: a key for each example', () => {
    const keys = random.split(key, 3);
    const drawn = vmap((k: Tensor) => random.normal(k, [2]))(keys);
    expect(array(drawn)).toEqual([0, 1, 2].map((i) => array(random.normal(keys.gather(i), [2]))));
  });

  test('says what is wrong', () => {
    expect(() => vmap((x: Tensor, _y: Tensor) => x)(jnp.ones([2]), jnp.ones([3]))).toThrow(
      /different numbers of examples: 2 and 3/,
    );
    expect(() => vmap((x: Tensor) => x)(jnp.array(1))).toThrow(/no axis 0/);
    expect(() => vmap((x: Tensor) => x.mul(x.dataSync()[0] as number))(jnp.ones([2]))).toThrow(/read inside vmap/);
  });
});
