import { describe, expect, test } from 'vitest';
import {
  evalShape,
  grad,
  jnp,
  nn,
  optim,
  type ShapeDtypeStruct,
  serialization,
  struct,
  type Tensor,
  traverse,
  tree,
} from '../../runtime/src/index';
import { tf } from './tfjs';

const values = (x: unknown) => Array.from((x as Tensor).dataSync());
const params = () => ({ a: jnp.asarray([1, 2]), b: jnp.asarray([[3, 4]]) });
const gradients = () => ({ a: jnp.asarray([0.5, -1]), b: jnp.asarray([[2, 0]]) });
const { tIdentity } = traverse;
type AnyOptimizer = optim.Optimizer<ReturnType<typeof params>>;
type Creates = { create(target: ReturnType<typeof params>): AnyOptimizer };

/** One of each, with a step that uses all it has. */
const definitions = {
  GradientDescent: optim.GradientDescent({ learningRate: 0.1 }),
  Momentum: optim.Momentum({ learningRate: 0.1, weightDecay: 0.1, nesterov: true }),
  Adam: optim.Adam({ learningRate: 0.1, weightDecay: 0.1 }),
  AdaBelief: optim.AdaBelief({ learningRate: 0.1, weightDecay: 0.1 }),
  Adagrad: optim.Adagrad({ learningRate: 0.1 }),
  Adadelta: optim.Adadelta({ learningRate: 0.1, weightDecay: 0.1 }),
  Adafactor: optim.Adafactor({ learningRate: 0.1, minDimSizeToFactor: 1, beta1: 0.9, weightDecayRate: 0.1 }),
  LAMB: optim.LAMB({ learningRate: 0.1, weightDecay: 0.1 }),
  LARS: optim.LARS({ learningRate: 0.1, weightDecay: 0.1, nesterov: true }),
  RMSProp: optim.RMSProp({ learningRate: 0.1, centered: true }),
  WeightNorm: optim.WeightNorm(optim.Adam({ learningRate: 0.1 }), { wnDecay: 0.1 }),
  MultiOptimizer: optim.MultiOptimizer([tIdentity.tree(), optim.Adam({ learningRate: 0.1 })]),
} satisfies Record<string, Creates>;
const made: [string, Creates][] = Object.entries(definitions);

describe.each(made)('%s', (_, definition) => {
  const create = (): AnyOptimizer => definition.create(params());

  test('steps on shapes alone, counting in a number or in a tensor', () => {
    const step = (a: Tensor, b: Tensor, count?: Tensor) => {
      const start: AnyOptimizer = definition.create({ a, b });
      const { paramStates } = start.state;
      const counted =
        count === undefined ? start : start.replace({ state: new optim.OptimizerState(count, paramStates) });
      const { target, state } = counted.applyGradient({ a, b }).applyGradient({ a, b });
      return count === undefined ? { target } : { target, step: state.step as Tensor };
    };
    const shapes = (...specs: unknown[]) =>
      tree.map(String, evalShape(step as never, ...(specs as never[])) as unknown as Record<string, ShapeDtypeStruct>);
    expect(shapes([2], [1, 2])).toEqual({ target: { a: 'f32[2]', b: 'f32[1, 2]' } });
    expect(shapes([2], [1, 2], 'i32[]')).toEqual({ target: { a: 'f32[2]', b: 'f32[1, 2]' }, step: 'i32[]' });
  });

  test('counts in a tensor as in a number', () => {
    const { state } = create();
    const counting = (step: optim.HyperParam) =>
      create()
        .replace({ state: state.replace({ step }) })
        .applyGradient(gradients())
        .applyGradient(gradients());
    const [numbers, integers, floats] = [counting(0), counting(jnp.asarray(0, 'int32')), counting(jnp.asarray(0))];
    for (const [tensors, dtype] of [
      [integers, 'int32'],
      [floats, 'float32'],
    ] as const) {
      expect((tensors.state.step as Tensor).dtype).toBe(dtype);
      expect(values(tensors.state.step)).toEqual([2]);
      values(tensors.target.b).forEach((x, i) => {
        expect(x).toBeCloseTo(values(numbers.target.b)[i] as number, 4);
      });
    }
  });

  test('takes tensors for hyper-parameters', () => {
    const target = create().applyGradient(gradients()).target;
    const learningRate = { learningRate: jnp.asarray(0.1) };
    const ofTensor = create().applyGradient(gradients(), learningRate).target;
    for (const name of ['a', 'b'] as const) expect(values(ofTensor[name])).toEqual(values(target[name]));
  });

  test('frees what a step made beside its result', () => {
    const [optimizer, gradient] = [create(), gradients()];
    const before = tf.memory().numTensors;
    const after = optimizer.applyGradient(gradient);
    const held = new Set([...tree.leaves([optimizer.target, optimizer.state]), ...Object.values(gradient)]);
    const isNew = (leaf: unknown) => typeof leaf !== 'number' && !held.has(leaf);
    const kept = tree.leaves([after.target, after.state]).filter(isNew);
    expect(tf.memory().numTensors - before).toBe(kept.length);
  });

  test('is restored from its state dict and goes on as before', () => {
    const trained = create().applyGradient(gradients());
    const restored = create().restoreState(trained.stateDict());
    expect(restored).toBeInstanceOf(optim.Optimizer);
    expect(restored.state.step).toBe(1);
    const [expected, actual] = [trained, restored].map((o) => o.applyGradient(gradients()).target);
    expect(values(actual?.b)).toEqual(values(expected?.b));
    const other = definition.create({ ...params(), a: jnp.ones([3]) });
    expect(() => other.restoreState(trained.stateDict())).toThrow(/target\/a: expected .*3.*found .*2/);
  });

  test('is differentiable: a step passes gradients to what came before it', () => {
    const start = create();
    const after = (a: Tensor) => {
      const { target } = start.applyGradient({ ...gradients(), a });
      return target.a.square().sum();
    };
    expect(values(grad(after)(jnp.asarray([0.5, -1]))).every(Number.isFinite)).toBe(true);
  });
});

