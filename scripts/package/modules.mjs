// The packages that the extension is made of: those in its bundles, and those beside them because they hold native code.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';

/** Platforms, as VS Code names them, and how the native packages call them. */
const PLATFORMS = { 'linux-x64': { napi: 'linux-x64-gnu', esbuild: 'linux-x64' } };

export const TARGETS = Object.keys(PLATFORMS);

/** Packages with native code: where that code is, and which files never run in the extension. */
const NATIVE = {
  esbuild: { binary: ({ esbuild }) => `@esbuild/${esbuild}`, unused: /^bin$|^install\.js$|\.d\.ts$/ },
  'oxc-parser': { binary: ({ napi }) => `@oxc-parser/binding-${napi}`, unused: /\.wasm|\.d\.m?ts$|workerd/ },
  'oxc-resolver': { binary: ({ napi }) => `@oxc-resolver/binding-${napi}`, unused: /^browser|\.d\.ts$/ },
};

/** What the bundles import and do not hold, Node's, VS Code's and their own modules aside. */
const externals = (metafiles) => {
  const imports = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => output.imports));
  const paths = imports.filter(({ external, path }) => external && !path.startsWith('.')).map(({ path }) => path);
  // tfjs's node-fetch tries `encoding` and does without.
  return [...new Set(paths)].filter((path) => !isBuiltin(path) && path !== 'vscode' && path !== 'encoding');
};

/**
 * Copies what the bundles import into `folder`, with the native code for one platform.
 * @returns the folders of the packages
 */
export const copyNativePackages = (root, metafiles, target, folder) =>
  externals(metafiles).flatMap((name) => {
    const native = NATIVE[name];
    if (!native) throw new Error(`A bundle imports ${name}: bundle it, or name its native code in ${import.meta.url}`);
    return [name, native.binary(PLATFORMS[target])].map((each) => {
      const source = join(root, 'node_modules', each);
      if (!existsSync(source)) throw new Error(`${each} is not installed. Run: npm ci --ignore-scripts`);
      const isUsed = (file) => each !== name || file === source || !native.unused.test(basename(file));
      cpSync(source, join(folder, each), { recursive: true, filter: isUsed });
      return source;
    });
  });

/** The folders of the packages that esbuild has put into bundles. */
export const bundledPackages = (root, metafiles) => {
  const folders = metafiles
    .flatMap(({ inputs }) => Object.keys(inputs))
    .map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].map((folder) => join(root, folder));
};

export const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
