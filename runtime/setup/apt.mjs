import { findOnPath } from './findOnPath.mjs';
import { run } from './run.mjs';

let updated = false;

/**
 * Installs a Debian package; where we may not, throws an error that says what to install.
 * @param {string} name the package's name
 * @param {{ what: string, log: (line: string) => void }} options what: the thing's name and what it is needed for
 */
export async function aptInstall(name, { what, log }) {
  const asRoot = await rootPrefix();
  if (!asRoot)
    throw new Error(`Missing: ${what}. Install it (Debian, Ubuntu: apt-get install ${name}) and run this again.`);
  log(`Installing ${what}: apt-get install ${name}`);
  // `env`, for sudo drops the environment.
  const [command, ...aptGet] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const quiet = ['-y', '-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120'];
  if (!updated) await run(command, [...aptGet, 'update', '-q']);
  updated = true;
  await run(command, [...aptGet, 'install', ...quiet, '--no-install-recommends', name]);
}

/** What to put before a command so that it runs as root: nothing, sudo, or undefined when we may not. */
async function rootPrefix() {
  if (!findOnPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  if (!findOnPath('sudo')) return undefined;
  const passwordless = await run('sudo', ['-n', 'true']).then(
    () => true,
    () => false,
  );
  return passwordless ? ['sudo', '-n'] : undefined;
}
