/** The guided tour and the examples beside it as their readers see them: the cells and modules with their hints. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from './server';

const EXAMPLES = path.resolve(import.meta.dirname, '../../examples');
const read = (name: string) => readFileSync(path.join(EXAMPLES, name), 'utf8');
let server: TestServer;

beforeAll(async () => {
  // What the hints are, not how fast they come.
  server = await TestServer.start({ timeBudget: 30_000 });
  for (const name of ['progress.ts', 'data/mnist.ts', 'data/book.ts']) server.write(name, read(name));
});
afterAll(() => server.stop());

/** The document with its hints, without markdown cells; there must be no problems in it. */
async function seen(name: string): Promise<string> {
  await server.save(name, read(name));
  expect(server.problems(name)).toEqual([]);
  const picture = await server.picture(name);
  return picture.replace(/^\/\/ %% \[markdown\]\n(\/\/.*\n)*\n/gm, '');
}

/** What stands between two texts, the first included. */
function between(text: string, from: string, to: string): string {
  const begin = text.indexOf(from);
  const end = text.indexOf(to, begin);
  expect(begin, from).toBeGreaterThan(-1);
  expect(end, to).toBeGreaterThan(begin);
  return text.slice(begin, end).trimEnd();
}

it('the guided tour: its first module', async () => {
  const tour = await seen('guided-tour.ts');
  expect(between(tour, 'const Dense =', 'const denseCall')).toMatchInlineSnapshot(`
    "const Dense = nn.module(
      class Dense extends nn.Module {
        apply(
          x: Tensor/* f32[B, 2] */,
          { features, kernelInit = nn.initializers.lecunNormal(), biasInit = nn.initializers.zeros }: DenseOptions,
        ): Tensor {
          const inFeatures = x.shape[x.rank - 1];
          const kernel/*: f32[2, 4] */ = this.param('kernel', [inFeatures, features], kernelInit);
          const bias/*: f32[4] */ = this.param('bias', [features], biasInit);
          return jnp.dot(x, kernel).add(bias)/*: f32[B, 4] */;
        }
      },
    );

    // %%
    const [denseOutput/*: f32[1, 4] */, denseParams/*: { bias: f32[4], kernel: f32[2, 4] } */] = Dense.init(random.PRNGKey(0), x, { features: 4 });
    console.log('output:', denseOutput);
    console.log('parameters:', denseParams);

    // %%"
  `);
});

it('the guided tour: shared parameters', async () => {
  const tour = await seen('guided-tour.ts');
  expect(between(tour, 'const SimpleRNN =', '// %%')).toMatchInlineSnapshot(`
    "const SimpleRNN = nn.module(
      class SimpleRNN extends nn.Module {
        apply(x: Tensor/* f32[B, 2] */, { iterations = 3 }: { iterations?: number } = {}): Tensor[] {
          const features = x.shape[x.rank - 1];
          const cell = Dense.shared({ features, kernelInit: nn.initializers.orthogonal(), name: 'cell' });
          const outputs: Tensor[] = [];
          let state/*: f32[B, 2] */ = x;
          for (let i = 0; i < iterations; i++) {
            state/*: f32[B, 2] */ = cell(state);
            outputs.push(state);
          }
          return outputs/*: [f32[B, 2], f32[B, 2], f32[B, 2]] */;
        }
      },
    );"
  `);
});

