import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/**
 * Evaluates a TypeScript file in this process on the native binding. Workspace files that it imports are bundled with
 * it, packages are loaded as they are, and `distaff` is this very library. Errors show the file's own lines.
 */
export async function runFile(file: string, args: readonly string[]): Promise<void> {
  const entry = path.resolve(file);
  if (!existsSync(entry)) {
    console.error(`distaff run: there is no file ${entry}.`);
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'distaff-run-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const bundle = path.join(folder, `${path.basename(entry, path.extname(entry))}.mjs`);
  try {
    const { outputFiles } = await build({ ...OPTIONS, entryPoints: [entry], outfile: bundle });
    for (const { path: to, contents } of outputFiles ?? []) writeFileSync(to, contents);
  } catch {
    // esbuild printed what is wrong and where.
    process.exitCode = 1;
    return;
  }
  process.argv = [process.argv[0] as string, entry, ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(bundle).href);
}

/** Imports that are not the workspace's own: they keep their place, so that they find what they need from there. */
const packagesInPlace: Plugin = {
  name: 'packages-in-place',
  setup({ onResolve, resolve, onLoad }) {
    onResolve({ filter: /^distaff$/ }, () => ({ path: new URL('./index.js', import.meta.url).href, external: true }));
    onResolve({ filter: /^[^./]/ }, async ({ path: name, pluginData, kind, ...rest }) => {
      if (pluginData === 'resolving' || kind === 'entry-point' || path.isAbsolute(name) || name.startsWith('node:'))
        return;
      const found = await resolve(name, { ...rest, kind, pluginData: 'resolving' });
      if (found.errors.length > 0 || found.external || !found.path.includes(`${path.sep}node_modules${path.sep}`))
        return found;
      return { path: pathToFileURL(found.path).href, external: true };
    });
    onLoad({ filter: /\.(ts|tsx|mts)$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      // Each file keeps its own import.meta.url, of which a bundle has only one.
      const url = source.includes('import.meta.url')
        ? `const __distaffUrl = ${JSON.stringify(pathToFileURL(file).href)};`
        : '';
      const contents = url + source;
      return { contents, loader: file.endsWith('x') ? 'tsx' : 'ts', resolveDir: path.dirname(file) };
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
  define: { 'import.meta.url': '__distaffUrl' },
  plugins: [packagesInPlace],
  logLevel: 'error',
} satisfies BuildOptions;
