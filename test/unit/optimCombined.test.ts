/** Optimizers of optimizers. */
import { describe, expect, test } from 'vitest';
import { jnp, optim, type Tensor, traverse } from '../../runtime/src/index';

const values = (x: unknown) => Array.from((x as Tensor).dataSync());
const params = () => ({ a: jnp.asarray([1, 2]), b: jnp.asarray([[3, 4]]) });
const gradients = () => ({ a: jnp.asarray([0.5, -1]), b: jnp.asarray([[2, 0]]) });
const { tIdentity } = traverse;

describe('MultiOptimizer', () => {
  const target = () => ({ kernel: jnp.ones([2, 2]), bias: jnp.ones([2]), ids: jnp.asarray([7], 'int32') });
  const kernels = tIdentity.merge(tIdentity.item('kernel'));
  const ranked = (rank: number) => tIdentity.tree().filter((p: Tensor) => p.rank === rank && p.dtype === 'float32');
  const rates = (definition: ReturnType<typeof two>) => definition.hyperParams;
  const two = () =>
    optim.MultiOptimizer(
      [ranked(2), optim.Momentum({ learningRate: 1 })],
      [ranked(1), optim.Adam({ learningRate: 1 })],
    );

  test('selects by whatever a traversal can: items, leaves by their rank, containers', () => {
    const optimizer = two().create(target());
    const { kernel, bias, ids } = optimizer.applyGradient(target()).target;
    expect([values(kernel)[0], values(bias)[0], values(ids)[0]]).toEqual([0, expect.closeTo(0, 5), 7]);
    const nested = { net: { w: jnp.ones([1]), b: jnp.ones([1]) }, rest: jnp.ones([1]) };
    const ofNet = optim.GradientDescent({ learningRate: 1 }).create(nested, { focus: tIdentity.item('net') });
    const after = ofNet.applyGradient(nested).target;
    expect([after.net.w, after.net.b, after.rest].map((x) => values(x)[0])).toEqual([0, 0, 1]);
    expect(after.rest).toBe(nested.rest);
    expect(
      values(
        optim.GradientDescent({ learningRate: 1 }).create(target(), { focus: kernels }).applyGradient(target()).target
          .kernel,
      ),
    ).toEqual([0, 0, 0, 0]);
  });

  test('tells a tensor that stands at two places by its place', () => {
    const tied = jnp.ones([1]);
    const focus = tIdentity.item(1);
    const after = optim
      .GradientDescent({ learningRate: 1 })
      .create([tied, tied], { focus })
      .applyGradient([tied, tied]);
    expect(after.target.map((x) => values(x)[0])).toEqual([1, 0]);
  });

  test('holds other optimizers of several kinds', () => {
    const inner = optim.MultiOptimizer([tIdentity.item(0), optim.GradientDescent({ learningRate: 1 })]);
    const wrapped = optim.WeightNorm(optim.GradientDescent({ learningRate: 0 }));
    const optimizer = optim.MultiOptimizer([ranked(1), inner], [ranked(2), wrapped]).create(target());
    const after = optimizer.applyGradient(target()).target;
    expect(values(after.bias)).toEqual([0, 0]);
    values(after.kernel).forEach((x) => {
      expect(x).toBeCloseTo(1, 6);
    });
    expect(values(optimizer.applyGradient(target(), { learningRate: 0 }).target.bias)).toEqual([1, 1]);
  });

  test("a step's overrides go to each of the optimizers, or are an array with each one's", () => {
    const optimizer = two().create(target());
    const still = optimizer.applyGradient(target(), { learningRate: 0 }).target;
    expect([...values(still.kernel), ...values(still.bias)]).toEqual([1, 1, 1, 1, 1, 1]);
    const [momentum, adam] = rates(two());
    const apart = optimizer.applyGradient(target(), {
      hyperParams: [
        { ...momentum, learningRate: 2 },
        { ...adam, learningRate: 0 },
      ],
    });
    expect([...values(apart.target.kernel), ...values(apart.target.bias)]).toEqual([-1, -1, -1, -1, 1, 1]);
    expect(() => optimizer.applyGradient(target(), { beta: 0 } as object)).toThrow(
      /no hyper-parameter 'beta'; there are .*beta1/,
    );
    expect(() => optimizer.applyGradient(target(), { hyperParams: [momentum] } as object)).toThrow(/expected 2, got 1/);
  });

  test('refuses two optimizers of one parameter, and what is no part of the target', () => {
    const sgd = optim.GradientDescent({ learningRate: 1 });
    expect(() => optim.MultiOptimizer([kernels, sgd], [ranked(2), sgd]).create(target())).toThrow(
      /traversals 0 and 1 both select \/kernel/,
    );
    const foreign = tIdentity.attr('shape');
    expect(() => sgd.create(jnp.ones([2]), { focus: foreign })).toThrow(
      /traversal 0 selects .* no parameter of the target/,
    );
    expect(() => optim.MultiOptimizer([tIdentity.tree(), sgd]).create(target())).toThrow(/got i32\[1\] at \/ids/);
  });

  test('refuses what is no pair of a traversal and an optimizer', () => {
    const path = ((name: string) => name.includes('kernel')) as never;
    expect(() => optim.Adam().create(target(), { focus: path })).toThrow(
      /pairs of a traversal and an optimizer.*argument 0/,
    );
    const pair = [tIdentity.tree(), optim.Adam()] as const;
    expect(() => optim.MultiOptimizer(pair, optim.Adam() as never)).toThrow(/ModelParamTraversal.*argument 1 is none/);
  });

  test('names the parameter whose gradient does not fit', () => {
    const optimizer = two().create(target());
    expect(() => optimizer.applyGradient({ ...target(), bias: jnp.ones([3]) })).toThrow(
      /the gradient of \/bias should be like the parameter, f32\[2\], got f32\[3\]/,
    );
  });
});

describe('WeightNorm', () => {
  test("a step's overrides are its own and the wrapped optimizer's", () => {
    const optimizer = optim.WeightNorm(optim.Momentum({ learningRate: 1 }), { wnDecay: 0.5 }).create(params());
    const { optimizerDef } = optimizer;
    expect(optimizerDef.updateHyperParams({ learningRate: 2, wnEps: 3 })).toEqual({
      inner: { learningRate: 2, beta: 0.9, weightDecay: 0, nesterov: false },
      wnDecay: 0.5,
      wnEps: 3,
    });
    expect(() => optimizer.applyGradient(gradients(), { beta1: 1 } as object)).toThrow(/no hyper-parameter 'beta1'/);
    expect(() => optimizer.applyGradient({ ...gradients(), b: jnp.ones([2]) })).toThrow(
      /the gradient of \/b should be like/,
    );
  });

  test('takes scalars and vectors as they are', () => {
    const target = { s: jnp.asarray(2), v: jnp.asarray([1, 2]) };
    const after = optim
      .WeightNorm(optim.GradientDescent({ learningRate: 1 }))
      .create(target)
      .applyGradient(target);
    expect([...values(after.target.s), ...values(after.target.v)]).toEqual([0, 0, 0]);
  });
});
