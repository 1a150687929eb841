import { describe, expect, test } from 'vitest';
import { evalShape, jnp, optim, type Tensor } from '../../runtime/src/index';

const values = (x: unknown) => Array.from((x as Tensor).dataSync());

describe('schedules', () => {
  const { cosine, piecewise, rsqrt, warmUp, constant } = optim.schedules;

  test('refuse what gives no learning rate', () => {
    expect(() => cosine(0.1, 0)).toThrow(/schedules\.cosine: decaySteps must be positive, got 0/);
    expect(() => rsqrt(0.1, -1)).toThrow(/schedules\.rsqrt: warmUpSteps must be positive, got -1/);
    expect(() => warmUp(constant(0.1), Number.NaN)).toThrow(/schedules\.warmUp: steps must be positive, got NaN/);
    expect(() => piecewise(0.1, [[20, 0.1], [10, 0.01]])).toThrow(/must ascend, but 10 comes after 20/); // biome-ignore format: one line
    expect(() => constant(0.1)('3' as unknown as number)).toThrow(/takes a step, a number or a tensor, got string/);
  });

  test('read no tensor', () => {
    const schedule = warmUp(piecewise(0.1, [[10, 0.1]]), 5);
    expect(String(evalShape((step: Tensor) => schedule(step), 'i32[]'))).toBe('f32[]');
  });
});

test('clipByGlobalNorm refuses what is no float tensor', () => {
  expect(() => optim.clipByGlobalNorm({ a: jnp.asarray([1], 'int32') }, 1)).toThrow(
    /globalNorm: the leaves must be float32 tensors, got i32\[1\]/,
  );
  expect(values(optim.globalNorm({}))).toEqual([0]);
});