test('every optimizer is tried', () => {
  const constructors = Object.entries(optim).filter(
    ([name, value]) => typeof value === 'function' && /^[A-Z]/.test(name),
  );
  const others = /State$|^Optimizer|^DynamicScale$|^ModelParamTraversal$/;
  expect(
    constructors
      .map(([name]) => name)
      .filter((name) => !others.test(name))
      .sort(),
  ).toEqual(Object.keys(definitions).sort());
});

describe('an optimizer', () => {
  const Scale = nn.module(
    class Scale extends nn.Module {
      apply(x: Tensor): Tensor {
        return x.mul(this.param('scale', [], nn.initializers.ones));
      }
    },
  );
  const model = () => nn.Model(Scale, { scale: jnp.asarray(3) });

  test('of a Model has a Model for its target, and leaves the one before as it was', () => {
    const before = optim.Momentum({ learningRate: 0.5 }).create(model());
    const after = before.applyGradient(grad((m: ReturnType<typeof model>) => m(jnp.asarray(2)))(before.target));
    expect(after.target(jnp.asarray(1)).dataSync()[0]).toBe(2);
    expect(before.target(jnp.asarray(1)).dataSync()[0]).toBe(3);
    expect([before.state.step, after.state.step]).toEqual([0, 1]);
  });

  test('is a pytree: map reaches the step, the states and the target', () => {
    const optimizer = optim.Adam({ learningRate: 0.1 }).create({ w: jnp.asarray([1, 2]) });
    const paths = tree.flattenWithPath(optimizer).map(([path]) => path.join('/'));
    expect(paths).toEqual(['state/step', 'state/paramStates/w/gradEma', 'state/paramStates/w/gradSqEma', 'target/w']);
    const doubled = tree.map(
      (leaf: unknown) => (typeof leaf === 'number' ? leaf : (leaf as Tensor).mul(2)),
      optimizer as unknown,
    );
    expect(doubled).toBeInstanceOf(optim.Optimizer);
    expect(Array.from((doubled as unknown as typeof optimizer).target.w.dataSync())).toEqual([2, 4]);
  });

  test('needs no type of its hyper-parameters where it is passed on', () => {
    const step = (optimizer: optim.Optimizer<{ w: Tensor }>, rate: number) =>
      optimizer.applyGradient(optimizer.target, { learningRate: rate });
    const target = { w: jnp.asarray([1, 2]) };
    const after = [optim.GradientDescent().create(target), optim.Momentum().create(target)].map((o) => step(o, 0.5));
    expect(after.map((o) => Array.from(o.target.w.dataSync()))).toEqual([
      [0.5, 1],
      [0.5, 1],
    ]);
  });

  test('without a learning rate says where to give one', () => {
    const target = { w: jnp.asarray([1, 2]) };
    expect(() => optim.Momentum().create(target).applyGradient(target)).toThrow(
      /no learning rate.*optim\.Momentum\(\{ learningRate: 0\.1 \}\).*applyGradient\(grad, \{ learningRate: 0\.1 \}\)/,
    );
  });

  test('names a hyper-parameter that does not exist', () => {
    const target = { w: jnp.asarray([1, 2]) };
    const optimizer = optim.GradientDescent({ learningRate: 0.1 }).create(target);
    expect(() => optimizer.applyGradient(target, { lr: 1 } as object)).toThrow(
      /no hyper-parameter 'lr'; there are learningRate/,
    );
  });

  test('names the parameter whose gradient does not fit', () => {
    const optimizer = optim.GradientDescent({ learningRate: 0.1 }).create({ a: { w: jnp.ones([2, 3]) } });
    expect(() => optimizer.applyGradient({ a: { w: jnp.ones([3]) } })).toThrow(
      /the gradient of \/a\/w should be like the parameter, f32\[2, 3\], got f32\[3\]/,
    );
    expect(() => optimizer.applyGradient({ b: jnp.ones([3]) } as never)).toThrow(/trees differ at the root/);
  });
});

