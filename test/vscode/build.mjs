// Bundles what runs inside the extension host, and the user-driven tests, into test/vscode/dist.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const dist = fileURLToPath(new URL('dist', import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  sourcemap: 'inline',
};
const testsIn = (folder) =>
  readdirSync(`${root}test/vscode/${folder}`)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/vscode/${folder}/${file}`);

export const buildTests = async () => {
  rmSync(dist, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['test/vscode/suite/index.ts', ...testsIn('suite')],
    outdir: `${dist}/suite`,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'mocha'],
  });
  await build({
    ...common,
    entryPoints: ['test/vscode/drive/index.ts', ...testsIn('drive')],
    // As deep as test/vscode/drive, so that the paths to scripts/ hold.
    outdir: dist,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    external: ['mocha', 'playwright-core', '../../../scripts/*'],
  });
};
