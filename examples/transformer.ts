/**
 * A Transformer that learns to sort: it reads a word and writes its letters in alphabetical order, one after the other.
 * `npx distaff run transformer.ts`, or with words of your own: `npx distaff run transformer.ts spindle yarn`.
 */
import { parseArgs } from 'node:util';
import { jit, jnp, nn, optim, random, type Tensor, valueAndGrad } from 'distaff';
import { longest, mark, randomWords, toText, toTokens } from './data/words';
import { progressBar } from './progress';

interface Options {
  /** Whether to drop out, with keys from nn.stochastic. */
  train?: boolean;
  /** Where attention keeps what it read before, so that each step reads one more token only. */
  cache?: nn.attention.Cache;
}

/** @input x f32[B, T, 64] */
const Block = nn.module(
  class Block extends nn.Module {
    apply(x: Tensor, { train = false, cache }: Options) {
      const dropout = (y: Tensor) => nn.dropout(y, 0.05, { deterministic: !train });
      const attended = nn.SelfAttention(nn.LayerNorm(x), { numHeads: 4, causalMask: true, cache });
      x = x.add(dropout(attended));
      const hidden = nn.relu(nn.Dense(nn.LayerNorm(x), { features: 256 }));
      return x.add(dropout(nn.Dense(hidden, { features: 64 })));
    }
  },
);

/** @input tokens i32[B, T] */
export const Transformer = nn.module(
  class Transformer extends nn.Module {
    apply(tokens: Tensor, { position = 0, ...options }: Options & { position?: number }) {
      const embed = nn.Embed.shared({ numEmbeddings: 28, features: 64, name: 'tokens' });
      const positions = jnp.arange(position, position + jnp.size(tokens, 1));
      const places = nn.Embed(positions, { numEmbeddings: 2 * longest, features: 64, name: 'positions' });
      let x = embed(tokens).add(places);
      for (let i = 0; i < 2; i++) x = Block(x, options);
      // The vectors that tokens are read with also say which one to write.
      return embed.attend(nn.LayerNorm(x));
    }
  },
);

const { values, positionals } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
  },
  allowPositionals: true,
});
const steps = Number(values.steps);
const batchSize = 64;
const asked = (positionals.length > 0 ? positionals : ['flax', 'distaff', 'spindle']).map(toTokens);

const [initKey, dataKey, dropoutKey, testKey] = random.split(random.PRNGKey(Number(values.seed)), 4);
const [[, params], cacheShapes] = new nn.attention.Cache().mutate((cache) =>
  Transformer.initByShape(initKey, [`i32[1, ${2 * longest}]`], { cache }),
);
let optimizer = optim.Adam().create(nn.Model(Transformer, params));
const rate = optim.schedules.warmUp(optim.schedules.cosine(4e-3, steps), 50);

/** One step, compiled as a whole. */
const trainStep = jit((before: typeof optimizer, dataKey: Tensor, dropoutKey: Tensor, learningRate: number) => {
  const { words, answers } = randomWords(dataKey, batchSize);
  const asking = jnp.full([batchSize, 1], mark, 'int32');
  // Nothing follows the last letter of the answer, so it is not read.
  const tokens = jnp.concatenate([words, asking, answers], 1).slice([0, 0], [-1, 2 * longest]);
  const [[loss, logits], grad] = valueAndGrad(
    (model: typeof optimizer.target) => {
      const all = nn.stochastic(dropoutKey, () => model(tokens, { train: true }));
      const logits = all.slice([0, longest]);
      return [crossEntropy(logits, answers), logits];
    },
    { hasAux: true },
  )(before.target);
  const next = before.applyGradient(grad, { learningRate });
  return { next, loss, accuracy: accuracy(jnp.argmax(logits, -1), answers) };
});

const bar = progressBar('Transformer', steps);
for (let step = 1; step <= steps; step++) {
  const keys = [random.foldIn(dataKey, step), random.foldIn(dropoutKey, step)] as const;
  const { next, loss, accuracy } = trainStep(optimizer, ...keys, rate(step));
  optimizer = next;
  // Reading values waits for the step, so not every step is read.
  if (step % 20 === 0 || step === steps) {
    bar.update(step, { loss: loss.item(), accuracy: accuracy.item() });
  }
}
bar.stop();

const { words, answers } = randomWords(testKey, 1000);
const sorted = number(accuracy(write(words), answers));
console.log(`\nOf 1,000 new words ${(100 * sorted).toFixed(1)} % were sorted without a mistake.`);
for (const word of asked) console.log(`${toText(word)} → ${toText(write(word))}`);

/** The model's answers to words, both i32[size, longest]: what it writes it reads next, one token at a time. */
function write(words: Tensor): Tensor {
  const [size] = words.shape;
  let tokens = jnp.concatenate([words, jnp.full([size, 1], mark, 'int32')], 1);
  let cache = cacheShapes.initializeCache([size, 2 * longest]);
  for (let position = 0; position < 2 * longest; position++) {
    const token = tokens.slice([0, position], [size, 1]);
    const [logits, after] = cache.mutate((cache) => optimizer.target(token, { cache, position }));
    cache = after;
    if (position >= longest) tokens = jnp.concatenate([tokens, jnp.argmax(logits, -1)], 1);
  }
  return tokens.slice([0, longest + 1]);
}

/** `logits: f32[B, T, 28]`, `tokens: i32[B, T]`; the mean over both. */
function crossEntropy(logits: Tensor, tokens: Tensor): Tensor {
  return jnp.mean(jnp.sum(nn.oneHot(tokens, 28).mul(nn.logSoftmax(logits)), -1)).neg();
}

/** The fraction of answers without a mistake. */
function accuracy(written: Tensor, answers: Tensor): Tensor {
  return jnp.mean(jnp.all(jnp.equal(written, answers), -1));
}

function number(scalar: Tensor): number {
  return scalar.dataSync()[0];
}
