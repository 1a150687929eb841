/** LayerNorm and GroupNorm against Flax (test/golden/layers*.json). */
import { describe, expect, test } from 'vitest';
import { grad, jnp, nn, random, type Tensor } from '../../runtime/src/index';
import { expectClose, golden } from './golden';
import { describeParts, FAMILIES, OUTPUTS, recordingsOf, testRecording } from './layerCases';

describeParts((part) => {
  const recordings = recordingsOf(part, FAMILIES.norm);
  describe.each(recordings)('%s', (_, recording) => testRecording(recording));

  test('all 7 recordings ran', () => {
    expect(recordings).toHaveLength(7);
  });
});

const key = () => random.PRNGKey(0);

/** The mean of squares minus the square of the mean, as Flax has it, is below 0 here, and its root NaN. */
test.each([
  ['LayerNorm', (x: Tensor) => nn.LayerNorm.init(key(), x)[0]],
  ['GroupNorm', (x: Tensor) => nn.GroupNorm.init(key(), x, { numGroups: 2 })[0]],
  ['BatchNorm', (x: Tensor) => nn.BatchNorm.init(key(), x)[0]],
])('%s of large numbers that are almost equal is right, and so is its gradient', (_, run) => {
  const small = jnp.reshape([3, -3, 1, -1, 2, -2, -1, 1, -3, 0, 3, 2, -2, 2, 0, -2], [4, 4]);
  const loss = (x: Tensor) =>
    run(x)
      .square()
      .mul(jnp.arange(16).reshape([4, 4]))
      .sum();
  const large = small.add(10_000);
  expectClose(run(large), run(small), { absolute: 1e-5 });
  expectClose(grad(loss)(large), grad(loss)(small), { absolute: 1e-4 });
});

describe('GroupNorm', () => {
  const { errors } = golden<{ errors: Record<string, { type: string }> }>('api.flax0.1.0.part1.json');
  const init = (options: nn.GroupNormOptions, x = jnp.ones([1, 2, 4])) => nn.GroupNorm.init(key(), x, options);

  test.each<[keyof typeof errors, nn.GroupNormOptions, RegExp]>([
    ['group_norm_both', { numGroups: 2, groupSize: 2 }, /either numGroups or groupSize.*numGroups 2 and groupSize 2/],
    ['group_norm_neither', { numGroups: null }, /either numGroups or groupSize.*got neither/],
    ['group_norm_size_mismatch', { numGroups: null, groupSize: 3 }, /4 channels of f32\[1, 2, 4\].*groups of 3/],
  ])('throws where Flax does: %s', (name, options, message) => {
    expect(errors[name]?.type).toBe('ValueError');
    expect(() => init(options)).toThrow(message);
  });

  test('says that the channels do not divide', () => {
    expect(() => init({})).toThrow(/nn\.GroupNorm: the 4 channels of f32\[1, 2, 4\] do not divide into 32 groups/);
    expect(() => init({}, jnp.ones([4]))).toThrow(/should have axes for batch and channels, got f32\[4\]/);
  });

  test('takes groupSize without numGroups', () => {
    const x = random.normal(key(), [2, 3, 6]);
    expectClose(init({ groupSize: 2 }, x)[0], init({ numGroups: 3 }, x)[0]);
  });

  test('normalizes each example by itself, over space and the channels of a group', () => {
    const x = random.normal(key(), [2, 3, 5, 8]).mul(3).add(2);
    const groups = jnp.reshape(init({ numGroups: 2 }, x)[0], [2, 3, 5, 2, 4]);
    expectClose(jnp.mean(groups, [1, 2, 4]), jnp.zeros([2, 2]), { absolute: 1e-6 });
    expectClose(jnp.var(groups, [1, 2, 4]), jnp.ones([2, 2]), OUTPUTS);
  });
});

test('LayerNorm says that an input has no axes', () => {
  expect(() => nn.LayerNorm.init(key(), jnp.asarray(1))).toThrow(/nn\.LayerNorm: the input needs a last axis/);
});
