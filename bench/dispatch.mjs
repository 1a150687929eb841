// What a small op costs through our native binding and through tfjs-node's own addon, over the same libtensorflow and in
// the same run. `npm run bench:dispatch`.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { compileAddon, compileOverTensorflow } from '../runtime/setup/compileAddon.mjs';
import { ensureLibtensorflow } from '../runtime/setup/libtensorflow.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const require = createRequire(import.meta.url);

const FLOAT = 1;
const type = (value) => ({ name: 'T', type: 4, value });
const OPS = {
  'AddV2 of scalars': { op: 'AddV2', shapes: [[], []], attrs: () => [type(FLOAT)] },
  'Relu of f32[4]': { op: 'Relu', shapes: [[4]], attrs: () => [type(FLOAT)] },
  'MatMul of f32[2, 2]': {
    op: 'MatMul',
    shapes: [
      [2, 2],
      [2, 2],
    ],
    attrs: () => [
      { name: 'transpose_a', type: 3, value: false },
      { name: 'transpose_b', type: 3, value: false },
      type(FLOAT),
    ],
  },
};

const log = (line) => console.error(line);
const tensorflowDir = await ensureLibtensorflow({ log });
await compileAddon({ tensorflowDir, log });
const ours = await nativeBinding();
// Loaded first, it keeps libtensorflow quiet.
ours.deleteTensor(ours.createTensor([], FLOAT, new Float32Array(1)));
const stock = require(
  await compileOverTensorflow({
    sources: at('node_modules/@tensorflow/tfjs-node/binding'),
    flags: ['-w', '-DNAPI_VERSION=8'],
    output: at('.cache/bench/tfjs_binding.node'),
    tensorflowDir,
    log,
  }),
);

const bindings = {
  ours: { binding: ours, loops: await import('./dispatch/calls.mjs?ours') },
  stock: { binding: stock, loops: await import('./dispatch/calls.mjs?stock') },
};
/** Slices of all alternate, so that whatever else the machine does meets all. */
const short = { slices: 400, warmUp: 50 };
const long = { slices: 15, warmUp: 3 };
const micro = (time) => `${time.toFixed(2)} µs`;
const rows = {};
for (const [name, op] of Object.entries(OPS)) {
  const [mine, theirs] = medians([slice('ours', 'execute', op), slice('stock', 'execute', op)], short);
  const [dropped, deleted, freed] = medians(
    [
      slice('ours', 'executeAndDrop', op),
      slice('ours', 'executeAndDelete', op),
      slice('stock', 'executeAndDelete', op),
    ],
    long,
  );
  rows[name] = { distaff: micro(mine), 'tfjs-node': micro(theirs), ratio: (mine / theirs).toFixed(2) };
  rows[`${name}, then deleted`] = {
    distaff: micro(deleted),
    'tfjs-node': micro(freed),
    ratio: (deleted / freed).toFixed(2),
  };
  rows[`${name}, then dropped`] = { distaff: micro(dropped) };
}
console.table(rows);

function slice(name, loop, op) {
  const { binding, loops } = bindings[name];
  const inputs = op.shapes.map((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return binding.createTensor(shape, FLOAT, new Float32Array(size).fill(1));
  });
  return () => loops[loop](binding, op, inputs);
}

async function nativeBinding() {
  const entry = at('runtime/src/bindings/native.ts');
  const outfile = at('.cache/bench/native.mjs');
  const here = JSON.stringify(pathToFileURL(entry).href);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    define: { 'import.meta.url': here },
    banner: { js: `import { createRequire as from } from 'node:module'; const require = from(${here});` },
  });
  return (await import(pathToFileURL(outfile).href)).nativeBinding;
}

function medians(takers, { slices, warmUp }) {
  const times = takers.map(() => []);
  for (let i = 0; i < warmUp + slices; i++) {
    takers.forEach((take, k) => {
      const time = take();
      if (i >= warmUp) times[k].push(time);
    });
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
}