it('the guided tour: state', async () => {
  const tour = await seen('guided-tour.ts');
  expect(between(tour, 'const BatchNorm =', 'const inputA')).toMatchInlineSnapshot(`
    "const BatchNorm = nn.module(
      class BatchNorm extends nn.Module {
        apply(
          x: Tensor/* f32[B, 4] */,
          {
            axis = 0,
            epsilon = 1e-5,
            momentum = 0.99,
            training = false,
            gammaInit = nn.initializers.ones,
            betaInit = nn.initializers.zeros,
          }: BatchNormOptions = {},
        ): Tensor {
          let mean/*: f32[1, 4] */ = jnp.mean(x, axis, { keepdims: true });
          let variance/*: f32[1, 4] */ = jnp.mean(x.sub(mean).square(), axis, { keepdims: true });

          const runningMean = this.state('mean', mean.shape, nn.initializers.zeros);
          const runningVariance = this.state('var', variance.shape, nn.initializers.ones);
          // While parameters are being made, the averages are left as they begin.
          if (!this.isInitializing()) {
            if (training) {
              const alpha = 1 - momentum;
              runningMean.value = runningMean.value.add(mean.sub(runningMean.value).mul(alpha));
              runningVariance.value = runningVariance.value.add(variance.sub(runningVariance.value).mul(alpha));
            } else {
              mean = runningMean.value;
              variance = runningVariance.value;
            }
          }

          const normalized/*: f32[B, 4] */ = x.sub(mean).div(variance.add(epsilon).sqrt());
          const gamma/*: f32[1, 4] */ = this.param('gamma', mean.shape, gammaInit);
          const beta/*: f32[1, 4] */ = this.param('beta', mean.shape, betaInit);
          return normalized.mul(gamma).add(beta)/*: f32[B, 4] */;
        }
      },
    );

    // %%
    /** @input x f32[B, 2] */
    const MyModel = nn.module(
      class MyModel extends nn.Module {
        apply(x: Tensor/* f32[B, 2] */, { training = false }: { training?: boolean } = {}): Tensor {
          const h/*: f32[B, 4] */ = Dense(x, { features: 4 });
          return BatchNorm(h, { training, momentum: 0, name: 'batch_norm' })/*: f32[B, 4] */;
        }
      },
    );"
  `);
});

it('the guided tour: other methods, and a module that scales the parameters of another', async () => {
  const tour = await seen('guided-tour.ts');
  expect(between(tour, 'const MultiMethodModule =', 'const target')).toMatchInlineSnapshot(`
    "const MultiMethodModule = nn.module(
      class MultiMethodModule extends nn.Module {
        apply(x: Tensor/* f32[T] */): Tensor {
          const kernel/*: f32[] */ = this.param('kernel', [], (_key, shape) => jnp.full(shape, 2));
          return x.mul(kernel)/*: f32[T] */;
        }

        decode(x: Tensor | number): Tensor {
          return jnp.multiply(x, this.getParam('kernel'));
        }
      },
    );

    const sequence/*: f32[5] */ = jnp.power(2, jnp.arange(5));
    const [sequenceOutput/*: f32[5] */, sequenceParams/*: { kernel: f32[] } */] = MultiMethodModule.init(random.PRNGKey(0), sequence);
    const sequenceModel = nn.Model(MultiMethodModule, sequenceParams);"
  `);
  expect(between(tour, 'function addScale', 'const scaledShapes')).toMatchInlineSnapshot(`
    "function addScale<O extends object>(module: TensorModule<O>) {
      return nn.module(
        class ScaleWrapper extends nn.Module {
          apply(x: Tensor/* f32[1, 2] */, options: O): Tensor {
            const params/*: { bias: f32[4], kernel: f32[2, 4] } */ = this.param('params', null, (key) => module.init(key, x, options)[1]);
            const { kernel/*: f32[2, 4] */ } = params;
            const scale/*: f32[4] */ = this.param('scale', [kernel.shape.at(-1)], nn.initializers.ones);
            return module.call({ ...params, kernel: kernel.mul(scale) }, x, options)/*: f32[1, 4] */;
          }
        },
      );
    }

    const ScaledDense = addScale(Dense).partial({ features: 4 });
    const [scaledOutput/*: f32[1, 4] */, scaledParams/*: 3 leaves, 16 */] = ScaledDense.init(random.PRNGKey(0), x);"
  `);
});

