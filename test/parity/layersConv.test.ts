/** Conv and ConvTranspose against Flax (test/golden/layers*.json). */
import { describe, expect, test } from 'vitest';
import { grad, jnp, lax, nn, random, type Tensor } from '../../runtime/src/index';
import { expectClose } from './golden';
import { describeParts, FAMILIES, GRADIENTS, lossOf, OUTPUTS, recordingsOf, testRecording } from './layerCases';
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

  test('says that there is no window', () => {
    const options = { features: 2 } as unknown as nn.ConvOptions;
    expect(() => module.init(key(), jnp.ones([1, 5, 5, 4]), options)).toThrow(
      new RegExp(`nn\\.${name}: kernelSize should be the window's sizes, such as \\[3, 3\\]; got undefined`),
    );
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

describe('ConvTranspose', () => {
  const windows = [
    { kernelSize: [3, 2], strides: [2, 3] },
    { kernelSize: [1, 4], strides: [3, 1] },
    { kernelSize: [2], strides: [4] },
  ];
  const paddings: [number, number][] = [
    [0, 0],
    [2, 1],
    [5, 4],
    [1, -1],
  ];

  test.each(windows)('of $kernelSize by $strides convolves the input with zeros between its elements', (window) => {
    const spatial = window.strides.map(() => 4);
    const x = random.normal(key(), [2, ...spatial, 3]);
    const [, { kernel }] = nn.ConvTranspose.init(key(), x, { features: 2, ...window });
    for (const pair of paddings) {
      const padding = window.strides.map(() => pair);
      const run = (v: Tensor, k: Tensor) =>
        nn.ConvTranspose.call({ kernel: k }, v, { features: 2, ...window, padding, bias: false });
      const spread = (v: Tensor, k: Tensor) =>
        lax.convGeneralDilated(
          v,
          k,
          spatial.map(() => 1),
          padding,
          { lhsDilation: window.strides },
        );
      expectClose(run(x, kernel), spread(x, kernel), OUTPUTS);
      const slopes = (fn: typeof run) =>
        grad((v: Tensor, k: Tensor) => lossOf(fn(v, k)), { argnums: [0, 1] })(x, kernel);
      expectTreeClose(slopes(run), slopes(spread), GRADIENTS);
    }
  });

  test('says that padding takes away more than there is', () => {
    const options = { features: 2, kernelSize: [3], padding: [[-2, -2]] as const };
    expect(() => nn.ConvTranspose.init(key(), jnp.ones([1, 4, 1]), options)).toThrow(
      /the kernel f32\[3, 1, 2\] spans 3 elements on spatial axis 0, but the padded input f32\[1, 4, 1\] has 0/,
    );
  });
});
