// Pythons in the user's cache, each made once: one with current Flax, and Flax 0.1.0 beside it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptInstall } from '../../runtime/setup/apt.mjs';
import { findOnPath } from '../../runtime/setup/findOnPath.mjs';
import { withLock } from '../../runtime/setup/lock.mjs';
import { run } from '../../runtime/setup/run.mjs';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const legacy = 'flax==0.1.0';

/**
 * Where `python` and the folder with `src/flax-0.1.0` are. Throws an error that says what to install where there is no
 * Python that could make them.
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<{ python: string, legacyRoot: string }>}
 */
export async function ensureFlax({ log }) {
  const { python, folder } = await ensureVenv({
    name: 'flax',
    what: 'Flax (0.7 GB on disk)',
    requirements,
    aside: { folder: join('src', 'flax-0.1.0'), package: legacy },
    log,
  });
  return { python, legacyRoot: folder };
}

/**
 * A Python with the packages of a requirements file; `aside` is one more, in a folder of its own.
 * @param {object} options
 * @param {string} options.name
 * @param {string} options.what
 * @param {string} options.requirements
 * @param {{ folder: string, package: string }} [options.aside]
 * @param {(line: string) => void} options.log
 * @returns {Promise<{ python: string, folder: string }>}
 */
export async function ensureVenv({ name, what, requirements, aside, log }) {
  const hash = createHash('sha256').update(readFileSync(requirements));
  if (aside !== undefined) hash.update(aside.package);
  const version = hash.digest('hex').slice(0, 12);
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'distaff', `${name}-${version}`);
  const python = join(folder, 'bin', 'python');
  const done = join(folder, 'complete');
  await withLock(folder, async () => {
    if (existsSync(done)) return;
    const started = performance.now();
    log(`Making a Python with ${what} in ${folder}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await makeVenv(await findPython({ log }), folder, { log });
    // Modules are compiled when they are first imported; most never are.
    const install = [python, '-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check'];
    await pip([...install, '--requirement', requirements]);
    if (aside !== undefined)
      await pip([...install, '--no-deps', '--target', join(folder, aside.folder), aside.package]);
    writeFileSync(done, '');
    log(`Python with ${what} is in place (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  });
  return { python, folder };
}

const pip = ([command = '', ...args]) => run(command, args, { live: true });

/** JAX needs Python 3.11 or newer. */
async function findPython({ log }) {
  if (!findOnPath('python3')) await aptInstall('python3', { what: 'Python 3.11 or newer, which runs Flax', log });
  const candidates = ['python3', 'python3.13', 'python3.12', 'python3.11'].filter(findOnPath);
  for (const candidate of candidates) {
    const isNew = await run(candidate, ['-c', 'import sys; assert sys.version_info >= (3, 11)']).then(
      () => true,
      () => false,
    );
    if (isNew) return candidate;
  }
  throw new Error(`Flax needs Python 3.11 or newer; none of ${candidates.join(', ')} is. Put a newer one on PATH.`);
}

/** Debian keeps venv's pip in a package of its own. */
async function makeVenv(python, folder, { log }) {
  const make = () => run(python, ['-m', 'venv', folder]);
  try {
    await make();
  } catch (error) {
    if (!/ensurepip|No module named/.test(error.message)) throw error;
    await aptInstall('python3-venv', { what: "Python's venv, for a Python with Flax", log });
    await make();
  }
}
