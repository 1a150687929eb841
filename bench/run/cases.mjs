// What is timed, and the arrays that all peers begin with: parameters under the names that Flax gives them.

const dense = (name, inputs, outputs) => ({
  [`${name}/kernel`]: kernel([inputs, outputs], inputs),
  [`${name}/bias`]: zeros([outputs]),
});
const conv = (name, inputs, outputs) => ({
  [`${name}/kernel`]: kernel([3, 3, inputs, outputs], 9 * inputs),
  [`${name}/bias`]: zeros([outputs]),
});
const norm = (name, size) => ({ [`${name}/scale`]: { shape: [size], fill: 1 }, [`${name}/bias`]: zeros([size]) });
const zeros = (shape) => ({ shape, fill: 0 });
/** Uniform, of variance 1 / fanIn. */
const kernel = (shape, fanIn) => ({ shape, within: Math.sqrt(3 / fanIn) });
/** Uniform, of variance 1. */
const data = (shape) => ({ shape, within: Math.sqrt(3) });
const labels = (shape, below) => ({ shape, below });

const attention = (name) => ({
  ...Object.assign(
    {},
    ...['query', 'key', 'value'].map((part) => ({
      [`${name}/${part}/kernel`]: kernel([256, 8, 32], 256),
      [`${name}/${part}/bias`]: zeros([8, 32]),
    })),
  ),
  [`${name}/out/kernel`]: kernel([8, 32, 256], 256),
  [`${name}/out/bias`]: zeros([256]),
});

const encoderLayer = (layer) => ({
  ...norm(`LayerNorm_${2 * layer}`, 256),
  ...attention(`MultiHeadDotProductAttention_${layer}`),
  ...norm(`LayerNorm_${2 * layer + 1}`, 256),
  ...dense(`Dense_${2 * layer}`, 256, 1024),
  ...dense(`Dense_${2 * layer + 1}`, 1024, 256),
});

const linearRegression = { params: dense('Dense_0', 1, 1), data: { x: data([30, 1]), y: data([30, 1]) } };

/** The models that are trained: a peer gives for each the calls that it has of `train` and `forward`. */
const MODELS = {
  linreg: { title: 'Linear regression, 30 points, Momentum', ...linearRegression },
  linreg100: { title: 'The same, 100 steps in one lax.scan', ...linearRegression, calls: ['train'] },
  mlp: {
    title: 'MLP 784-512-512-10, batch 128, Adam',
    params: { ...dense('Dense_0', 784, 512), ...dense('Dense_1', 512, 512), ...dense('Dense_2', 512, 10) },
    data: { x: data([128, 784]), labels: labels([128], 10) },
  },
  cnn: {
    title: 'CNN 28×28, batch 128, Momentum',
    params: {
      ...conv('Conv_0', 1, 32),
      ...conv('Conv_1', 32, 64),
      ...dense('Dense_0', 7 * 7 * 64, 256),
      ...dense('Dense_1', 256, 10),
    },
    data: { x: data([128, 28, 28, 1]), labels: labels([128], 10) },
  },
  transformer: {
    title: 'Transformer, 4 layers, d 256, length 128, batch 8, Adam',
    params: Object.assign({}, ...[0, 1, 2, 3].map(encoderLayer), norm('LayerNorm_8', 256)),
    data: { x: data([8, 128, 256]), y: data([8, 128, 256]) },
  },
  lstm: {
    title: 'LSTM, 128 steps, 64 features, batch 32, Adam',
    params: Object.assign(
      {},
      ...['i', 'f', 'g', 'o'].map((gate) => ({
        [`lstm/i${gate}/kernel`]: kernel([64, 64], 64),
        [`lstm/h${gate}/kernel`]: kernel([64, 64], 64),
        [`lstm/h${gate}/bias`]: zeros([64]),
      })),
    ),
    data: { x: data([32, 128, 64]), y: data([32, 128, 64]) },
  },
};

/** What has no values to compare. */
const OTHERS = {
  resnet50: { title: 'ResNet-50', calls: ['init', 'evalShape'] },
  transformerShapes: { title: 'Transformer, 4 layers', calls: ['evalShape'] },
  dispatch: { title: 'Adding two f32[4]', calls: ['op', 'jit'] },
};

export const CALLS = {
  train: 'training step',
  forward: 'forward',
  init: 'init',
  evalShape: 'evalShape',
  op: 'eager',
  jit: 'jitted',
};

/** @type {Record<string, { title: string, calls: string[], params: object, data: object }>} */
export const CASES = Object.fromEntries(
  Object.entries({ ...MODELS, ...OTHERS }).map(([name, one]) => [
    name,
    { calls: ['train', 'forward'], params: {}, data: {}, ...one },
  ]),
);
