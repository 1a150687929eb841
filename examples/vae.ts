/**
 * A variational autoencoder on MNIST, which learns to draw digits: `npx distaff run vae.ts`. Its drawings go to the
 * folder of `--out`. (Kingma and Welling, "Auto-Encoding Variational Bayes", 2013.)
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { jit, jnp, nn, optim, random, type Tensor, valueAndGrad } from 'distaff';
import { loadMnist } from './data/mnist';
import { progressBar } from './progress';

/**
 * Where an image may lie in the space of latents: the mean and the logarithm of the variance of a normal distribution.
 *
 * @input x f32[B, 784]
 */
const Encoder = nn.module(
  class Encoder extends nn.Module {
    apply(x: Tensor, { latents = 20 }: { latents?: number } = {}): [mean: Tensor, logVariance: Tensor] {
      const h = nn.relu(nn.Dense(x, { features: 500, name: 'hidden' }));
      return [
        nn.Dense(h, { features: latents, name: 'mean' }),
        nn.Dense(h, { features: latents, name: 'logVariance' }),
      ];
    }
  },
);

/** @input z f32[B, 20] */
const Decoder = nn.module(
  class Decoder extends nn.Module {
    apply(z: Tensor): Tensor {
      const h = nn.relu(nn.Dense(z, { features: 500, name: 'hidden' }));
      return nn.Dense(h, { features: 784, name: 'logits' });
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
    apply(x: Tensor, key: Tensor, { latents = 20 }: { latents?: number } = {}) {
      const [mean, logVariance] = this.encode(x, { latents });
      // A draw from the distribution, written so that gradients reach its mean and variance.
      const noise = random.normal(key, mean.shape);
      const z = mean.add(noise.mul(logVariance.div(2).exp()));
      return { logits: this.decode(z), mean, logVariance };
    }

    encode(x: Tensor, { latents = 20 }: { latents?: number } = {}) {
      return Encoder(x, { latents, name: 'encoder' });
    }

    decode(z: Tensor): Tensor {
      return Decoder(z, { name: 'decoder' });
    }

    /** The image that latents stand for: grey values f32[B, 784]. */
    generate(z: Tensor): Tensor {
      return nn.sigmoid(this.decode(z));
    }
  },
);

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5000' },
    latents: { type: 'string', default: '20' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string', default: path.join(tmpdir(), 'distaff-vae') },
  },
});
const [steps, latents] = [Number(values.steps), Number(values.latents)];
const batchSize = 128;

const images = jnp.array(loadMnist('train').images).reshape([-1, 784]);
const testImages = jnp.array(loadMnist('test').images).reshape([-1, 784]);

const [initKey, dataKey, noiseKey, testKey] = random.split(random.PRNGKey(Number(values.seed)), 4);
const [, model] = VAE.partial({ latents }).createByShape(initKey, [[1, 784], 'i32[2]']);
let optimizer = optim.Adam({ learningRate: 1e-3 }).create(model);

/** One step: draws images and noise, and gives the optimizer after it. Compiled as a whole. */
const trainStep = jit((before: typeof optimizer, dataKey: Tensor, noiseKey: Tensor) => {
  const x = jnp.take(images, random.randint(dataKey, [batchSize], 0, images.shape[0]), 0);
  const [loss, grad] = valueAndGrad((model: typeof optimizer.target) => {
    const { reconstruction, divergence } = losses(model(x, noiseKey), x);
    return reconstruction.add(divergence);
  })(before.target);
  return { next: before.applyGradient(grad), loss };
});

const bar = progressBar('VAE', steps);
for (let step = 1; step <= steps; step++) {
  const { next, loss } = trainStep(optimizer, random.foldIn(dataKey, step), random.foldIn(noiseKey, step));
  optimizer = next;
  // Reading values waits for the step, so not every step is read.
  if (step % 20 === 0 || step === steps) bar.update(step, { loss: number(loss) });
}
bar.stop();

const trained = optimizer.target;
const { reconstruction, divergence } = losses(trained(testImages, testKey), testImages);
const [r, d] = [number(reconstruction), number(divergence)];
console.log(
  `\nTest images: loss ${(r + d).toFixed(2)} nats = ${r.toFixed(2)} for the pixels + ${d.toFixed(2)} for the latents.`,
);

const [drawingKey] = random.split(testKey);
const drawings = trained.generate(random.normal(drawingKey, [64, latents]));
const originals = testImages.slice([0], [8]);
const [means] = trained.encode(originals);
mkdirSync(values.out, { recursive: true });
savePicture('drawings.pgm', drawings, 8);
savePicture('reconstructions.pgm', jnp.concatenate([originals, trained.generate(means)]), 8);
console.log(asText(drawings.slice([0], [4])));

/**
 * Both parts of the loss in nats, means over the batch: what it takes to tell the pixels when the latents are known, and
 * to tell the latents.
 */
function losses({ logits, mean, logVariance }: ReturnType<typeof model>, x: Tensor) {
  const likelihood = x.mul(nn.logSigmoid(logits)).add(x.neg().add(1).mul(nn.logSigmoid(logits.neg())));
  const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).div(2);
  return { reconstruction: jnp.mean(jnp.sum(likelihood, -1)).neg(), divergence: jnp.mean(jnp.sum(divergence, -1)) };
}

/** Saves images f32[N, 784], so many in a row, as one grey picture (PGM). */
function savePicture(name: string, pixels: Tensor, perRow: number): void {
  const rows = pixels.shape[0] / perRow;
  const grid = pixels.reshape([rows, perRow, 28, 28]).transpose([0, 2, 1, 3]);
  const grey = Uint8Array.from(grid.dataSync(), (value) => Math.round(255 * value));
  const file = path.join(values.out, name);
  writeFileSync(file, Buffer.concat([Buffer.from(`P5 ${28 * perRow} ${28 * rows} 255\n`), grey]));
  console.log(`Saved ${file}.`);
}

/** Images f32[N, 784] side by side as lines of text; each character is two pixels high. */
function asText(pixels: Tensor): string {
  const shades = ' .:-=+*#%@';
  const lines = pixels
    .reshape([-1, 14, 2, 28])
    .mean(2)
    .transpose([1, 0, 2])
    .reshape([14, -1])
    .arraySync() as number[][];
  return lines.map((line) => line.map((value) => shades[Math.floor(9.99 * value)]).join('')).join('\n');
}

function number(scalar: Tensor): number {
  return scalar.dataSync()[0];
}
