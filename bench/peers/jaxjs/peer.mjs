// jax-js on its Wasm backend, jitted: `node peer.mjs <case> <arrays>`. It has no scan and no optimizers of its own.
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { readArrays, serve } from '../serve.mjs';

await init('wasm');
defaultDevice('wasm');
const [name, header] = process.argv.slice(2);

// An array that is used is spent, unless `.ref` is.
const dense = (p, name, x) => np.dot(x, p[`${name}/kernel`].ref).add(p[`${name}/bias`].ref);

const layerNorm = (p, name, x) => {
  const centered = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centered.ref), -1, { keepdims: true });
  return centered
    .div(np.sqrt(variance.add(1e-6)))
    .mul(p[`${name}/scale`].ref)
    .add(p[`${name}/bias`].ref);
};

/** On [B, C, H, W] with kernels [O, I, H, W], as jax-js has no other layout. */
const conv = (p, name, x) => {
  const kernel = np.transpose(p[`${name}/kernel`].ref, [3, 2, 0, 1]);
  return lax.conv(x, kernel, [1, 1], 'SAME').add(p[`${name}/bias`].ref.reshape([-1, 1, 1]));
};
const avgPool = (x) => {
  const [batch, channels, height, width] = x.shape;
  return np.mean(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
};

const attention = (p, name, x) => {
  const [batch, length] = x.shape;
  const matrix = (part) => p[`${name}/${part}/kernel`].ref.reshape([256, 256]);
  const heads = (part) =>
    np.dot(x.ref, matrix(part)).reshape([batch, length, 8, 32]).add(p[`${name}/${part}/bias`].ref);
  const query = np.transpose(heads('query').div(Math.sqrt(32)), [0, 2, 1, 3]);
  const weights = nn.softmax(np.matmul(query, np.transpose(heads('key'), [0, 2, 3, 1])), -1);
  const mixed = np.matmul(weights, np.transpose(heads('value'), [0, 2, 1, 3]));
  x.dispose();
  const joined = np.transpose(mixed, [0, 2, 1, 3]).reshape([batch, length, 256]);
  return np.dot(joined, matrix('out')).add(p[`${name}/out/bias`].ref);
};

const models = {
  linreg: (p, x) => dense(p, 'Dense_0', x),
  mlp: (p, x) => dense(p, 'Dense_2', nn.relu(dense(p, 'Dense_1', nn.relu(dense(p, 'Dense_0', x))))),
  cnn: (p, x) => {
    x = np.transpose(x, [0, 3, 1, 2]);
    for (const name of ['Conv_0', 'Conv_1']) x = avgPool(nn.relu(conv(p, name, x)));
    x = np.transpose(x, [0, 2, 3, 1]);
    return dense(p, 'Dense_1', nn.relu(dense(p, 'Dense_0', x.reshape([x.shape[0], -1]))));
  },
  transformer: (p, x) => {
    for (let i = 0; i < 4; i++) {
      x = x.ref.add(attention(p, `MultiHeadDotProductAttention_${i}`, layerNorm(p, `LayerNorm_${2 * i}`, x)));
      const hidden = nn.gelu(dense(p, `Dense_${2 * i}`, layerNorm(p, `LayerNorm_${2 * i + 1}`, x.ref)));
      x = x.add(dense(p, `Dense_${2 * i + 1}`, hidden));
    }
    return layerNorm(p, 'LayerNorm_8', x);
  },
};

const crossEntropy = (logits, { labels }) =>
  np.mean(np.sum(nn.oneHot(labels.ref, 10).mul(nn.logSoftmax(logits, -1)), -1)).neg();
const meanSquare = (output, { y }) => np.mean(np.square(output.sub(y.ref)));

const zerosLike = (params) => tree.map((x) => np.zeros(x.shape), params);
const each = (params, fn) => Object.fromEntries(Object.keys(params).map((path) => [path, fn(path)]));

const momentum = (learningRate) => ({
  init: (params) => ({ velocity: zerosLike(params) }),
  update: (params, grads, { velocity }) => {
    const next = each(params, (path) => velocity[path].mul(0.9).add(grads[path]));
    return [each(params, (path) => params[path].sub(next[path].ref.mul(learningRate))), { velocity: next }];
  },
});

const adam = (learningRate) => ({
  init: (params) => ({ mean: zerosLike(params), square: zerosLike(params), step: np.zeros([]) }),
  update: (params, grads, { mean, square, step }) => {
    step = step.add(1);
    const bias = (beta) =>
      np
        .exp(step.ref.mul(Math.log(beta)))
        .neg()
        .add(1);
    const [bias1, bias2] = [bias(0.9), bias(0.999)];
    const m = each(params, (path) => mean[path].mul(0.9).add(grads[path].ref.mul(0.1)));
    const s = each(params, (path) => square[path].mul(0.999).add(np.square(grads[path]).mul(0.001)));
    const next = each(params, (path) => {
      const root = np.sqrt(s[path].ref.div(bias2.ref)).add(1e-8);
      return params[path].sub(m[path].ref.div(bias1.ref).div(root).mul(learningRate));
    });
    bias1.dispose();
    bias2.dispose();
    return [next, { mean: m, square: s, step }];
  },
});

const trained = {
  linreg: [models.linreg, meanSquare, momentum(0.1)],
  mlp: [models.mlp, crossEntropy, adam(1e-3)],
  cnn: [models.cnn, crossEntropy, momentum(0.01)],
  transformer: [models.transformer, meanSquare, adam(1e-4)],
};

function training(name) {
  const [model, lossOf, optimizer] = trained[name];
  const arrays = readArrays(header);
  const toArrays = (list) =>
    Object.fromEntries(Object.entries(list).map(([key, { values, shape }]) => [key, np.array(values).reshape(shape)]));
  const data = toArrays(arrays.data);
  const params = toArrays(arrays.params);
  let own = toArrays(arrays.params);
  let state = optimizer.init(tree.ref(own));

  const step = jit((params, state, data) => {
    const [loss, grads] = valueAndGrad((params) => lossOf(model(params, data.x.ref), data))(tree.ref(params));
    const [next, nextState] = optimizer.update(params, grads, state);
    return [next, nextState, loss];
  });
  const forward = jit((params, x) => model(params, x));
  let last;
  const keep = async (result) => {
    last?.dispose();
    last = result;
    await blockUntilReady(result);
    return result;
  };
  return {
    train: {
      run: () => {
        const [next, nextState, loss] = step(own, state, tree.ref(data));
        own = next;
        state = nextState;
        return keep(loss);
      },
      loss: (loss) => loss.ref.item(),
    },
    forward: {
      run: () => keep(forward(tree.ref(params), data.x.ref)),
      loss: (y) => np.sum(y.ref).item(),
    },
  };
}

function dispatch() {
  const repeat = 100;
  const x = np.ones([4]);
  const add = jit((x) => x.ref.add(x));
  const repeated = (fn) => ({
    repeat,
    run: async () => {
      for (let i = 0; i < repeat; i++) {
        const y = fn(x.ref);
        await y.blockUntilReady();
        y.dispose();
      }
    },
  });
  return { op: repeated((x) => x.ref.add(x)), jit: repeated(add) };
}

await serve(name in trained ? training(name) : dispatch());
