// Stock tfjs-node, op by op, over the same libtensorflow: `node peer.mjs <case> <arrays> <tfjs_binding.node>`.
import { createRequire } from 'node:module';
import { readArrays, serve } from '../serve.mjs';

const require = createRequire(import.meta.url);
const [name, header, binding] = process.argv.slice(2);

// tfjs-node asks node-pre-gyp where its addon is.
const gyp = require.resolve('@mapbox/node-pre-gyp', { paths: [require.resolve('@tensorflow/tfjs-node/package.json')] });
require.cache[gyp] = { id: gyp, filename: gyp, loaded: true, exports: { find: () => binding } };
const tf = require('@tensorflow/tfjs-node');

const dense = (p, name, x) => x.matMul(p[`${name}/kernel`]).add(p[`${name}/bias`]);

const layerNorm = (p, name, x) => {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).mul(variance.add(1e-6).rsqrt()).mul(p[`${name}/scale`]).add(p[`${name}/bias`]);
};

const gelu = (x) => {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
};

/** On [B * T, 256], as matMul's gradient takes two matrices. */
const attention = (p, name, x, batch, length) => {
  const heads = (part) =>
    x
      .matMul(p[`${name}/${part}/kernel`].reshape([256, 256]))
      .add(p[`${name}/${part}/bias`].reshape([256]))
      .reshape([batch, length, 8, 32])
      .transpose([0, 2, 1, 3]);
  const weights = heads('query').div(Math.sqrt(32)).matMul(heads('key'), false, true).softmax();
  const mixed = weights
    .matMul(heads('value'))
    .transpose([0, 2, 1, 3])
    .reshape([batch * length, 256]);
  return mixed.matMul(p[`${name}/out/kernel`].reshape([256, 256])).add(p[`${name}/out/bias`]);
};

const models = {
  linreg: (p, x) => dense(p, 'Dense_0', x),
  mlp: (p, x) => dense(p, 'Dense_2', dense(p, 'Dense_1', dense(p, 'Dense_0', x).relu()).relu()),
  cnn: (p, x) => {
    for (const name of ['Conv_0', 'Conv_1']) {
      x = x.conv2d(p[`${name}/kernel`], 1, 'same').add(p[`${name}/bias`]).relu().avgPool(2, 2, 'valid');
    }
    return dense(p, 'Dense_1', dense(p, 'Dense_0', x.reshape([x.shape[0], -1])).relu());
  },
  transformer: (p, input) => {
    const [batch, length, size] = input.shape;
    let x = input.reshape([batch * length, size]);
    for (let i = 0; i < 4; i++) {
      const normal = layerNorm(p, `LayerNorm_${2 * i}`, x);
      x = x.add(attention(p, `MultiHeadDotProductAttention_${i}`, normal, batch, length));
      const hidden = gelu(dense(p, `Dense_${2 * i}`, layerNorm(p, `LayerNorm_${2 * i + 1}`, x)));
      x = x.add(dense(p, `Dense_${2 * i + 1}`, hidden));
    }
    return layerNorm(p, 'LayerNorm_8', x).reshape([batch, length, size]);
  },
  lstm: (p, x) => {
    const [batch] = x.shape;
    const all = (side, kind, axis) =>
      tf.concat(
        ['i', 'f', 'g', 'o'].map((gate) => p[`lstm/${side}${gate}/${kind}`]),
        axis,
      );
    const ofInput = all('i', 'kernel', 1);
    const ofOutput = all('h', 'kernel', 1);
    const bias = all('h', 'bias', 0);
    let c = tf.zeros([batch, 64]);
    let h = tf.zeros([batch, 64]);
    const outputs = x.unstack(1).map((row) => {
      const [i, f, g, o] = row.matMul(ofInput).add(h.matMul(ofOutput)).add(bias).split(4, 1);
      c = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
      h = o.sigmoid().mul(c.tanh());
      return h;
    });
    return tf.stack(outputs, 1);
  },
};

const crossEntropy = (logits, { labels }) => tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), logits);
const meanSquare = (output, { y }) => output.sub(y).square().mean();

const trained = {
  linreg: [models.linreg, meanSquare, () => tf.train.momentum(0.1, 0.9)],
  linreg100: [models.linreg, meanSquare, () => tf.train.momentum(0.1, 0.9)],
  mlp: [models.mlp, crossEntropy, () => tf.train.adam(1e-3, 0.9, 0.999, 1e-8)],
  cnn: [models.cnn, crossEntropy, () => tf.train.momentum(0.01, 0.9)],
  transformer: [models.transformer, meanSquare, () => tf.train.adam(1e-4, 0.9, 0.999, 1e-8)],
  lstm: [models.lstm, meanSquare, () => tf.train.adam(1e-3, 0.9, 0.999, 1e-8)],
};

function training(name) {
  const [model, lossOf, makeOptimizer] = trained[name];
  const arrays = readArrays(header);
  const optimizer = makeOptimizer();
  const tensors = (list) =>
    Object.fromEntries(
      Object.entries(list).map(([key, { values, shape, dtype }]) => [key, tf.tensor(values, shape, dtype)]),
    );
  const data = tensors(arrays.data);
  const params = tensors(arrays.params);
  const variables = Object.fromEntries(Object.entries(tensors(arrays.params)).map(([key, x]) => [key, tf.variable(x)]));
  const own = Object.values(variables);

  const one = () => optimizer.minimize(() => lossOf(model(variables, data.x), data), true, own);
  const hundred = () => {
    for (let i = 0; i < 99; i++) one().dispose();
    return one();
  };
  let last;
  const keep = (make) => {
    last?.dispose();
    last = make();
    return last;
  };
  const train = () => keep(name === 'linreg100' ? hundred : one);
  const calls = { train: { run: train, loss: (loss) => loss.dataSync()[0] } };
  if (name === 'linreg100') return calls;
  const forward = () => keep(() => tf.tidy(() => model(params, data.x)));
  return { ...calls, forward: { run: forward, loss: (y) => tf.sum(y).dataSync()[0] } };
}

function dispatch() {
  const repeat = 1000;
  const x = tf.ones([4]);
  const run = () => {
    for (let i = 0; i < repeat; i++) x.add(x).dispose();
  };
  return { op: { run, repeat } };
}

await serve(name in trained ? training(name) : dispatch());
