import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { MISSING } from './missing';
import type { EvaluateRequest, LinkTarget, SourceModule } from './protocol';

/** An import leads nowhere. */
export class MissingImportError extends Error {
  override readonly name = 'MissingImportError';

  constructor(
    message: string,
    readonly specifier: string,
    readonly importer: string,
  ) {
    super(message);
  }
}

/**
 * Links and evaluates the request's modules with `distaff` as this process' own library. ES modules of node:vm, so that
 * cycles, live bindings and top-level await are the real ones. Throws what linking or evaluation throws.
 */
export async function evaluateModules(
  { entry, modules }: EvaluateRequest,
  library: Record<string, unknown>,
  observer: object,
  report: (error: MissingImportError) => void,
): Promise<void> {
  const sources = new Map(modules.map((source) => [source.path, source]));
  const made = new Map<string, vm.Module>();

  const moduleFor = async (target: LinkTarget, specifier: string, importer: string): Promise<vm.Module> => {
    if (target.kind === 'source') return made.get(target.path) ?? sourceModule(target.path);
    const key =
      target.kind === 'external' ? target.url : target.kind === 'missing' ? `${importer} ${specifier}` : target.kind;
    const known = made.get(key);
    if (known !== undefined) return known;
    const module = synthetic(key, await namespaceOf(target, specifier, importer));
    made.set(key, module);
    return module;
  };

  /** What cannot be had is reported and costs only what depends on it. */
  const namespaceOf = async (target: LinkTarget, specifier: string, importer: string) => {
    if (target.kind === 'distaff') return library;
    if (target.kind === 'observer') return { __distaff: observer };
    const { names } = target as { names: readonly string[] };
    try {
      if (target.kind === 'external') return (await import(target.url)) as Record<string, unknown>;
      report(new MissingImportError((target as { message: string }).message, specifier, importer));
    } catch (error) {
      report(new MissingImportError(`Cannot load '${specifier}': ${(error as Error).message}`, specifier, importer));
    }
    return Object.fromEntries(names.map((name) => [name, MISSING]));
  };

  const sourceModule = (path: string): vm.Module => {
    const { code } = sources.get(path) as SourceModule;
    const url = pathToFileURL(path).href;
    const module = new vm.SourceTextModule(code, {
      identifier: path,
      initializeImportMeta: (meta) => {
        meta.url = url;
      },
    });
    made.set(path, module);
    return module;
  };

  const root = sourceModule(entry);
  await root.link((specifier, referencing) => {
    const target = sources.get(referencing.identifier)?.links[specifier];
    const missing: LinkTarget = { kind: 'missing', message: `Cannot find '${specifier}'.`, names: [] };
    return moduleFor(target ?? missing, specifier, referencing.identifier);
  });
  await root.evaluate();
}

function synthetic(identifier: string, namespace: Record<string, unknown>): vm.Module {
  const names = Object.keys(namespace);
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier },
  );
}
