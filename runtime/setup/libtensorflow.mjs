import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fetchWheel } from './fetchWheel.mjs';
import { withLock } from './lock.mjs';
import { unpackWheel } from './unpackWheel.mjs';

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const headers = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/'];
/** libtensorflow does not depend on Python: one CPython's wheel serves every machine. */
const pins = JSON.parse(readFileSync(new URL('wheels.json', import.meta.url), 'utf8'));

/**
 * The folder with libtensorflow and its headers: the one `DISTAFF_TENSORFLOW` names, or one in the user's cache, which is
 * fetched from the Python package index when it is not there. With an NVIDIA driver it is the build for CUDA.
 * @param {object} options
 * @param {(line: string) => void} options.log
 * @param {'cpu' | 'gpu'} [options.variant]
 * @param {{ file: string, sha256: string }[]} [options.wheels] the pinned ones by default
 * @returns {Promise<string>}
 */
export async function ensureLibtensorflow({ log, variant = defaultVariant(), wheels = pins[variant] }) {
  const own = process.env.DISTAFF_TENSORFLOW;
  if (own) return checkOwn(resolve(own));
  const root = join(cacheFolder(), `libtensorflow-${pins.tensorflow}-${variant}`);
  // The CUDA build looks for NVIDIA's libraries beside its own folder, as in Python's site-packages. It loads from there
  // on machines without a GPU; it has not been tried on one with.
  const folder = variant === 'gpu' ? join(root, 'tensorflow') : root;
  if (existsSync(root)) return folder;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `There is no libtensorflow to fetch for ${process.platform}-${process.arch}. Set DISTAFF_TENSORFLOW to a folder ` +
        `that holds TensorFlow ${pins.tensorflow}'s libraries. Shapes in the editor work without it.`,
    );
  }
  const onWait = () => log(`Waiting for another set-up that writes to ${root}`);
  await withLock(root, async () => existsSync(root) || install(root, { variant, wheels, log }), { onWait });
  return folder;
}

async function install(root, { variant, wheels, log }) {
  const downloads = join(cacheFolder(), 'downloads');
  mkdirSync(downloads, { recursive: true });
  const files = [];
  for (const wheel of wheels) {
    const file = join(downloads, wheel.file);
    await fetchWheel(wheel, file, { log });
    files.push(file);
  }
  log(`Unpacking to ${root}`);
  const unpacked = `${root}.unpacking`;
  rmSync(unpacked, { recursive: true, force: true });
  const place = variant === 'gpu' ? placeCuda : placeTensorflow;
  for (const file of files) await unpackWheel(file, place, unpacked);
  // The last step: whoever sees the folder sees it whole.
  renameSync(unpacked, root);
  for (const file of files) rmSync(file);
}

function placeTensorflow(member) {
  if (!member.startsWith('tensorflow/')) return undefined;
  const path = member.slice('tensorflow/'.length);
  return libraries.includes(path) || headers.some((folder) => path.startsWith(`include/${folder}`)) ? path : undefined;
}

function placeCuda(member) {
  if (/^nvidia\/(?!.*\/include\/).*(?<!\.(a|h|py))$/.test(member)) return member;
  const path = placeTensorflow(member);
  return path && `tensorflow/${path}`;
}

function checkOwn(folder) {
  const missing = libraries.filter((library) => !existsSync(join(folder, library)));
  if (missing.length === 0) return folder;
  const what = existsSync(folder) ? `has no ${missing.join(' and no ')}` : 'does not exist';
  throw new Error(
    `DISTAFF_TENSORFLOW names ${folder}, which ${what}. Name a folder with both libraries (and the headers in include/), ` +
      'as the tensorflow folder of a Python installation is, or unset it.',
  );
}

const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'distaff');

/** For a GPU where NVIDIA's driver is installed. */
function defaultVariant() {
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean);
  if (folders.some((folder) => existsSync(join(folder, 'libcuda.so.1')))) return 'gpu';
  const known = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  return known.includes('libcuda.so.1') ? 'gpu' : 'cpu';
}
