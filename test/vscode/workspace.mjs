import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy of a folder, for tests to edit; `remove` deletes it. */
export const copyOf = (folder) => {
  const parent = mkdtempSync(join(tmpdir(), 'distaff-workspace-'));
  const path = join(parent, 'models');
  cpSync(folder, path, { recursive: true, filter: (source) => !/node_modules|build$|dist$/.test(source) });
  return { path, remove: () => rmSync(parent, { recursive: true, force: true }) };
};
