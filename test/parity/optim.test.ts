/** Optimizers against Flax: ten recorded steps each (test/golden/optim.flax0.1.0.json). */
import { describe, expect, test } from 'vitest';
import {
  evalShape,
  grad,
  jnp,
  nn,
  optim,
  type ShapeDtypeStruct,
  type Tensor,
  tree,
  valueAndGrad,
} from '../../runtime/src/index';
import { tf } from '../unit/tfjs';
import { golden, type Tolerance } from './golden';
import { expectTreeClose, toTensor, toTensors } from './trees';

interface Trajectory {
  optimizer: string;
  hp: Record<string, unknown>;
  losses: number[];
  grads: Record<string, unknown>[];
  params: Record<string, unknown>[];
  init_state_dict: StateDict;
  final_state_dict: StateDict;
  overrides?: Record<string, number>[];
}
interface StateDict {
  step: number;
  param_states: unknown;
}

type Params = { dense: { kernel: Tensor; bias: Tensor } };

const TOLERANCE: Tolerance = { ofLargest: 1e-5 };
const { problem, trajectories } = golden<{
  problem: { X: unknown; Y: unknown; params0: unknown };
  trajectories: Record<string, Trajectory>;
}>('optim.flax0.1.0.json');

type Definition = optim.OptimizerDef<{ learningRate: optim.HyperParam | null }>;
const definitions = {
  GradientDescent: optim.GradientDescent,
  Momentum: optim.Momentum,
  Adam: optim.Adam,
} as unknown as Record<string, (hp: object) => Definition>;

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const camelKeys = (hp: object) =>
  Object.fromEntries(Object.entries(hp).map(([name, value]) => [camelCase(name), value]));
const covered = Object.entries(trajectories).filter(([, { optimizer, hp }]) => optimizer in definitions && !hp.focus);

function loss({ dense }: Params): Tensor {
  const y = jnp.add(jnp.dot(toTensor(problem.X), dense.kernel), dense.bias);
  return jnp.mean(jnp.square(y.sub(toTensor(problem.Y))));
}

function expectState({ step, paramStates }: optim.OptimizerState, expected: StateDict): void {
  expect(step).toBe(expected.step);
  const named = (state: unknown): unknown => {
    if (state instanceof optim.MomentumParamState) return { momentum: state.momentum };
    if (state instanceof optim.AdamParamState) return { grad_ema: state.gradEma, grad_sq_ema: state.gradSqEma };
    if (Array.isArray(state)) return { ...state };
    return Object.fromEntries(Object.entries(state as object).map(([key, value]) => [key, named(value)]));
  };
  expectTreeClose(named(paramStates), expected.param_states, TOLERANCE);
}

describe.each(covered)(
  '%s',
  (_, { optimizer, hp, losses, grads, params, init_state_dict, final_state_dict, overrides }) => {
    const create = () => {
      const definition = definitions[optimizer] as (hp: object) => Definition;
      return definition(camelKeys(hp)).create(toTensors<Params>(problem.params0));
    };

    test('starts with the recorded state', () => {
      expectState(create().state, init_state_dict);
    });

    test('with the recorded gradients each step gives the recorded parameters', () => {
      let current = create();
      grads.forEach((recorded, i) => {
        current = current.applyGradient(
          { dense: toTensors(recordedArrays(recorded)) },
          camelKeys(overrides?.[i] ?? {}),
        );
        expectTreeClose(current.target.dense, recordedArrays(params[i]), TOLERANCE);
      });
      expectState(current.state, final_state_dict);
    });

    test('with gradients of its own it follows the recorded losses', () => {
      let current = create();
      losses.forEach((expected, i) => {
        const [value, gradient] = valueAndGrad(loss)(current.target);
        expectTreeClose(value, expected, TOLERANCE);
        expectTreeClose(gradient.dense, recordedArrays(grads[i]), { ...TOLERANCE, absolute: 1e-6 });
        current = current.applyGradient(gradient, camelKeys(overrides?.[i] ?? {}));
        expectTreeClose(current.target.dense, recordedArrays(params[i]), TOLERANCE);
      });
      expectState(current.state, final_state_dict);
    });
  },
);

/** The recordings leave out what is obvious: dtype and shape. */
function recordedArrays(lists: unknown): Record<string, unknown> {
  const { kernel, bias } = lists as { kernel: number[][]; bias: number[] };
  return {
    kernel: { dtype: 'float32', shape: [3, 4], data: kernel },
    bias: { dtype: 'float32', shape: [4], data: bias },
  };
}

test('all recordings of GradientDescent, Momentum and Adam ran', () => {
  expect(covered.map(([name]) => name)).toEqual([
    'sgd',
    'momentum',
    'momentum_beta',
    'momentum_nesterov',
    'momentum_wd',
    'momentum_nesterov_wd',
    'adam',
    'adam_hp',
    'adam_wd',
    'momentum_lr_override',
  ]);
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

  test('takes tensors for hyper-parameters', () => {
    const target = { w: jnp.asarray([1, 2]) };
    const numbers = optim.Adam({ learningRate: 0.1, weightDecay: 0.5 }).create(target).applyGradient(target);
    const rate = { learningRate: jnp.asarray(0.1), beta1: jnp.asarray(0.9), weightDecay: jnp.asarray(0.5) };
    const tensors = optim.Adam().create(target).applyGradient(target, rate);
    expectTreeClose(
      tensors.target,
      { w: { dtype: 'float32', shape: [2], data: [...numbers.target.w.dataSync()] } },
      TOLERANCE,
    );
  });

  test('frees what a step made beside its result', () => {
    const target = { w: jnp.asarray([1, 2]) };
    const optimizer = optim.Adam({ learningRate: 0.1 }).create(target);
    const before = tf.memory().numTensors;
    const after = optimizer.applyGradient(target);
    expect(tf.memory().numTensors - before).toBe(tree.leaves([after.target, after.state.paramStates]).length);
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

  test('steps on shapes alone', () => {
    const step = (kernel: Tensor) =>
      optim.Adam({ learningRate: 0.1 }).create({ kernel }).applyGradient({ kernel }).target;
    expect(String((evalShape(step, [3, 4]) as { kernel: ShapeDtypeStruct }).kernel)).toBe('f32[3, 4]');
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
