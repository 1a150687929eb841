import { isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ResolverFactory } from 'oxc-resolver';
import type { LinkTarget } from '../../../runtime/src/host/analysis/protocol';

const resolver = new ResolverFactory({
  extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json'],
  extensionAlias: { '.js': ['.ts', '.tsx', '.js'], '.mjs': ['.mts', '.mjs'] },
  conditionNames: ['node', 'import', 'default'],
  tsconfig: 'auto',
});

/** What an import in `importer` leads to, as Node and tsconfig's paths see it. */
export function resolveImport(specifier: string, importer: string, names: readonly string[]): LinkTarget {
  if (specifier === 'distaff') return { kind: 'distaff' };
  if (isBuiltin(specifier))
    return { kind: 'external', url: specifier.startsWith('node:') ? specifier : `node:${specifier}`, names };
  const found = resolver.resolveFileSync(importer, specifier);
  if (found.path === undefined) return { kind: 'missing', message: missingMessage(specifier, importer), names };
  const isSource = /\.(ts|tsx|mts)$/.test(found.path) && !found.path.includes(`${path.sep}node_modules${path.sep}`);
  return isSource
    ? { kind: 'source', path: found.path }
    : { kind: 'external', url: pathToFileURL(found.path).href, names };
}

/** Forgets which files exist: after files were made or removed. */
export function forgetResolutions(): void {
  resolver.clearCache();
}

function missingMessage(specifier: string, importer: string): string {
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
