/**
 * An MLP and a CNN on the real MNIST: `npx distaff run mnist.ts`, or one of them with `--model mlp` or `--model cnn`.
 */
import { parseArgs } from 'node:util';
import { jit, jnp, memory, nn, optim, random, type Tensor, valueAndGrad } from 'distaff';
import { loadMnist } from './data/mnist';
import { progressBar } from './progress';

/** @input x f32[B, 784] */
const MLP = nn.module(
  class MLP extends nn.Module {
    apply(x: Tensor) {
      const h = nn.relu(nn.Dense(x, { features: 512, name: 'hidden' }));
      return nn.Dense(h, { features: 10, name: 'logits' });
    }
  },
);

/** @input x f32[B, 784] */
const CNN = nn.module(
  class CNN extends nn.Module {
    apply(x: Tensor) {
      let h = x.reshape([-1, 28, 28, 1]);
      h = nn.relu(nn.Conv(h, { features: 32, kernelSize: [3, 3] }));
      h = nn.maxPool(h, [2, 2], { strides: [2, 2] });
      h = nn.relu(nn.Conv(h, { features: 64, kernelSize: [3, 3] }));
      h = nn.maxPool(h, [2, 2], { strides: [2, 2] });
      h = h.reshape([x.shape[0], -1]);
      h = nn.relu(nn.Dense(h, { features: 128 }));
      return nn.Dense(h, { features: 10 });
    }
  },
);

const models = { mlp: MLP, cnn: CNN };
const batchSize = 128;

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    epochs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '0' },
  },
});
const names = (values.model === undefined ? ['mlp', 'cnn'] : [values.model]) as (keyof typeof models)[];
for (const name of names) {
  if (!(name in models)) throw new Error(`--model should be mlp or cnn, got '${name}'.`);
}

const train = loadMnist('train');
const test = loadMnist('test');
const images = jnp.array(train.images).reshape([-1, 784]);
const labels = jnp.array(train.labels, 'int32');
const testImages = jnp.array(test.images).reshape([-1, 784]);
const testLabels = jnp.array(test.labels, 'int32');

for (const name of names) fit(name, Number(values.epochs), Number(values.seed));

/** Trains a model from scratch and prints its accuracy on the test images after each epoch. */
function fit(name: keyof typeof models, epochs: number, seed: number): void {
  const [initKey, shuffleKey] = random.split(random.PRNGKey(seed));
  const [, params] = models[name].initByShape(initKey, [[1, 784]]);
  let optimizer = optim.Adam({ learningRate: 1e-3 }).create(nn.Model(models[name], params));

  // The whole step is one compiled function, from the batch to the next optimizer.
  const trainStep = jit((before: typeof optimizer, batch: Tensor) => {
    const [x, y] = [jnp.take(images, batch, 0), jnp.take(labels, batch, 0)];
    const [[loss, logits], grad] = valueAndGrad(
      (model: typeof optimizer.target) => {
        const logits = model(x);
        return [crossEntropy(logits, y), logits];
      },
      { hasAux: true },
    )(before.target);
    return { next: before.applyGradient(grad), loss, accuracy: accuracy(logits, y) };
  });

  const stepsPerEpoch = Math.floor(train.labels.length / batchSize);
  const bar = progressBar(name.toUpperCase(), epochs * stepsPerEpoch);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.permutation(random.foldIn(shuffleKey, epoch), train.labels.length);
    for (let i = 0; i < stepsPerEpoch; i++) {
      const { next, loss, accuracy } = trainStep(optimizer, order.slice([i * batchSize], [batchSize]));
      optimizer = next;
      const step = epoch * stepsPerEpoch + i + 1;
      // Reading values waits for the step, so not every step is read.
      if (step % 20 === 0 || i === stepsPerEpoch - 1) {
        bar.update(step, { loss: loss.item(), accuracy: accuracy.item() });
      }
    }
    const tested = evaluate(optimizer.target);
    // Exact with NODE_OPTIONS=--expose-gc; else some garbage that is not collected yet counts.
    globalThis.gc?.();
    const { tensors, bytes } = memory();
    console.log(
      `\n${name.toUpperCase()} epoch ${epoch + 1}: test accuracy ${(100 * tested).toFixed(2)} %` +
        ` (${tensors} tensors, ${(bytes / 1e6).toFixed(0)} MB in use)`,
    );
  }
  bar.stop();
}

/** The accuracy on the test images, 1,000 at a time. */
function evaluate(model: (x: Tensor) => Tensor): number {
  const chunks = jnp.split(testImages, 10).map((x, i) => {
    return number(accuracy(model(x), testLabels.slice([i * 1000], [1000])));
  });
  return chunks.reduce((sum, value) => sum + value, 0) / chunks.length;
}

/** `logits: f32[B, 10]`, `labels: i32[B]`; the mean over the batch. */
function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return jnp.mean(jnp.sum(nn.oneHot(labels, 10).mul(nn.logSoftmax(logits)), -1)).neg();
}

function accuracy(logits: Tensor, labels: Tensor): Tensor {
  return jnp.mean(jnp.equal(jnp.argmax(logits, -1), labels));
}

function number(scalar: Tensor): number {
  return scalar.dataSync()[0] as number;
}
