/** Learning-rate schedules and clipping against Flax, JAX and optax (test/golden/schedules.json). */
import { describe, expect, test } from 'vitest';
import { jnp, optim } from '../../runtime/src/index';
import { expectClose, golden, type Tolerance } from './golden';
import { expectTreeClose, toTensors } from './trees';

const { schedules: recorded, clip_grads } = golden<{
  schedules: Record<string, { how: string; steps: number[]; values: number[] }>;
  clip_grads: { name: string; grads: object; max_norm: number; global_norm: unknown; clipped: unknown }[];
}>('schedules.json');

const TOLERANCE: Tolerance = { ofLargest: 1e-6 };

const {
  constant,
  cosine,
  createConstantLearningRateSchedule,
  createCosineLearningRateSchedule,
  createSteppedLearningRateSchedule,
  piecewise,
  rsqrt,
  warmUp,
} = optim.schedules;

const plan = [
  [30, 0.1],
  [60, 0.01],
  [80, 0.001],
] as const;
const halves = [
  [0.5, 0.5],
  [1.5, 0.25],
] as const;
const schedules: Record<string, optim.schedules.Schedule> = {
  flax_constant: createConstantLearningRateSchedule(0.1, 10),
  flax_constant_warmup: createConstantLearningRateSchedule(0.1, 10, { warmupLength: 5 }),
  flax_stepped: createSteppedLearningRateSchedule(0.4, 3, plan),
  flax_stepped_warmup: createSteppedLearningRateSchedule(0.4, 3, plan, { warmupLength: 40 }),
  flax_stepped_halves: createSteppedLearningRateSchedule(1, 5, halves),
  flax_cosine: createCosineLearningRateSchedule(0.1, 10, 10),
  flax_cosine_warmup: createCosineLearningRateSchedule(0.1, 10, 10, { warmupLength: 2 }),
  rsqrt_warmup: warmUp(rsqrt(0.05, 100), 100),
  rsqrt: rsqrt(0.05, 4),
  optax_warmup_constant: warmUp(constant(0.3), 20),
  optax_cosine: cosine(0.3, 100),
  jax_piecewise: piecewise(0.1, [
    [20, 0.5],
    [50, 0.01],
  ]),
};

test('every recorded schedule is here', () => {
  expect(Object.keys(schedules)).toEqual(Object.keys(recorded));
});

describe.each(Object.entries(recorded))('%s', (name, { steps, values }) => {
  const schedule = schedules[name] as optim.schedules.Schedule;

  test('of numbers', () => {
    expectClose(
      steps.map((step) => schedule(step)),
      values,
      TOLERANCE,
    );
  });

  test('of a tensor, whether it counts in int32 or float32', () => {
    for (const dtype of ['int32', 'float32'] as const) {
      expectClose(schedule(jnp.asarray(steps, dtype)), values, TOLERANCE);
      expectClose(schedule(jnp.asarray(steps[2] as number, dtype)), values[2], TOLERANCE);
    }
  });
});

describe.each(clip_grads)('gradients of a norm that is $name', ({ grads, max_norm, global_norm, clipped }) => {
  test('have the recorded global norm', () => {
    expectClose(optim.globalNorm(toTensors(grads)), global_norm, { relative: 1e-6 });
  });

  test('are clipped as recorded', () => {
    expectTreeClose(optim.clipByGlobalNorm(toTensors(grads), max_norm), clipped, { relative: 1e-6 });
    expectTreeClose(optim.clipByGlobalNorm(toTensors(grads), jnp.asarray(max_norm)), clipped, { relative: 1e-6 });
  });
});
