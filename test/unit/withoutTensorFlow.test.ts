/** Shapes on a machine that has neither libtensorflow nor the addon, in a process that may read files and nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'distaff-shapes-'));
  writeFileSync(
    join(folder, 'net.ts'),
    `import { tensor, zeros, conv2d, maxPool, matMul, grad } from '#tfjs';
     import { ABSTRACT_BACKEND } from '${root}runtime/src/bindings/abstract';
     import { withBackend } from '${root}runtime/src/bindings/stack';
     const net = (x, filter) => {
       const pooled = maxPool(conv2d(x, filter, 1, 'same').relu(), 2, 2, 'valid');
       return matMul(pooled.reshape([128, -1]), zeros([14 * 14 * 32, 10])).softmax();
     };
     withBackend(ABSTRACT_BACKEND, () => {
       const x = zeros([128, 28, 28, 1]);
       const filter = zeros([3, 3, 1, 32]);
       const output = net(x, filter);
       const gradient = grad((filter) => net(x, filter).sum())(filter);
       let message = '';
       try { output.dataSync(); } catch (error) { message = error.message; }
       console.log(JSON.stringify({ output: output.shape, gradient: gradient.shape, constant: tensor([1, 2]).arraySync(), message }));
     });`,
  );
  await build({
    entryPoints: [join(folder, 'net.ts')],
    outfile: join(folder, 'net.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    alias: { '#tfjs': join(root, 'runtime/vendor/build/tfjs.mjs') },
  });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a convolutional net and its gradient get their shapes', () => {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const nothing = join(folder, 'empty');
  const child = spawnSync(process.execPath, [permission, '--allow-fs-read=*', join(folder, 'net.mjs')], {
    encoding: 'utf8',
    env: { HOME: nothing, XDG_CACHE_HOME: nothing, PATH: process.env.PATH },
  });
  expect(child.stderr.replaceAll(/^\(.*\n/gm, '')).toBe('');
  const printed = JSON.parse(child.stdout) as { message: string };
  expect(printed).toEqual({
    output: [128, 10],
    gradient: [3, 3, 1, 32],
    constant: [1, 2],
    message: expect.stringContaining('The value of an abstract tensor f32[128, 10] was read'),
  });
});
