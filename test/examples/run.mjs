// Trains the examples on their real data, as a user does, and checks what they reach. `npm run test:examples`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `distaff run FILE`; prints its output as it comes and gives it back. */
function run(file, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['runtime/bin/distaff.mjs', 'run', file, ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '--expose-gc' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code, output }));
  });
}

let passed = 0;
let failed = 0;
const check = (sentence, holds) => {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${sentence}`);
  if (holds) passed++;
  else failed++;
};

const MODELS = [
  { model: 'mlp', epochs: 3, accuracy: 97 },
  { model: 'cnn', epochs: 2, accuracy: 98.5 },
];
for (const { model, epochs, accuracy } of MODELS) {
  const { code, output } = await run('examples/mnist.ts', '--model', model, '--epochs', String(epochs));
  const found = [...output.matchAll(/test accuracy ([\d.]+) % \((\d+) tensors/g)];
  const reached = Number(found.at(-1)?.[1] ?? 0);
  const tensors = found.map((epoch) => Number(epoch[2]));
  check(`examples/mnist.ts --model ${model} ends well after ${epochs} epochs`, code === 0 && found.length === epochs);
  check(`the ${model} reaches ${accuracy} % on the test images of MNIST: ${reached} %`, reached >= accuracy);
  const [first = 0] = tensors;
  check(
    `its tensors in use do not grow from epoch to epoch: ${tensors.join(', ')}`,
    // An epoch has hundreds of steps; a few tensors more or less wait for the collector.
    first > 0 && tensors.every((count) => count <= first + 20),
  );
  check(
    'its progress shows loss, accuracy, steps/s and the time left',
    /loss \d.*accuracy [\d.]+ %.*steps\/s.*left/.test(output),
  );
}

/** Of each what its last line says that it reached, in percent. */
const TRAININGS = [
  { file: 'transformer.ts', steps: 400, says: /([\d.]+) % were sorted without a mistake/, reaches: 80 },
  { file: 'resnet.ts', steps: 300, says: /test accuracy ([\d.]+) %/, reaches: 95 },
];
for (const { file, steps, says, reaches } of TRAININGS) {
  const { code, output } = await run(`examples/${file}`, '--steps', String(steps));
  const reached = Number(says.exec(output)?.[1] ?? 0);
  check(`examples/${file} ends well after ${steps} steps`, code === 0);
  check(`examples/${file} reaches ${reaches} %: ${reached} %`, reached >= reaches);
}

const tour = await run('examples/guided-tour.ts');
check('examples/guided-tour.ts ends well', tour.code === 0);
check('its last cell prints', /output with a scale of 1, 2, 3, 4: Tensor f32\[1, 4\]/.test(tour.output));

const pictures = mkdtempSync(path.join(tmpdir(), 'distaff-vae-'));
const vae = await run('examples/vae.ts', '--steps', '300', '--out', pictures);
const nats = Number(/Test images: loss ([\d.]+) nats/.exec(vae.output)?.[1] ?? Infinity);
check('examples/vae.ts ends well after 300 steps', vae.code === 0);
check(
  `its loss on test images, ${nats} nats, is far below the 206 of a model that knows each pixel's mean`,
  nats < 140,
);
const sizes = Object.entries({ 'drawings.pgm': 64, 'reconstructions.pgm': 16 }).map(([name, images]) => {
  const picture = readFileSync(path.join(pictures, name));
  return picture.length - (picture.indexOf('\n') + 1) === 28 * 28 * images;
});
check('it saves what it draws', sizes.every(Boolean));
rmSync(pictures, { recursive: true });

const text = await run('examples/lstm-text.ts', '--steps', '100', '--characters', '100');
const read = (says) => Number(says.exec(text.output)?.[1] ?? Number.NaN);
const [lost, usual] = [read(/Test loss: ([\d.]+) nats/), read(/each occurs loses ([\d.]+) nats/)];
check('examples/lstm-text.ts ends well after 100 steps', text.code === 0);
check(
  `its loss on text that it has not read, ${lost}, is far below that of single characters, ${usual}`,
  lost < 2.3 && usual > 3,
);
check('it goes on with a text', /\nIn the beginning [\s\S]{100}/.test(text.output));

const byShape = await run('test/examples/byShape.mjs', '--steps', '1');
const answers = [...byShape.output.matchAll(/^(.*): (yes|no.*)$/gm)];
check('the modules of the examples are initialized from shapes', byShape.code === 0 && answers.length === 6);
for (const [, sentence, answer] of answers) check(sentence, answer === 'yes');

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