it('the variational autoencoder', async () => {
  const vae = await seen('vae.ts');
  expect(between(vae, 'const Encoder', 'const { values }')).toMatchInlineSnapshot(`
    "const Encoder = nn.module(
      class Encoder extends nn.Module {
        apply(x: Tensor/* f32[B, 784] */, { latents = 20 }: { latents?: number } = {}): [mean: Tensor, logVariance: Tensor] {
          const h/*: f32[B, 500] */ = nn.relu(nn.Dense(x, { features: 500, name: 'hidden' })/* kernel f32[784, 500], bias f32[500] */);
          return [
            nn.Dense(h, { features: latents, name: 'mean' })/*: f32[B, 20] *//* kernel f32[500, 20], bias f32[20] */,
            nn.Dense(h, { features: latents, name: 'logVariance' })/*: f32[B, 20] *//* kernel f32[500, 20], bias f32[20] */,
          ]/*: [f32[B, 20], f32[B, 20]] */;
        }
      },
    );

    /** @input z f32[B, 20] */
    const Decoder = nn.module(
      class Decoder extends nn.Module {
        apply(z: Tensor/* f32[B, 20] */): Tensor {
          const h/*: f32[B, 500] */ = nn.relu(nn.Dense(z, { features: 500, name: 'hidden' })/* kernel f32[20, 500], bias f32[500] */);
          return nn.Dense(h, { features: 784, name: 'logits' })/*: f32[B, 784] *//* kernel f32[500, 784], bias f32[784] */;
        }
      },
    );

    /**
     * Images to images, through few latents.
     *
     * @input x f32[B, 784]
     * @input key i32[2]
     */
    const VAE = nn.module(
      class VAE extends nn.Module {
        apply(x: Tensor/* f32[B, 784] */, key: Tensor/* i32[2] */, { latents = 20 }: { latents?: number } = {}) {
          const [mean/*: f32[B, 20] */, logVariance/*: f32[B, 20] */] = this.encode(x, { latents });
          // A draw from the distribution, written so that gradients reach its mean and variance.
          const noise/*: f32[B, 20] */ = random.normal(key, mean.shape);
          const z/*: f32[B, 20] */ = mean.add(noise.mul(logVariance.div(2).exp()));
          return { logits: this.decode(z), mean, logVariance }/*: { logVariance: f32[B, 20], logits: f32[B, 784], mean: f32[B, 20] } */;
        }

        encode(x: Tensor/* f32[B, 784] */, { latents = 20 }: { latents?: number } = {}) {
          return Encoder(x, { latents, name: 'encoder' })/*: [f32[B, 20], f32[B, 20]] */;
        }

        decode(z: Tensor/* f32[B, 20] */): Tensor {
          return Decoder(z, { name: 'decoder' })/*: f32[B, 784] */;
        }

        /** The image that latents stand for: grey values f32[B, 784]. */
        generate(z: Tensor): Tensor {
          return nn.sigmoid(this.decode(z));
        }
      },
    );"
  `);
});

it('the LSTM', async () => {
  const lstm = await seen('lstm-text.ts');
  expect(between(lstm, 'const CharacterModel', 'const { values }')).toMatchInlineSnapshot(`
    "const CharacterModel = nn.module(
      class CharacterModel extends nn.Module {
        apply(carry: nn.LSTMCarry/* [f32[B, 256], f32[B, 256]] */, tokens: Tensor/* i32[B, T] */, { vocabulary }: { vocabulary: number }): [nn.LSTMCarry, Tensor] {
          const embedded/*: f32[B, T, 64] */ = nn.Embed(tokens, { numEmbeddings: vocabulary, features: 64, name: 'embed' })/* embedding f32[63, 64] */;
          const cell = nn.OptimizedLSTMCell.shared({ name: 'lstm' });
          // A step of scan is what a cell does: from a carry and an input to a carry and an output.
          const [after/*: [f32[B, 256], f32[B, 256]] */, outputs/*: f32[T, B, 256] */] = lax.scan(cell, carry, jnp.moveaxis(embedded, 1, 0));
          const logits/*: f32[B, T, 63] */ = nn.Dense(jnp.moveaxis(outputs, 0, 1), { features: vocabulary, name: 'logits' })/* kernel f32[256, 63], bias f32[63] */;
          return [after, logits]/*: [[f32[B, 256], f32[B, 256]], f32[B, T, 63]] */;
        }
      },
    );"
  `);
});
