import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

it('the API reference is made without a warning: everything public has a doc comment, and every link leads somewhere', () => {
  const typedoc = path.join(root, 'docs/node_modules/typedoc/bin/typedoc');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [typedoc, '--options', path.join(root, 'typedoc.json'), '--emit', 'none', '--pretty', 'false'],
    { encoding: 'utf8', cwd: root, env: { ...process.env, NO_COLOR: '1' } },
  );
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => /^\[(warning|error)\]/.test(line));
  expect(complaints).toEqual([]);
  expect(status).toBe(0);
}, 180_000);
