/** Dense, DenseGeneral and Embed against Flax (test/golden/layers*.json). */
import { describe, expect, test } from 'vitest';
import { grad, jnp, nn, random, type Tensor, tree } from '../../runtime/src/index';
import { expectClose } from './golden';
import { describeParts, FAMILIES, OUTPUTS, type Recording, recordingsOf, testRecording } from './layerCases';
import { toTensor, toTensors } from './trees';

describeParts((part) => {
  const recordings = recordingsOf(part, FAMILIES.dense);
  describe.each(recordings)('%s', (_, recording) => testRecording(recording));

  test('all 9 recordings in float32 ran', () => {
    expect(recordings).toHaveLength(9);
  });

  test('an embedding attends to a query', () => {
    type Attending = Recording & { attend_query: unknown; attend_y2: unknown };
    const [[, recording]] = recordingsOf<Attending>(part, ['Embed']) as [[string, Attending]];
    const params = toTensors<nn.Params>(recording.params2);
    const query = toTensor(recording.attend_query);
    expectClose(nn.Embed.attend(params, query), recording.attend_y2, OUTPUTS);
    const model = nn.Model(nn.Embed.partial({ numEmbeddings: 5, features: 3 }), params);
    expectClose(model.attend(query), recording.attend_y2, OUTPUTS);
  });
});

const key = () => random.PRNGKey(0);

describe('DenseGeneral', () => {
  /** Along an axis that is not the last Flax adds the bias on the wrong axes and throws. */
  test('adds its bias where the transformed axis is not the last', () => {
    const x = random.normal(key(), [2, 3, 4]);
    const options = { features: 5, axis: 1, biasInit: nn.initializers.normal({ stddev: 1 }) };
    const [y, params] = nn.DenseGeneral.init(key(), x, options);
    expect(tree.map(jnp.shape, params)).toEqual({ kernel: [3, 5], bias: [5] });
    expectClose(y, jnp.einsum('bij,io->bjo', x, params.kernel).add(params.bias), OUTPUTS);
  });

  test('with batch axes has weights for each of their elements, which start as copies', () => {
    const x = random.normal(key(), [2, 3, 4, 5]);
    const options = { features: [2, 3], axis: [1, 3], batchDims: 0, biasInit: nn.initializers.normal({ stddev: 1 }) };
    const [y, params] = nn.DenseGeneral.init(key(), x, options);
    expect(tree.map(jnp.shape, params)).toEqual({ kernel: [2, 3, 5, 2, 3], bias: [2, 2, 3] });
    expectClose(jnp.take(params.kernel, 0, 0), jnp.take(params.kernel, 1, 0));
    const expected = jnp.einsum('bijk,bikop->bjop', x, params.kernel).add(jnp.reshape(params.bias, [2, 1, 2, 3]));
    expectClose(y, expected, OUTPUTS);
  });

  test('says which axes do not fit', () => {
    const init = (options: nn.DenseGeneralOptions) => () => nn.DenseGeneral.init(key(), jnp.ones([2, 3, 4]), options);
    expect(init({} as nn.DenseGeneralOptions)).toThrow(
      /'kernel' should have a shape of whole numbers.*got \[4, undefined\]/,
    );
    expect(init({ features: 2, axis: 3 })).toThrow(/nn\.DenseGeneral: there is no axis 3; the array has 3 axes/);
    expect(init({ features: 2, axis: [1, -2] })).toThrow(/nn\.DenseGeneral: the axes \[1, 1\] repeat one/);
    expect(init({ features: 2, batchDims: 1 })).toThrow(/batchDims should be leading axes.*got \[1\]/);
    expect(init({ features: 2, axis: 0, batchDims: [0] })).toThrow(
      /axis should name one or more axes of f32\[2, 3, 4\] that are not in batchDims \[0\]; got \[0\]/,
    );
  });
});

describe('Dense', () => {
  test('says that an input has no axes', () => {
    expect(() => nn.Dense.init(key(), jnp.asarray(1), { features: 2 })).toThrow(
      /nn\.Dense: the input needs a last axis/,
    );
  });

  test('says that parameters have another size', () => {
    const params = { kernel: jnp.ones([3, 2]), bias: jnp.ones([2]) };
    expect(() => nn.Dense.call(params, jnp.ones([1, 5]), { features: 2 })).toThrow(
      /'kernel' has another shape: stored f32\[3, 2\], requested f32\[5, 2\]/,
    );
  });

  /** The recording dense_bf16. */
  test('says which dtypes tensors have', () => {
    const options = { features: 2, dtype: 'bfloat16' as 'float32' };
    expect(() => nn.Dense.init(key(), jnp.ones([1, 5]), options)).toThrow(/no dtype 'bfloat16'.*float32, int32/);
  });
});

describe('Embed', () => {
  const options = { numEmbeddings: 4, features: 3 };
  const table = () => jnp.reshape(jnp.arange(12), [4, 3]).cast('float32');

  test('takes whole numbers only', () => {
    expect(() => nn.Embed.init(key(), jnp.ones([2]), options)).toThrow(
      /nn\.Embed: the input should hold whole numbers, i32, got f32\[2\].*asarray\(x, 'int32'\)/,
    );
  });

  test('counts negative numbers from the end, and says which number is none of the embedded', () => {
    const embed = (ids: number[]) => nn.Embed.call({ embedding: table() }, jnp.asarray(ids, 'int32'), options);
    expectClose(embed([-1]), [[9, 10, 11]]);
    expect(() => embed([1, 4])).toThrow(/indices\[1\] = 4 is not in \[0, 4\)(.|\n)*in module Embed/);
  });

  test('adds up the gradients of a number that occurs twice', () => {
    const ids = jnp.asarray([1, 3, 1], 'int32');
    const loss = (params: nn.Params) =>
      nn.Embed.call(params, ids, options)
        .mul([[1], [2], [4]])
        .sum();
    const { embedding } = grad(loss)({ embedding: table() });
    expectClose(embedding, [
      [0, 0, 0],
      [5, 5, 5],
      [0, 0, 0],
      [2, 2, 2],
    ]);
  });

  test('attends with the parameters of the embedding that a module shares', () => {
    const Tied = nn.module(
      'Tied',
      class extends nn.Module {
        apply(ids: Tensor): Tensor {
          const embed = nn.Embed.shared({ ...options, name: 'embed' });
          return embed.attend(embed(ids));
        }
      },
    );
    const [logits, params] = Tied.init(key(), jnp.asarray([[0, 2]], 'int32'));
    expect(logits.shape).toEqual([1, 2, 4]);
    const { embedding } = params.embed;
    expectClose(logits, jnp.einsum('bti,ni->btn', jnp.take(embedding, [[0, 2]], 0), embedding), OUTPUTS);
    expect(Tied.initByShape(key(), ['i32[1, 2]'])[0].shape).toEqual([1, 2, 4]);
  });

  test('says that a query has another size', () => {
    expect(() => nn.Embed.attend({ embedding: table() }, jnp.ones([2, 5]))).toThrow(
      /attend takes queries whose last axis is that of the embedding, 3; got f32\[2, 5\]/,
    );
  });
});
