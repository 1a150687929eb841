// Builds everything that runs: `node scripts/build.mjs`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  legalComments: 'linked',
  // Tells the packaging which packages a bundle holds.
  metafile: true,
};
// Bundled CommonJS packages require Node's own modules, which an ES module cannot do by itself.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** The backend fills `zeros` and `ones`; kernels see tfjs-core under the union's name; summaries' protobuf is not used. */
const tfjsNode = {
  name: 'tfjs-node',
  setup(build) {
    build.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: `${root}runtime/vendor/tfjsUnion.ts` }));
    build.onResolve({ filter: /^\.{1,2}\/(.*\/)?(zeros|ones)$/ }, () => ({ path: `${root}runtime/vendor/filled.ts` }));
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

/** The vendor bundle stands beside the runtime's own files, as it is. */
const besideTfjs = {
  name: 'beside-tfjs',
  setup(build) {
    build.onResolve({ filter: /^#tfjs$/ }, () => ({ path: './tfjs.js', external: true }));
  },
};

export const buildRuntime = async () => {
  rmSync(`${root}runtime/dist`, { recursive: true, force: true });
  mkdirSync(`${root}runtime/dist`, { recursive: true });
  copyFileSync(`${root}runtime/vendor/build/tfjs.mjs`, `${root}runtime/dist/tfjs.js`);
  return build({
    ...common,
    entryPoints: {
      index: 'runtime/src/index.ts',
      analysis: 'runtime/src/host/analysis/main.ts',
      cli: 'runtime/src/cli/main.ts',
      server: 'server/src/main.ts',
    },
    outdir: 'runtime/dist',
    format: 'esm',
    splitting: true,
    // Native packages stay what they are.
    external: ['esbuild', 'oxc-parser', 'oxc-resolver'],
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    keepNames: true,
    banner: requireBanner,
    plugins: [besideTfjs],
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

/** Everything that runs, in the order in which one needs the other; gives esbuild's results. */
export const buildBundles = async () => [await buildVendor(), await buildRuntime(), await buildClient()];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildBundles();
  buildTypes();
}
