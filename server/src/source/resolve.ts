import { isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ResolverFactory } from 'oxc-resolver';
import type { LinkTarget } from '../../../runtime/src/host/analysis/protocol';

const OPTIONS = {
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'],
  extensionAlias: {
    '.js': ['.ts', '.tsx', '.js', '.jsx'],
    '.jsx': ['.tsx', '.jsx'],
    '.mjs': ['.mts', '.mjs'],
    '.cjs': ['.cts', '.cjs'],
  },
  conditionNames: ['node', 'import', 'default'],
};
/** Finds linked packages where their files are. */
const packages = new ResolverFactory({ ...OPTIONS, tsconfig: 'auto' });
/** Leaves files of the workspace the paths that the editor knows them by. */
const relatives = new ResolverFactory({ ...OPTIONS, symlinks: false });

/** What an import in `importer` leads to, as Node and tsconfig's paths see it. */
export function resolveImport(specifier: string, importer: string, names: readonly string[]): LinkTarget {
  if (specifier === 'distaff') return { kind: 'distaff', names };
  if (isBuiltin(specifier))
    return { kind: 'external', url: specifier.startsWith('node:') ? specifier : `node:${specifier}`, names };
  const isRelative = /^(\.{1,2}(\/|$)|\/)/.test(specifier);
  let { path: file, error = '' } = (isRelative ? relatives : packages).resolveFileSync(importer, specifier);
  // A tsconfig that cannot be read has no say.
  if (/tsconfig/i.test(error)) file = relatives.resolveFileSync(importer, specifier).path;
  if (file === undefined) return { kind: 'missing', message: missingMessage(specifier, importer, error), names };
  const isPackage = file.includes(`${path.sep}node_modules${path.sep}`);
  if (!isPackage && /\.([cm]?ts|tsx|m?js|jsx)$/.test(file)) return { kind: 'source', path: file };
  // Stylesheets and other files that only a bundler understands are empty here.
  const isCode = /\.([cm]?[jt]s|tsx|jsx|json|node|wasm)$/.test(file);
  return { kind: 'external', url: isCode ? pathToFileURL(file).href : 'data:text/javascript,', names };
}

/** Forgets which files exist: after files were made or removed. */
export function forgetResolutions(): void {
  packages.clearCache();
  relatives.clearCache();
}

function missingMessage(specifier: string, importer: string, error: string): string {
  if (/tsconfig/i.test(error)) return `Cannot resolve '${specifier}': ${error}.`;
  if (/^[./]/.test(specifier)) {
    const place = path.resolve(path.dirname(importer), specifier);
    return `Cannot find '${specifier}': there is no ${place} with the extension .ts, .tsx, .mts, .js or .json.`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return `Cannot find the package '${name}'. Install it with: npm install ${name}`;
}
