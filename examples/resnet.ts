/**
 * Residual networks (He et al. 2015, https://arxiv.org/abs/1512.03385): a small one learns MNIST, `npx distaff run
 * resnet.ts`; the shapes of the ResNet-50 for ImageNet stand beside its lines.
 */
import { parseArgs } from 'node:util';
import { jit, jnp, nn, optim, random, type Tensor, valueAndGrad } from 'distaff';
import { loadMnist } from './data/mnist';
import { progressBar } from './progress';

interface BlockOptions {
  features: number;
  /** 2 halves height and width. */
  strides?: number;
  /** Whether to normalize with the batch's own mean and variance, and to remember them for evaluation. */
  train?: boolean;
}

/**
 * @input x f32[B, 56, 56, 64]
 * @with { features: 128, strides: 2 }
 */
const BasicBlock = nn.module(
  class BasicBlock extends nn.Module {
    apply(x: Tensor, { features, strides = 1, train = false }: BlockOptions) {
      const conv = nn.Conv.partial({ features, kernelSize: [3, 3], bias: false });
      const norm = nn.BatchNorm.partial({ useRunningAverage: !train, momentum: 0.9 });
      let y = nn.relu(norm(conv(x, { strides: [strides, strides] })));
      y = norm(conv(y), { scaleInit: nn.initializers.zeros });
      return nn.relu(y.add(Shortcut(x, { features, strides, train })));
    }
  },
);

/**
 * @input x f32[B, 56, 56, 256]
 * @with { features: 128, strides: 2 }
 */
const BottleneckBlock = nn.module(
  class BottleneckBlock extends nn.Module {
    apply(x: Tensor, { features, strides = 1, train = false }: BlockOptions) {
      const conv = nn.Conv.partial({ features, kernelSize: [1, 1], bias: false });
      const norm = nn.BatchNorm.partial({ useRunningAverage: !train, momentum: 0.9 });
      let y = nn.relu(norm(conv(x)));
      y = nn.relu(norm(conv(y, { kernelSize: [3, 3], strides: [strides, strides] })));
      y = norm(conv(y, { features: 4 * features }), { scaleInit: nn.initializers.zeros });
      return nn.relu(y.add(Shortcut(x, { features: 4 * features, strides, train })));
    }
  },
);

/** What a block's convolutions are added to: its input, fitted to their shape where that differs. */
const Shortcut = nn.module(
  class Shortcut extends nn.Module {
    apply(x: Tensor, { features, strides = 1, train = false }: BlockOptions) {
      if (x.shape[3] === features && strides === 1) return x;
      const y = nn.Conv(x, { features, kernelSize: [1, 1], strides: [strides, strides], bias: false });
      return nn.BatchNorm(y, { useRunningAverage: !train, momentum: 0.9 });
    }
  },
);

interface ResNetOptions {
  /** The number of blocks in each stage; each stage but the first halves height and width and doubles the features. */
  stages: readonly number[];
  block: typeof BasicBlock | typeof BottleneckBlock;
  features?: number;
  classes: number;
  /** Whether the images are so small that their size is halved once rather than twice before the first stage. */
  small?: boolean;
  train?: boolean;
}

const ResNet = nn.module(
  class ResNet extends nn.Module {
    apply(x: Tensor, { stages, block, features = 64, classes, small = false, train = false }: ResNetOptions) {
      const size = small ? 3 : 7;
      x = nn.Conv(x, { features, kernelSize: [size, size], strides: [2, 2], bias: false });
      x = nn.relu(nn.BatchNorm(x, { useRunningAverage: !train, momentum: 0.9 }));
      if (!small) x = nn.maxPool(x, [3, 3], { strides: [2, 2], padding: 'SAME' });
      stages.forEach((blocks, stage) => {
        for (let i = 0; i < blocks; i++) {
          x = block(x, { features: features * 2 ** stage, strides: stage > 0 && i === 0 ? 2 : 1, train });
        }
      });
      return nn.Dense(jnp.mean(x, [1, 2]), { features: classes });
    }
  },
);

/** @input x f32[B, 224, 224, 3] */
export const ResNet50 = ResNet.partial({ stages: [3, 4, 6, 3], block: BottleneckBlock, classes: 1000 });

/** @input x f32[B, 28, 28, 1] */
export const MnistNet = ResNet.partial({
  stages: [1, 1, 1],
  block: BasicBlock,
  features: 16,
  classes: 10,
  small: true,
});

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '600' },
    seed: { type: 'string', default: '0' },
  },
});
const steps = Number(values.steps);
const batchSize = 64;

const train = loadMnist('train');
const test = loadMnist('test');
const images = jnp.array(train.images).reshape([-1, 28, 28, 1]);
const labels = jnp.array(train.labels, 'int32');
const testImages = jnp.array(test.images).reshape([-1, 28, 28, 1]);
const testLabels = jnp.array(test.labels, 'int32');

const [initKey, dataKey] = random.split(random.PRNGKey(Number(values.seed)));
// Batch normalization keeps running means and variances beside the parameters.
const [[, params], initialState] = nn.stateful(() => MnistNet.initByShape(initKey, [[1, 28, 28, 1]]));
let state = initialState;
let optimizer = optim.Momentum({ beta: 0.9, nesterov: true }).create(nn.Model(MnistNet, params));
const rate = optim.schedules.warmUp(optim.schedules.cosine(0.1, steps), 20);

/** One step, compiled as a whole: what changes goes in and comes out, the state too. */
const trainStep = jit((before: typeof optimizer, stateBefore: nn.Collection, key: Tensor, learningRate: number) => {
  const batch = random.randint(key, [batchSize], 0, train.labels.length);
  const [x, y] = [jnp.take(images, batch, 0), jnp.take(labels, batch, 0)];
  const [[loss, { logits, state }], grad] = valueAndGrad(
    (model: typeof optimizer.target) => {
      const [logits, state] = nn.stateful(stateBefore, () => model(x, { train: true }));
      return [crossEntropy(logits, y), { logits, state }];
    },
    { hasAux: true },
  )(before.target);
  return { next: before.applyGradient(grad, { learningRate }), state, loss, accuracy: accuracy(logits, y) };
});

const bar = progressBar('ResNet', steps);
for (let step = 1; step <= steps; step++) {
  const result = trainStep(optimizer, state, random.foldIn(dataKey, step), rate(step));
  optimizer = result.next;
  state = result.state;
  // Reading values waits for the step, so not every step is read.
  if (step % 20 === 0 || step === steps) {
    bar.update(step, { loss: result.loss.item(), accuracy: result.accuracy.item() });
  }
}
bar.stop();
console.log(`\nResNet after ${steps} steps: test accuracy ${(100 * evaluate()).toFixed(2)} %`);

/** The accuracy on the test images, 1,000 at a time. The state is read and stays as it is. */
function evaluate(): number {
  const chunks = jnp.split(testImages, 10).map((x, i) => {
    const [logits] = nn.stateful(state, () => optimizer.target(x), { mutable: false });
    return number(accuracy(logits, testLabels.slice([i * 1000], [1000])));
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
  return scalar.dataSync()[0];
}
