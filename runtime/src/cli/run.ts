import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildFailure, type BuildOptions, build, formatMessages, type Loader, type Plugin } from 'esbuild';
import MagicString from 'magic-string';
import { showUncaughtErrors } from './uncaught';

/**
 * Evaluates a TypeScript file in this process on the native binding. Workspace files that it imports are bundled with
 * it, packages are loaded as they are, and `distaff` is this very library. Errors show the file's own lines.
 */
export async function runFile(file: string, args: readonly string[]): Promise<void> {
  const entry = path.resolve(file);
  if (!existsSync(entry) || !statSync(entry).isFile()) {
    console.error(`distaff run: ${existsSync(entry) ? `${entry} is no file` : `there is no file ${entry}`}.`);
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'distaff-run-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const bundle = path.join(folder, `${path.basename(entry, path.extname(entry))}.mjs`);
  try {
    const { outputFiles } = await build({
      ...OPTIONS,
      banner: requireFrom(entry),
      entryPoints: [entry],
      outfile: bundle,
    });
    for (const { path: to, contents } of outputFiles ?? []) writeFileSync(to, contents);
  } catch (failure) {
    console.error(await messagesOf(failure as BuildFailure));
    process.exitCode = 1;
    return;
  }
  process.argv = [process.argv[0] as string, entry, ...args];
  process.setSourceMapsEnabled(true);
  showUncaughtErrors();
  const url = pathToFileURL(bundle).href;
  // Nothing reads the bundle once it runs, and a signal would leave it there.
  Object.assign(globalThis, { [STARTED]: remove });
  await import(url);
}

const STARTED = '__distaffStarted';

/** In front of a bundle: CommonJS files in it require from the entry. */
function requireFrom(entry: string): { js: string } {
  const from = JSON.stringify(pathToFileURL(entry).href);
  return {
    js:
      `import { createRequire as __distaffRequire } from 'node:module'; const require = __distaffRequire(${from}); ` +
      `globalThis.${STARTED}(); delete globalThis.${STARTED};`,
  };
}

/** What is wrong and where; esbuild's notes are about its own options. */
async function messagesOf({ errors, message }: BuildFailure): Promise<string> {
  if (errors === undefined) return `distaff run: ${message}`;
  const plain = errors.map((error) => ({ ...error, notes: [], pluginName: '' }));
  return (await formatMessages(plain, { kind: 'error', color: process.stderr.isTTY === true })).join('').trimEnd();
}

/** Imports that are not the workspace's own: they keep their place, so that they find what they need from there. */
const packagesInPlace: Plugin = {
  name: 'packages-in-place',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^distaff$/ }, () => ({ path: new URL('./index.js', import.meta.url).href, external: true }));
    onResolve({ filter: /^[^./]/ }, async ({ path: name, pluginData, kind, ...rest }) => {
      if (pluginData === 'resolving' || kind === 'entry-point' || path.isAbsolute(name) || name.startsWith('node:'))
        return;
      const found = await resolve(name, { ...rest, kind, pluginData: 'resolving' });
      const isPackage = found.path.includes(`${path.sep}node_modules${path.sep}`) && /\.[cm]?js$/.test(found.path);
      if (found.errors.length > 0 || found.external || !isPackage) return found;
      return { path: kind === 'require-call' ? found.path : pathToFileURL(found.path).href, external: true };
    });
  },
};

const FILE_NAMES = /\bimport\.meta\.(url|dirname|filename)\b|\b__(dirname|filename)\b/;

/** Each file keeps its own `import.meta.url` and the like, of which a bundle has only one. */
const ownFileNames: Plugin = {
  name: 'own-file-names',
  setup({ onLoad }) {
    onLoad({ filter: /\.([cm]?[jt]s|[jt]sx)$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!FILE_NAMES.test(text)) return undefined;
      const source = new MagicString(text);
      const names = { Url: pathToFileURL(file).href, Dirname: path.dirname(file), Filename: file };
      const hashbang = /^#!.*/.exec(text)?.[0].length ?? 0;
      for (const [name, value] of Object.entries(names)) {
        source.appendRight(hashbang, `${hashbang ? '\n' : ''}const __distaff${name} = ${JSON.stringify(value)};`);
      }
      const map = source.generateMap({ source: file, hires: true, includeContent: true }).toUrl();
      const loader = path.extname(file).replace(/^\.[cm]?/, '') as Loader;
      return { contents: `${source}\n//# sourceMappingURL=${map}`, loader, resolveDir: path.dirname(file) };
    });
  },
};

const OPTIONS = {
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['node', 'import'],
  sourcemap: 'linked',
  // Class names are module names and enter parameter paths.
  keepNames: true,
  define: {
    'import.meta.url': '__distaffUrl',
    'import.meta.dirname': '__distaffDirname',
    'import.meta.filename': '__distaffFilename',
    __dirname: '__distaffDirname',
    __filename: '__distaffFilename',
  },
  plugins: [packagesInPlace, ownFileNames],
  logLevel: 'silent',
} satisfies BuildOptions;
