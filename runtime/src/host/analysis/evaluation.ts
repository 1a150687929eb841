import { ConcretizationError } from '../../bindings/concretization';
import { pickPrimes } from '../../bindings/sizes';
import { withSizeNames } from '../../bindings/stack';
import { moduleSpecOf } from '../../nn/callable';
import { modulePathOf } from '../../nn/moduleError';
import { type Method, parametersOf } from '../../nn/parameters';
import type { ModuleSpec } from '../../nn/spec';
import { stateful } from '../../nn/state';
import { stochastic } from '../../nn/stochastic';
import { PRNGKey } from '../../random';
import { abstractTensor } from '../../transforms/evalShape';
import type { ShapeDtypeStruct } from '../../transforms/shapeDtypeStruct';
import { parseSpec, SpecSyntaxError } from '../../transforms/specs';
import * as tree from '../../tree';
import { withDeadline } from './deadline';
import { framesIn, messageOf, readableMessage, stackOf } from './errorReport';
import { MISSING, MissingValueError } from './missing';
import { MissingImportError, ModuleGraph } from './modules';
import type { AnalysisRecord, ErrorRecord, EvaluateRequest } from './protocol';
import { DeniedError } from './sideEffects';
import { SiteObserver } from './siteObserver';

/** A spec as a tag has it, and its offset in the source; nothing for an input that was left out. */
type TagSpec = readonly [text: string, offset: number] | undefined;

type InitMethod = 'init' | 'initByShape' | 'create' | 'createByShape';
type Callable = Record<InitMethod, (key: unknown, ...args: unknown[]) => unknown>;

/**
 * Evaluates one file's modules on abstract tensors: first its top level, then each module on its known inputs. What
 * sites, modules and errors have to say goes to `send` as it happens, so a run that is cut short leaves what it found.
 */
export class Evaluation {
  readonly sites: SiteObserver;
  private readonly modules = new Map<number, Callable>();
  private readonly probes: (() => void)[] = [];
  /** The top level ended early: what comes behind is not there. */
  private endedEarly = false;
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
    const graph = new ModuleGraph(this.request, this.library, this.observer(), (error) => this.report(error));
    try {
      const entry = await graph.entry();
      await withDeadline(this.request.deadline, () => entry.evaluate());
    } catch (error) {
      this.endedEarly = true;
      this.report(error);
    }
    const named = pickPrimes(this.sizeNames(), this.request.literals);
    for (const [prime, name] of named) this.sizes.set(name, prime);
    withDeadline(this.request.deadline, () =>
      withSizeNames(named, () => {
        for (const probe of this.probes) probe();
      }),
    );
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
        if (spec !== undefined) {
          this.sites.define(definition, spec.cls);
          this.modules.set(definition, callable as Callable);
        }
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
      failed: (error: unknown): void => this.report(error),
      missing: MISSING,
      probeTags: (definition: number, specs: readonly TagSpec[], options?: () => object, place?: number) => {
        for (const spec of specs) if (spec !== undefined) this.specs.push(spec[0]);
        const inputs = () => specs.map((spec) => (spec === undefined ? undefined : this.input(spec)));
        const given = () => (options === undefined ? {} : this.given(options, place));
        const run = (module: Callable) => module.init(PRNGKey(0), ...inputs(), given());
        if (options !== undefined) this.probe(definition, true, run);
        else this.probe(definition, true, run, (module, own) => module.init(PRNGKey(0), ...inputs(), own));
      },
      probeCall: (definition: number, method: InitMethod, args: () => unknown[], place: number) => {
        this.probe(definition, false, (module) => module[method](PRNGKey(0), ...this.given(args, place)));
      },
    };
  }

  /** What the source gives a module beside its inputs' specs; where it fails, `place` is its offset there. */
  private given<T>(make: () => T, place: number | undefined): T {
    try {
      return make();
    } catch (error) {
      this.report(error, place);
      throw new MissingValueError();
    }
  }

  /** Where `run` fails for want of options, `runWith` runs the module with those of the file's own code. */
  private probe(
    definition: number,
    tagged: boolean,
    run: (module: Callable) => unknown,
    runWith?: (module: Callable, options: object) => unknown,
  ): void {
    this.probes.push(() => {
      const module = this.modules.get(definition);
      // Making it failed, which was reported, or it is made in a function that nothing calls.
      if (module === undefined) return;
      this.sites.probe = { definition, tagged };
      // Modules that keep state or take keys find both, as they would in the code that calls them.
      const attempt = (way: () => unknown) => stateful(() => stochastic(PRNGKey(0), way));
      try {
        attempt(() => run(module));
      } catch (error) {
        const wanted = runWith === undefined ? undefined : requiredOptions(module);
        const own = wanted && this.sites.optionsGiven(wanted.cls);
        if (own === undefined) this.report(error, undefined, wanted?.advice);
        else this.reporting(() => attempt(() => runWith?.(module, own)));
      } finally {
        this.sites.probe = undefined;
      }
    });
  }

  private reporting(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      this.report(error);
    }
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

  report(error: unknown, near?: number, advice = ''): void {
    // What depends on a reported failure has nothing of its own to say.
    if (error instanceof MissingValueError) return;
    if (this.endedEarly && /before initialization/.test(messageOf(error))) return;
    const paths = this.request.modules.map(({ path }) => path);
    const record: ErrorRecord = {
      type: 'error',
      message: deniedMessage(error) ?? readableMessage(error) + (error instanceof TypeError ? advice : ''),
      frames: framesIn(stackOf(error), paths),
      modulePath: modulePathOf(error),
      severity: isOfAnalysis(error) ? 'warning' : 'error',
      offset: error instanceof SpecSyntaxError ? error.offset : undefined,
      near,
      definition: this.sites.probe?.definition,
      missingImport:
        error instanceof MissingImportError ? { specifier: error.specifier, importer: error.importer } : undefined,
    };
    this.send(record);
  }
}

/** A module whose options object has no default, so that some may be missing without a @with tag, and what to say then. */
function requiredOptions(callable: Callable): { cls: ModuleSpec['cls']; advice: string } | undefined {
  const spec = moduleSpecOf(callable);
  const parameters = spec && parametersOf(spec.cls.prototype.apply as Method);
  if (parameters?.last !== 'pattern' || parameters.hasDefault || Object.keys(spec?.options ?? {}).length > 0) return;
  const wanted = (parameters.names ?? []).map((name) => `${name}: …`).join(', ');
  const advice = `\n  ${spec?.className} ran without options. Where it needs some, write them behind its @input: @with { ${wanted} }.`;
  return spec && { cls: spec.cls, advice };
}

/** Errors that arise because shapes are worked out, and do not when the code runs. */
function isOfAnalysis(error: unknown): boolean {
  return error instanceof ConcretizationError || error instanceof DeniedError || deniedMessage(error) !== undefined;
}

/** What Node's permission model refused. */
function deniedMessage(error: unknown): string | undefined {
  const { code, permission, resource } = (error ?? {}) as { code?: unknown; permission?: string; resource?: string };
  if (code !== 'ERR_ACCESS_DENIED') return undefined;
  const what = [permission, resource].filter(Boolean).join(' ');
  return `Code may only read files while shapes are worked out; refused: ${what || messageOf(error)}.`;
}
