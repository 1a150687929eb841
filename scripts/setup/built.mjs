import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../runtime/setup/run.mjs';

const inputs = ['package-lock.json', 'tsconfig.base.json', 'scripts/build.mjs', 'runtime', 'server', 'client'];
const outputs = ['runtime/vendor/build/tfjs.mjs', 'runtime/dist/index.js', 'runtime/build/types', 'client/dist'];
const made = new Set(['node_modules', 'dist', 'build', 'native']);

/**
 * Runs scripts/build.mjs unless its outputs are there and its inputs are those of the last build.
 * @param {{ root: string, log: (line: string) => void }} options
 */
export async function ensureBuilt({ root, log }) {
  const stampFile = join(root, '.cache/setup/build');
  const stamp = hashOf(root, inputs);
  const current = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (current && outputs.every((output) => existsSync(join(root, output)))) return;
  log('Building the runtime, the server and the extension');
  await run(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root });
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** By content: a fresh checkout of the same files builds nothing. */
function hashOf(root, paths) {
  const hash = createHash('sha256');
  const add = (path) =>
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile() && !entry.name.endsWith('.tsbuildinfo')) add(path);
      else if (entry.isDirectory() && !made.has(entry.name)) walk(path);
    }
  };
  for (const path of paths) (/\.\w+$/.test(path) ? add : walk)(path);
  return hash.digest('hex');
}
