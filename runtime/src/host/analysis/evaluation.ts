import { pickPrimes } from '../../bindings/sizes';
import { withSizeNames } from '../../bindings/stack';
import { moduleSpecOf } from '../../nn/callable';
import { modulePathOf } from '../../nn/moduleError';
import { PRNGKey } from '../../random';
import { abstractTensor } from '../../transforms/evalShape';
import type { ShapeDtypeStruct } from '../../transforms/shapeDtypeStruct';
import { parseSpec, SpecSyntaxError } from '../../transforms/specs';
import * as tree from '../../tree';
import { framesIn, readableMessage } from './errorReport';
import { MISSING, MissingValueError } from './missing';
import { evaluateModules, MissingImportError } from './modules';
import type { AnalysisRecord, ErrorRecord, EvaluateRequest } from './protocol';
import { SiteObserver } from './siteObserver';

/** A spec as a tag has it, and its offset in the source; nothing for an input that was left out. */
type TagSpec = readonly [text: string, offset: number] | undefined;

type Callable = { init(key: unknown, ...args: unknown[]): unknown };

/**
 * Evaluates one file's modules on abstract tensors: first its top level, then each module on its known inputs. What
 * sites, modules and errors have to say goes to `send` as it happens, so a run that is cut short leaves what it found.
 */
export class Evaluation {
  readonly sites: SiteObserver;
  private readonly probes: (() => void)[] = [];
  private readonly sizes = new Map<string, number>();
  private readonly specs: string[] = [];

  constructor(
    private readonly request: EvaluateRequest,
    private readonly library: Record<string, unknown>,
    private readonly send: (record: AnalysisRecord) => void,
  ) {
    this.sites = new SiteObserver(send);
  }

  async run(): Promise<void> {
    try {
      await evaluateModules(this.request, this.library, this.observer(), (error) => this.report(error));
    } catch (error) {
      this.report(error);
    }
    const named = pickPrimes(this.sizeNames(), this.request.literals);
    for (const [prime, name] of named) this.sizes.set(name, prime);
    withSizeNames(named, () => {
      for (const probe of this.probes) probe();
    });
  }

  /** What instrumented code calls `__distaff`. */
  private observer() {
    return {
      value: <T>(site: number, value: T): T => {
        this.sites.see(site, value, false);
        return value;
      },
      call: <T>(site: number, value: T): T => {
        this.sites.see(site, value, true);
        return value;
      },
      module: <T>(definition: number, callable: T): T => {
        const spec = moduleSpecOf(callable);
        if (spec !== undefined) this.sites.define(definition, spec.cls);
        return callable;
      },
      guard: (initializer: () => unknown): unknown => {
        try {
          return initializer();
        } catch (error) {
          this.report(error);
          return MISSING;
        }
      },
      guardAsync: async (initializer: () => Promise<unknown>): Promise<unknown> => {
        try {
          return await initializer();
        } catch (error) {
          this.report(error);
          return MISSING;
        }
      },
      key: () => PRNGKey(0),
      probeTags: (definition: number, module: () => Callable, specs: readonly TagSpec[], options?: () => object) => {
        for (const spec of specs) if (spec !== undefined) this.specs.push(spec[0]);
        this.probe(definition, true, () => {
          const inputs = specs.map((spec) => (spec === undefined ? undefined : this.input(spec)));
          module().init(PRNGKey(0), ...inputs, options?.() ?? {});
        });
      },
      probeCall: (definition: number, call: () => unknown) => {
        this.probe(definition, false, call);
      },
    };
  }

  private probe(definition: number, tagged: boolean, run: () => unknown): void {
    this.probes.push(() => {
      this.sites.probe = { definition, tagged };
      try {
        run();
      } catch (error) {
        this.report(error);
      } finally {
        this.sites.probe = undefined;
      }
    });
  }

  private input([text, offset]: readonly [string, number]): unknown {
    if (/^(true|false|null|-?\d+(\.\d+)?)$/.test(text)) return JSON.parse(text);
    try {
      const spec = parseSpec(text, (name) => this.sizes.get(name) ?? 1);
      return tree.map((leaf) => abstractTensor(leaf as ShapeDtypeStruct), spec);
    } catch (error) {
      if (error instanceof SpecSyntaxError) error.offset += offset;
      throw error;
    }
  }

  private sizeNames(): string[] {
    const inBrackets = this.specs.flatMap((text) => [...text.matchAll(/\[([^\]]*)\]/g)].map((found) => found[1] ?? ''));
    return [...new Set(inBrackets.flatMap((sizes) => sizes.match(/[A-Za-z_]\w*/g) ?? []))];
  }

  private report(error: unknown): void {
    // What depends on a reported failure has nothing of its own to say.
    if (error instanceof MissingValueError) return;
    const paths = new Set(this.request.modules.map(({ path }) => path));
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const record: ErrorRecord = {
      type: 'error',
      message: readableMessage(message),
      frames: framesIn(stack, (path) => paths.has(path)),
      modulePath: modulePathOf(error),
      severity: (error as Error)?.name === 'ConcretizationError' ? 'warning' : 'error',
      offset: error instanceof SpecSyntaxError ? error.offset : undefined,
      missingImport:
        error instanceof MissingImportError ? { specifier: error.specifier, importer: error.importer } : undefined,
    };
    this.send(record);
  }
}
