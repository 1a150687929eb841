// Distaff beside JAX with Flax, TensorFlow's tf.function, jax-js and stock tfjs-node, all in one run. `npm run bench`
// writes bench/results.json and the tables of bench/README.md. Options: --model mlp, --peer jax (both several times or
// with commas), --rounds 7, --budget 400 (ms of a peer's part of a round), --quick; with any of them nothing is written.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setUpEditor, setUpModels } from '../scripts/setup.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const log = (line) => console.error(line);
/** Peers' losses after a few steps differ by less than this fraction of JAX's. */
const TOLERANCE = 1e-3;

try {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      budget: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  await setUpEditor();
  await setUpModels();
  await bench(values);
} catch (error) {
  log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench({ model, peer, quick, ...numbers }) {
  const { CASES } = await import('./run/cases.mjs');
  const { PEERS } = await import('./run/peers.mjs');
  const { writeArrays } = await import('./run/arrays.mjs');
  const { timeCase } = await import('./run/timing.mjs');
  const { tables } = await import('./run/report.mjs');
  const isWhole = !quick && model.length + peer.length === 0 && Object.keys(numbers).length === 0;
  const rounds = Number(numbers.rounds ?? (quick ? 2 : 7));
  const budget = Number(numbers.budget ?? (quick ? 100 : 400));
  const names = chosen('--model', model, CASES);
  // Without Distaff there is nothing to compare with, and JAX says what the losses should be.
  const peers = [...new Set(['distaff', ...chosen('--peer', peer, PEERS)])];

  const load = loadavg()[0];
  const begin = performance.now();
  const prepared = {};
  for (const name of peers) prepared[name] = await PEERS[name].prepare({ log });
  const rows = [];
  let differs = false;
  for (const name of names) {
    log(`${CASES[name].title}`);
    const header = writeArrays(at('.cache/bench/arrays'), name, CASES[name]);
    const commands = Object.fromEntries(
      peers
        .filter((peer) => PEERS[peer].cases?.includes(name) ?? true)
        .map((peer) => [peer, [...prepared[peer].command, name, header, ...(prepared[peer].after ?? [])]]),
    );
    for (const row of await timeCase(commands, { calls: CASES[name].calls, rounds, budget, log })) {
      rows.push({ name, ...row });
      if (row.call === 'train') differs = differing(row).map((line) => log(`  ${line}`)).length > 0 || differs;
    }
  }
  const results = { machine: machine(load, begin), rounds, budget, rows };
  const text = tables(results);
  console.log(text);
  if (isWhole) {
    writeFileSync(at('bench/results.json'), `${JSON.stringify(results, null, 1)}\n`);
    const readme = readFileSync(at('bench/README.md'), 'utf8');
    writeFileSync(at('bench/README.md'), readme.replace(/(?<=<!-- results -->\n).*$/s, `\n${text}\n`));
  }
  if (differs) throw new Error('The peers do not compute the same, so their times do not compare.');
}

/** The peers whose loss is not JAX's. */
function differing({ peers }) {
  const expected = peers.jax?.loss;
  if (expected === undefined) return [];
  return Object.entries(peers)
    .filter(([, { loss }]) => loss !== null && !(Math.abs(loss - expected) <= TOLERANCE * Math.abs(expected)))
    .map(([name, { loss }]) => `${name}: a loss of ${loss} where JAX has ${expected}`);
}

function chosen(option, list, all) {
  const names = list.flatMap((value) => value.split(','));
  const unknown = names.find((name) => !(name in all));
  if (unknown !== undefined) {
    throw new Error(`${option} should be one of ${Object.keys(all).join(', ')}; got ${unknown}.`);
  }
  return names.length === 0 ? Object.keys(all) : names;
}

function machine(load, begin) {
  return {
    CPU: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    'Load before the run': load.toFixed(2),
    'Time of the run': `${((performance.now() - begin) / 60_000).toFixed(1)} minutes`,
    Date: new Date().toISOString().slice(0, 10),
    Node: process.version,
    Python: versions('test/python/requirements.txt', ['jax', 'flax', 'optax']),
    'tf.function': versions('bench/peers/tensorflow/requirements.txt', ['tensorflow-cpu']),
    'jax-js': JSON.parse(readFileSync(at('bench/package.json'), 'utf8')).devDependencies['@jax-js/jax'],
    'tfjs-node': `${JSON.parse(readFileSync(at('node_modules/@tensorflow/tfjs-node/package.json'), 'utf8')).version}, over Distaff's libtensorflow`,
  };
}

function versions(file, packages) {
  const lines = readFileSync(at(file), 'utf8').split('\n');
  return packages.map((name) => lines.find((line) => line.startsWith(`${name}==`))?.replace('==', ' ')).join(', ');
}
