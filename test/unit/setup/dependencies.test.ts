import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dependenciesAreCurrent } from '../../../scripts/setup/dependencies.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'distaff-deps-'));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Entry {
  version?: string;
  integrity?: string;
  optional?: boolean;
  link?: boolean;
}
const locked: Record<string, Entry> = {
  '': {},
  runtime: { version: '0.1.0' },
  'node_modules/distaff': { link: true },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/for-windows': { version: '1.0.0', integrity: 'sha512-w', optional: true },
};
const { '': _, 'node_modules/for-windows': __, ...installedHere } = locked;

/** Writes a clone's lockfile and npm's record of what it has installed. */
function clone(packages: Record<string, Entry>, installed?: Record<string, Entry>) {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  mkdirSync(join(root, 'node_modules'));
  if (installed) writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  return dependenciesAreCurrent(root);
}

describe('the npm packages are current', () => {
  it('when npm has installed what the lockfile says, but for other platforms’ packages', () => {
    expect(clone(locked, installedHere)).toBe(true);
  });

  it('not when nothing is installed', () => {
    expect(clone(locked)).toBe(false);
  });

  it('not when a package is missing', () => {
    const { 'node_modules/a/node_modules/b': _b, ...without } = installedHere;
    expect(clone(locked, without)).toBe(false);
  });

  it('not when the lockfile has another version', () => {
    const newer = { ...locked, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-c' } };
    expect(clone(newer, installedHere)).toBe(false);
  });

  it('not when a package is there that the lockfile no longer has', () => {
    const { 'node_modules/a/node_modules/b': _b, ...fewer } = locked;
    expect(clone(fewer, installedHere)).toBe(false);
  });
});
