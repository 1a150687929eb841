// Our backend over the native binding, made of runtime/src with the suite's tfjs-core in place of the vendored one.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../../runtime/src/bindings/native.ts', import.meta.url));
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

/** Loading the bundle registers the backend. */
export async function register() {
  mkdirSync(cache, { recursive: true });
  const outfile = `${cache}backend-${process.pid}.mjs`;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The bundle is what native.ts is, and finds the addon from there.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) },
    logLevel: 'warning',
    plugins: [sharedTfjs],
  });
  const { nativeBinding } = await import(pathToFileURL(outfile).href).finally(() => rmSync(outfile));
  return { name: 'distaff', version: nativeBinding.TF_Version };
}
