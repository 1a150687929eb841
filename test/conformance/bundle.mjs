// Bundles an entry made of runtime/src with the suite's tfjs-core in place of the vendored one, and loads it.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const native = fileURLToPath(new URL('../../runtime/src/bindings/native.ts', import.meta.url));
const nodeUtil = fileURLToPath(new URL('../../runtime/vendor/nodeUtil.ts', import.meta.url));
const cache = fileURLToPath(new URL('.cache/', import.meta.url));

/** What runtime/vendor/entry.ts exports, from the instance that every file of this process shares (lib/hooks.mjs). */
const tfjs = `
  import ${JSON.stringify(nodeUtil)};
  import { createRequire } from 'node:module';
  export * from '@tensorflow/tfjs-core';
  const require = createRequire(import.meta.url);
  require('@tensorflow/tfjs-node/dist/register_all_kernels');
  export const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node/dist/nodejs_kernel_backend');
`;

const sharedTfjs = {
  name: 'shared-tfjs',
  setup(plugins) {
    plugins.onResolve({ filter: /^#tfjs$/ }, () => ({ path: 'tfjs', namespace: 'shared' }));
    plugins.onLoad({ filter: /.*/, namespace: 'shared' }, () => ({ contents: tfjs, resolveDir: cache }));
    plugins.onResolve({ filter: /^@tensorflow\// }, ({ path }) => ({ path, external: true }));
  },
};

/** Loading a bundle registers the backend. `entry` is relative to this folder. */
export async function load(entry) {
  mkdirSync(cache, { recursive: true });
  const outfile = `${cache}backend-${process.pid}.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // native.ts is a part of the bundle, and finds the addon from its own place.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(native).href) },
    logLevel: 'warning',
    plugins: [sharedTfjs],
  });
  return await import(pathToFileURL(outfile).href).finally(() => rmSync(outfile));
}
