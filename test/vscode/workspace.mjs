import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const tsconfig = fileURLToPath(new URL('fixtures/tsconfig.json', import.meta.url));

/**
 * A copy of a folder for tests to edit, with its dependencies as `npm install` would have put them there.
 * @param {string} folder
 */
export const copyOf = (folder) => {
  const parent = mkdtempSync(join(tmpdir(), 'distaff-workspace-'));
  const path = join(parent, basename(folder));
  cpSync(folder, path, { recursive: true, filter: (source) => !/^(node_modules|build|dist)$/.test(basename(source)) });
  // An example's refers to files of the repository.
  cpSync(tsconfig, join(path, 'tsconfig.json'));
  const manifest = join(path, 'package.json');
  const { dependencies = {} } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  for (const name of Object.keys(dependencies)) {
    const link = join(path, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, name), link);
  }
  return { path, remove: () => rmSync(parent, { recursive: true, force: true }) };
};
