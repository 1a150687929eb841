import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../runtime/setup/run.mjs';

/**
 * Runs `npm ci` (never the packages' install scripts) unless what is installed is what the lockfile says.
 * @param {{ root: string, log: (line: string) => void }} options
 */
export async function ensureDependencies({ root, log }) {
  if (dependenciesAreCurrent(root)) return;
  log('Installing the npm packages of package-lock.json');
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root });
}

/** Compares the lockfile with the record that npm keeps of what it has installed, so that `npm install` by hand counts too. */
export function dependenciesAreCurrent(root) {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const locked = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(record);
  const hasLocked = [...locked].every(([path, entry]) => {
    const there = installed.get(path);
    // Packages for other platforms are optional and not installed.
    return there ? there.version === entry.version && there.integrity === entry.integrity : entry.optional;
  });
  return hasLocked && [...installed.keys()].every((path) => locked.has(path));
}

/** Only what is fetched: not the root nor the workspaces. */
function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(Object.entries(packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link));
}