describe('an optimizer of', () => {
  test('arrays, dataclasses and trees of them', () => {
    class Pair extends struct.dataclass<{ w: Tensor; name?: string }>({
      w: struct.field(),
      name: struct.field({ pytreeNode: false, default: 'pair' }),
    }) {}
    const target = { pair: new Pair({ w: jnp.asarray(1) }), list: [jnp.asarray(2), jnp.asarray(3)] };
    const after = optim.GradientDescent({ learningRate: 1 }).create(target).applyGradient(target).target;
    expect(after.pair).toBeInstanceOf(Pair);
    expect([after.pair.w, ...after.list].map((w) => values(w)[0])).toEqual([0, 0, 0]);
  });

  test('what is no float names where it stands', () => {
    const create = () => optim.Adam().create({ w: jnp.ones([2]), ids: [jnp.asarray([1], 'int32')] });
    expect(create).toThrow(/must hold float32 tensors only, got i32\[1\] at \/ids\/0/);
    expect(() => optim.Adam().create({ w: 3 })).toThrow(/float32 tensors only, got number at \/w/);
    expect(() => optim.WeightNorm(optim.Adam()).create({ w: 'x' })).toThrow(/float32 tensors only, got string at \/w/);
  });

  test('nothing has nothing to do', () => {
    const after = optim
      .Adam({ learningRate: 1 })
      .create({ a: [] as Tensor[] })
      .applyGradient({ a: [] });
    expect([after.target, after.state.step]).toEqual([{ a: [] }, 1]);
  });
});

test('an optimizer of one’s own has what the others have', () => {
  class SignDescent extends optim.OptimizerDef<{ learningRate: number }, { last: Tensor }> {
    override initParamState(param: Tensor) {
      return { last: jnp.zerosLike(param) };
    }
    override applyParamGradient(
      step: optim.HyperParam,
      hp: { learningRate: number },
      param: Tensor,
      state: { last: Tensor },
      grad: Tensor,
    ) {
      expect([step, values(state.last)[0]]).toEqual([0, 0]);
      return [param.sub(grad.sign().mul(hp.learningRate)), { last: grad }] as const;
    }
  }
  const optimizer = new SignDescent({ learningRate: 0.5 }).create(params(), { focus: tIdentity.item('a') });
  const after = optimizer.applyGradient(gradients(), { learningRate: 2 });
  expect(values(after.target.a)).toEqual([-1, 4]);
  expect(serialization.toStateDict(after.state)).toMatchObject({ step: 1, param_states: { b: null } });
});
