/** Models: modules with their parameters. */
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, type Tensor, tree } from '../../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is tried too.
type Any = any;

const key = () => random.PRNGKey(0);
const x = () => jnp.ones([1, 2]);

describe('Models:', () => {
  const dense = nn.Dense.partial({ features: 2 });
  const params = dense.init(key(), x())[1];
  const model = nn.Model(dense, params);

  test('run their module, with its options', () => {
    expect([...model(x()).dataSync()]).toEqual([...dense.call(params, x()).dataSync()]);
    expect(model.module).toBe(dense);
    expect(model.params).toBe(params);
  });

  test('replace gives a copy', () => {
    const doubled = model.replace({ params: tree.map((p: Tensor) => p.mul(2), params) });
    expect([...doubled(x()).dataSync()]).toEqual([...model(x()).mul(2).dataSync()]);
    expect(model.params).toBe(params);
    expect(model.replace({}).params).toBe(params);
    expect((model as Any).replace().params).toBe(params);
    expect(() => (model as Any).replace({ param: {} })).toThrow(/no field 'param' to replace; it has params/);
  });

  test('do not change', () => {
    expect(() => Object.assign(model, { params: {} })).toThrow(TypeError);
    expect(() => Object.assign(model, { replace: null })).toThrow(TypeError);
  });

  test("have none of a function's methods, and print", () => {
    const { call, apply, bind } = model as Any;
    expect([call, apply, bind]).toEqual([undefined, undefined, undefined]);
    expect(`${model}`).toMatch(/^Model\(Dense\)/);
    expect(Object.keys(model)).toEqual(['params']);
  });

  test('may have parameters that are any pytree', () => {
    const Nested = nn.module(
      class Nested extends nn.Module {
        apply(v: Tensor) {
          const inner = this.param('inner', null, (rng) => nn.Model(dense, dense.init(rng, v)[1]));
          return inner(v);
        }
      },
    );
    const nested = nn.Model(Nested, Nested.init(key(), x())[1]);
    expect(tree.flattenWithPath(nested).map(([path]) => path.join('/'))).toEqual([
      'params/inner/params/bias',
      'params/inner/params/kernel',
    ]);
    const doubled = tree.map((p: Tensor) => p.mul(2), nested);
    expect([...doubled(x()).dataSync()]).toEqual([...nested(x()).mul(2).dataSync()]);
  });

  test('of what is no module are an error', () => {
    for (const wrong of [
      undefined,
      {},
      () => 1,
      class extends nn.Module {
        apply() {}
      },
      model,
    ]) {
      expect(() => (nn.Model as Any)(wrong, {})).toThrow(/the first argument is a module/);
    }
  });
});
