/**
 * An LSTM that reads a book character by character, and then goes on by itself: `npx distaff run lstm-text.ts`.
 * (Graves, "Generating Sequences With Recurrent Neural Networks", 2013.)
 */
import { parseArgs } from 'node:util';
import { jit, jnp, lax, nn, optim, random, type Tensor, valueAndGrad } from 'distaff';
import { loadBook } from './data/book';
import { progressBar } from './progress';

const features = 256;

/**
 * From what was read before (the carry) and the next characters of each text to a carry that knows them too, and to
 * logits of the character after each.
 *
 * @input carry (f32[B, 256], f32[B, 256])
 * @input tokens i32[B, T]
 * @with { vocabulary: 63 }
 */
const CharacterModel = nn.module(
  class CharacterModel extends nn.Module {
    apply(carry: nn.LSTMCarry, tokens: Tensor, { vocabulary }: { vocabulary: number }): [nn.LSTMCarry, Tensor] {
      const embedded = nn.Embed(tokens, { numEmbeddings: vocabulary, features: 64, name: 'embed' });
      const cell = nn.OptimizedLSTMCell.shared({ name: 'lstm' });
      // A step of scan is what a cell does: from a carry and an input to a carry and an output.
      const [after, outputs] = lax.scan(cell, carry, jnp.moveaxis(embedded, 1, 0));
      const logits = nn.Dense(jnp.moveaxis(outputs, 0, 1), { features: vocabulary, name: 'logits' });
      return [after, logits];
    }
  },
);

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '0' },
    /** Below 1 the text is more usual, above 1 it is wilder. */
    temperature: { type: 'string', default: '0.7' },
    characters: { type: 'string', default: '400' },
  },
});
const steps = Number(values.steps);
const [batchSize, length] = [32, 32];

const book = loadBook();
const vocabulary = book.characters.length;
// As many texts are read side by side as a batch has rows; the last twentieth of each is kept for testing.
const perRow = Math.floor(book.tokens.length / batchSize);
const texts = jnp.array(book.tokens.subarray(0, batchSize * perRow), 'int32').reshape([batchSize, perRow]);
const testBegin = Math.floor(0.95 * perRow);
const parts = Math.floor((testBegin - 1) / length);

const [initKey, carryKey, sampleKey] = random.split(random.PRNGKey(Number(values.seed)), 3);
const carryFor = (rows: number) => nn.OptimizedLSTMCell.initializeCarry(carryKey, [rows], features);
const [, model] = CharacterModel.partial({ vocabulary }).createByShape(initKey, [
  [`f32[1, ${features}]`, `f32[1, ${features}]`],
  `i32[1, ${length}]`,
]);
let optimizer = optim.Adam({ learningRate: 2e-3 }).create(model);

const usual = unigramEntropy(book.tokens);
console.log(`${book.tokens.length} characters, ${vocabulary} different ones.`);
console.log(`Who knows how often each occurs loses ${usual.toFixed(3)} nats a character.`);

/** One step, compiled as a whole; where the part begins is an argument, as it is another one each time. */
const trainStep = jit((before: typeof optimizer, carry: nn.LSTMCarry, begin: Tensor) => {
  const [[loss, after], grad] = valueAndGrad(read, { hasAux: true })(before.target, carry, begin);
  return { next: before.applyGradient(optim.clipByGlobalNorm(grad, 1)), carry: after, loss };
});

const bar = progressBar('LSTM', steps);
let carry: nn.LSTMCarry = carryFor(batchSize);
for (let step = 1; step <= steps; step++) {
  const part = (step - 1) % parts;
  // The text goes on where the last part ended, and so does the carry, but no gradient goes back beyond that.
  if (part === 0) carry = carryFor(batchSize);
  const result = trainStep(optimizer, carry, jnp.array(part * length, 'int32'));
  carry = result.carry;
  optimizer = result.next;
  // Reading values waits for the step, so not every step is read.
  if (step % 20 === 0 || step === steps) bar.update(step, { loss: result.loss.item() });
}
bar.stop();

console.log(`\nTest loss: ${test(20).toFixed(3)} nats a character.`);
console.log(write('In the beginning ', Number(values.characters), Number(values.temperature)));

/** Reads a part of each text; gives the mean loss of the predictions, and the carry behind it. */
function read(model: typeof optimizer.target, carry: nn.LSTMCarry, begin: Tensor) {
  const tokens = lax.dynamicSliceInDim(texts, begin, length, 1);
  const next = lax.dynamicSliceInDim(texts, begin.add(jnp.array(1, 'int32')), length, 1);
  const [after, logits] = model(carry, tokens);
  return [crossEntropy(logits, next), after] as const;
}

/** The mean loss over the first parts of what was kept for testing. */
function test(parts: number): number {
  let carry: nn.LSTMCarry = carryFor(batchSize);
  let sum = 0;
  for (let part = 0; part < parts; part++) {
    const [loss, after] = read(optimizer.target, carry, jnp.array(testBegin + part * length, 'int32'));
    carry = after;
    sum += number(loss);
  }
  return sum / parts;
}

/** Goes on with a text: each character is drawn from what the model expects, and read before the next. */
function write(beginning: string, count: number, temperature: number): string {
  let carry: nn.LSTMCarry = carryFor(1);
  let unread = jnp.array([[...beginning].map((character) => book.characters.indexOf(character))], 'int32');
  const written: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    const [after, logits] = optimizer.target(carry, unread);
    carry = after;
    const last = logits.slice([0, unread.size - 1, 0], [1, 1, vocabulary]);
    unread = random.categorical(random.foldIn(sampleKey, i), last.div(temperature));
    written.push(unread);
  }
  const tokens = jnp.concatenate(written, 1).dataSync();
  return beginning + [...tokens].map((token) => book.characters[token]).join('');
}

/** `logits: f32[B, T, V]`, `tokens: i32[B, T]`; the mean over both. */
function crossEntropy(logits: Tensor, tokens: Tensor): Tensor {
  return jnp.mean(jnp.sum(nn.oneHot(tokens, vocabulary).mul(nn.logSoftmax(logits)), -1)).neg();
}

/** The entropy of single characters in nats: the loss of a model that only knows how often each occurs. */
function unigramEntropy(tokens: Int32Array): number {
  const counts = new Float64Array(vocabulary);
  for (const token of tokens) counts[token]++;
  return counts.reduce((sum, count) => sum - (count / tokens.length) * Math.log(count / tokens.length), 0);
}

function number(scalar: Tensor): number {
  return scalar.dataSync()[0];
}
