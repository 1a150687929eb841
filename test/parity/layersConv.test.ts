/** Conv and ConvTranspose against Flax (test/golden/layers*.json). */
import { describe, expect, test } from 'vitest';
import { jnp, nn, random } from '../../runtime/src/index';
import { expectClose } from './golden';
import { describeParts, FAMILIES, recordingsOf, testRecording } from './layerCases';
import { expectTreeClose } from './trees';

describeParts((part) => {
  const recordings = recordingsOf(part, FAMILIES.conv);
  describe.each(recordings)('%s', (_, recording) => testRecording(recording));

  test('all 18 recordings ran', () => {
    expect(recordings).toHaveLength(18);
  });
});

const key = () => random.PRNGKey(0);

describe.each([
  ['Conv', nn.Conv],
  ['ConvTranspose', nn.ConvTranspose],
] as const)('%s', (name, module) => {
  /** As from Flax 0.3 on. */
  test('takes one example without a batch axis', () => {
    const x = random.normal(key(), [5, 4, 2]);
    const options = { features: 3, kernelSize: [2, 3], strides: [2, 1] };
    const [y, params] = module.init(key(), x, options);
    const [inBatch, same] = module.init(key(), jnp.expandDims(x, 0), options);
    expectTreeClose(params, same, {});
    expectClose(y, jnp.squeeze(inBatch, 0));
  });

  test('takes a number as the size of a window of one axis', () => {
    const x = random.normal(key(), [2, 5, 2]);
    const [y, { kernel }] = module.init(key(), x, { features: 3, kernelSize: 4 });
    expect(kernel.shape).toEqual([4, 2, 3]);
    expectClose(y, module.init(key(), x, { features: 3, kernelSize: [4] })[0]);
  });

  test('says that the axes do not fit the window', () => {
    const message = new RegExp(
      `nn\\.${name}: a kernel of size \\[3\\] needs an input with the axes batch, 1 spatial and features, ` +
        'got f32\\[1, 5, 5, 4\\]',
    );
    expect(() => module.init(key(), jnp.ones([1, 5, 5, 4]), { features: 2, kernelSize: [3] })).toThrow(message);
    expect(() => module.init(key(), jnp.ones([5]), { features: 2, kernelSize: 3 })).toThrow(/got f32\[5\]/);
  });

  test('says that there are too few strides', () => {
    const options = { features: 2, kernelSize: [3, 3], strides: [2] };
    expect(() => module.init(key(), jnp.ones([1, 5, 5, 4]), options)).toThrow(/strides? .*\[2\]|stride for each/i);
  });
});

describe('Conv', () => {
  const image = () => jnp.ones([1, 5, 5, 4]);

  test('says that groups do not divide the features', () => {
    expect(() => nn.Conv.init(key(), image(), { features: 3, kernelSize: [3, 3], featureGroupCount: 3 })).toThrow(
      /featureGroupCount 3 should divide both the 4 features of the input f32\[1, 5, 5, 4\] and the 3/,
    );
  });

  test('says that a window is larger than the image', () => {
    expect(() => nn.Conv.init(key(), image(), { features: 2, kernelSize: [7, 7], padding: 'VALID' })).toThrow(
      /the kernel f32\[7, 7, 4, 2\] spans 7 elements on spatial axis 0, but the padded input f32\[1, 5, 5, 4\] has 5/,
    );
  });
});
