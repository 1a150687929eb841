import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { messageOf } from './errorReport';
import { MISSING } from './missing';
import type { EvaluateRequest, LinkTarget, SourceModule } from './protocol';

/** An import leads nowhere, or not to what is asked of it. */
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

type Namespace = Readonly<Record<string, unknown>>;

/**
 * A request's modules as ES modules of node:vm, so that cycles, live bindings and top-level await are the real ones, with
 * `distaff` as this process' own library. What an import cannot have is reported and costs only what depends on it.
 */
export class ModuleGraph {
  private readonly sources: ReadonlyMap<string, SourceModule>;
  private readonly made = new Map<string, vm.Module>();

  constructor(
    private readonly request: EvaluateRequest,
    private readonly library: Namespace,
    private readonly observer: object,
    private readonly report: (error: MissingImportError) => void,
  ) {
    this.sources = new Map(request.modules.map((source) => [source.path, source]));
  }

  /** The entry, linked: evaluating it evaluates what it imports. Throws what linking throws. */
  async entry(): Promise<vm.Module> {
    const root = this.sourceModule(this.request.entry);
    await root.link(this.imported);
    return root;
  }

  private readonly imported = async (specifier: string, { identifier }: { identifier: string }): Promise<vm.Module> => {
    const known = this.sources.get(identifier)?.links[specifier];
    const target: LinkTarget = known ?? { kind: 'missing', message: `Cannot find '${specifier}'.`, names: [] };
    if (target.kind === 'source') return this.made.get(target.path) ?? this.sourceModule(target.path);
    // Each importer asks for names of its own.
    const key = `${specifier} of ${identifier}`;
    const module = this.made.get(key) ?? synthetic(key, await this.namespace(target, specifier, identifier));
    this.made.set(key, module);
    return module;
  };

  private sourceModule(file: string): vm.Module {
    const { code } = this.sources.get(file) as SourceModule;
    const module = new vm.SourceTextModule(code, {
      identifier: file,
      initializeImportMeta: (meta) => {
        const { href } = pathToFileURL(file);
        const resolve = (specifier: string) => new URL(specifier, href).href;
        Object.assign(meta, { url: href, filename: file, dirname: path.dirname(file), resolve });
      },
      importModuleDynamically: (specifier, importer) => this.importLater(specifier, importer as vm.Module),
    });
    this.made.set(file, module);
    return module;
  }

  private async importLater(specifier: string, importer: { identifier: string }): Promise<vm.Module> {
    const module = await this.imported(specifier, importer);
    if (module.status === 'unlinked') await module.link(this.imported);
    await module.evaluate();
    return module;
  }

  private async namespace(target: LinkTarget, specifier: string, importer: string): Promise<Namespace> {
    if (target.kind === 'observer') return { __distaff: this.observer };
    const { names } = target as { names: readonly string[] };
    const missing = (message: string, absent: readonly string[]): Namespace => {
      this.report(new MissingImportError(message, specifier, importer));
      return Object.fromEntries(absent.map((name) => [name, MISSING]));
    };
    if (target.kind === 'missing') return missing(target.message, names);
    try {
      const found = target.kind === 'external' ? await load(target.url) : this.library;
      const absent = names.filter((name) => !(name in found));
      if (absent.length === 0) return found;
      const list = absent.map((name) => `'${name}'`).join(', ');
      return { ...found, ...missing(`'${specifier}' has no export named ${list}.`, absent) };
    } catch (error) {
      return missing(`Cannot load '${specifier}': ${messageOf(error)}`, names);
    }
  }
}

async function load(url: string): Promise<Namespace> {
  if (!url.endsWith('.json')) return import(url);
  const value: unknown = JSON.parse(readFileSync(fileURLToPath(url), 'utf8'));
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return { ...(isObject ? value : {}), default: value };
}

function synthetic(identifier: string, namespace: Namespace): vm.Module {
  const names = Object.keys(namespace);
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier },
  );
}
