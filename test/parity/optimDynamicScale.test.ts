/** Loss scaling against Flax (test/golden/optim.flax0.3.6.json, dynamic_scale). */
import { expect, test } from 'vitest';
import {
  evalShape,
  jnp,
  nn,
  optim,
  type ShapeDtypeStruct,
  serialization,
  type Tensor,
  tree,
} from '../../runtime/src/index';
import { expectClose, golden } from './golden';

interface Step {
  nonfinite: boolean;
  loss: unknown;
  grad: unknown;
  finite: boolean;
  fin_steps: number;
  scale: number;
}
const { dynamic_scale: recorded } = golden<{
  dynamic_scale: {
    hp: { growth_interval: number; scale: number; growth_factor: number; backoff_factor: number };
    p: number;
    steps: Step[];
  };
}>('optim.flax0.3.6.json');

const { growth_interval: growthInterval, growth_factor, backoff_factor, scale } = recorded.hp;
const start = () => new optim.DynamicScale({ growthInterval, scale });
const loss = (p: Tensor, bad: boolean) => p.square().mul(bad ? Number.POSITIVE_INFINITY : 1);

test('follows the recorded steps, finite and not', () => {
  let dynamicScale = start();
  expect(dynamicScale).toMatchObject({ growthFactor: growth_factor, backoffFactor: backoff_factor });
  for (const step of recorded.steps) {
    const result = dynamicScale.valueAndGrad(loss)(jnp.asarray(recorded.p), step.nonfinite);
    expectClose(result.aux, step.loss);
    expectClose(result.grad, step.grad);
    expect(Boolean(result.finite.dataSync()[0])).toBe(step.finite);
    dynamicScale = result.dynamicScale;
    expectClose(dynamicScale.finSteps as Tensor, { dtype: 'int32', shape: [], data: step.fin_steps });
    expectClose(dynamicScale.scale as Tensor, step.scale);
  }
});

test('one leaf that is not finite is enough, in a Model as well', () => {
  const Sum = nn.module(
    class Sum extends nn.Module {
      apply(x: Tensor): Tensor {
        return x.mul(this.getParam('a')).add(this.getParam('b')).sum();
      }
    },
  );
  const model = nn.Model(Sum, { a: jnp.asarray(2), b: jnp.asarray(1) });
  const run = (x: number) => start().valueAndGrad((m: typeof model) => m(jnp.asarray(x)))(model);
  expect(Boolean(run(3).finite.dataSync()[0])).toBe(true);
  expect(run(3).grad.params.a.dataSync()[0]).toBe(3);
  expect(Boolean(run(Number.NaN).finite.dataSync()[0])).toBe(false);
});

test('aux comes beside the loss; what is no loss is refused as by valueAndGrad', () => {
  const p = jnp.asarray(3);
  const { aux, grad } = start().valueAndGrad((q: Tensor) => [q.square(), 'aux'] as const, { hasAux: true })(p);
  expect([aux[0].dataSync()[0], aux[1], grad.dataSync()[0]]).toEqual([9, 'aux', 6]);
  const second = start().valueAndGrad((_: number, q: Tensor) => q.square(), { argnums: 1 })(1, p);
  expect(second.grad.dataSync()[0]).toBe(6);
  expect(() => start().valueAndGrad((() => 'text') as unknown as () => Tensor)(p)).toThrow(
    /must return a scalar, got string/,
  );
  expect(() => start().valueAndGrad(() => p as never, { hasAux: true })(p)).toThrow(/must return \[value, aux\]/);
});

test('is a pytree of what changes, and is saved so', () => {
  const dynamicScale = start();
  expect(tree.flattenWithPath(dynamicScale).map(([path]) => path)).toEqual([['finSteps'], ['scale']]);
  const doubled = tree.map((leaf: number) => leaf * 2, dynamicScale as unknown) as unknown as optim.DynamicScale;
  expect(doubled).toMatchObject({ growthInterval, scale: 16 });
  expect(serialization.toStateDict(dynamicScale)).toEqual({ fin_steps: 0, scale: 8 });
  const restored = serialization.fromStateDict(dynamicScale, { fin_steps: 3, scale: 4 });
  expect(restored).toMatchObject({ growthInterval, finSteps: 3, scale: 4 });
  expect(dynamicScale.replace({ scale: 2 })).toMatchObject({ growthInterval, finSteps: 0, scale: 2 });
});

test('works on shapes alone: no value is read', () => {
  const step = (p: Tensor) => {
    const { dynamicScale, finite, grad } = start().valueAndGrad((q: Tensor) => q.square().sum())(p);
    return { finite, grad, scale: dynamicScale.scale, finSteps: dynamicScale.finSteps };
  };
  const shapes = evalShape(step, [3, 4]) as unknown as Record<string, ShapeDtypeStruct>;
  expect(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, String(shape)]))).toEqual({
    finite: 'bool[]',
    grad: 'f32[3, 4]',
    scale: 'f32[]',
    finSteps: 'i32[]',
  });
});
