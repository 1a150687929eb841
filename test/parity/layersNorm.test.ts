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

/** Rounding makes the variance that Flax works out a little less than 0 for some of these, and their output NaN. */
test.each([
  ['LayerNorm', (x: Tensor) => nn.LayerNorm.init(key(), x)[0]],
  ['GroupNorm', (x: Tensor) => nn.GroupNorm.init(key(), x, { numGroups: 2 })[0]],
  ['BatchNorm', (x: Tensor) => nn.BatchNorm.init(key(), x)[0]],
])('%s of equal numbers is finite, and so is its gradient', (_, run) => {
  const numbers = [0, 0.1, 1 / 3, 1000.1, 12345.678, 1e10 / 3];
  for (const number of numbers) {
    const x = jnp.full([6, 6], number);
    const loss = (v: Tensor) =>
      run(v)
        .mul(jnp.arange(36).reshape([6, 6]))
        .sum();
    expect([...run(x).dataSync(), ...grad(loss)(x).dataSync()].every(Number.isFinite), `of ${number}`).toBe(true);
  }
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
