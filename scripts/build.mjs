// Builds everything that runs: `node scripts/build.mjs`.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  legalComments: 'linked',
};
// Bundled CommonJS packages require Node's own modules, which an ES module cannot do by itself.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** tfjs-node's kernels see tfjs-core under the union's name; the protobuf of its summaries is not used. */
const tfjsNode = {
  name: 'tfjs-node',
  setup(build) {
    build.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: `${root}runtime/vendor/tfjsUnion.ts` }));
    build.onResolve({ filter: /^\.\/proto\/api_pb$/ }, () => ({ path: 'api_pb', namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/** tfjs-core and the kernels: changes only with their versions. */
export const buildVendor = () =>
  build({
    ...common,
    entryPoints: ['runtime/vendor/entry.ts'],
    outfile: 'runtime/vendor/build/tfjs.mjs',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: requireBanner,
    plugins: [tfjsNode],
  });

export const buildRuntime = async () => {
  rmSync(`${root}runtime/dist`, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: { index: 'runtime/src/index.ts' },
    outdir: 'runtime/dist',
    format: 'esm',
    splitting: true,
    sourcemap: 'linked',
    keepNames: true,
    banner: requireBanner,
  });
};

/** The extension: VS Code loads CommonJS and gives it `vscode`. */
export const buildClient = () =>
  build({
    ...common,
    entryPoints: { extension: 'client/src/extension.ts' },
    outdir: 'client/dist',
    format: 'cjs',
    // client/ is a package of ES modules, where Node takes `.js` for one.
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    // vscode-languageserver-types' `main` is UMD, whose requires esbuild cannot follow.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    minify: true,
    keepNames: true,
  });

/** The runtime's declarations, which editors read; type errors are `npm run check`'s to report. */
export const buildTypes = () =>
  spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'runtime'], { cwd: root, stdio: 'ignore' });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildVendor();
  await buildRuntime();
  await buildClient();
  buildTypes();
}
