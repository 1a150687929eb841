/** The wire between the language server and the analysis process, over Node's IPC channel. Types only. */

/** Something that an import leads to; `names` are those that are imported. */
export type LinkTarget =
  | { readonly kind: 'source'; readonly path: string }
  /** Loaded as it is: a package, a Node module, a CommonJS file or JSON. */
  | { readonly kind: 'external'; readonly url: string; readonly names: readonly string[] }
  | { readonly kind: 'distaff'; readonly names: readonly string[] }
  /** What instrumented code reports to: its export `__distaff`. */
  | { readonly kind: 'observer' }
  | { readonly kind: 'missing'; readonly message: string; readonly names: readonly string[] };

/** One workspace file as an ES module without types. */
export interface SourceModule {
  readonly path: string;
  readonly code: string;
  /** By specifier as written. */
  readonly links: Readonly<Record<string, LinkTarget>>;
}

export interface EvaluateRequest {
  readonly type: 'evaluate';
  readonly id: number;
  /** The instrumented file; a path of `modules`. */
  readonly entry: string;
  readonly modules: readonly SourceModule[];
  /**
   * How long the user's code may block, in ms. The server, which kills the process before that, may be gone: then it
   * ends itself.
   */
  readonly deadline: number;
  /** Whole numbers written in the entry: named sizes stay clear of them. */
  readonly literals: readonly number[];
}

/** What a site saw; sent when it first sees something and whenever that is something new. */
export interface SiteRecord {
  readonly type: 'site';
  readonly site: number;
  /** `f32[B, 512]`, `[f32[B, 8], f32[B, 8]]`, `6 leaves, 669,706`. */
  readonly label: string;
  /** The module definition whose own probe was running. */
  readonly probe: number | undefined;
  /** Set where the value came from calling a module. */
  readonly call: CallRecord | undefined;
}

export interface CallRecord {
  readonly module: string;
  readonly path: string;
  /** The parameters that the module itself declared. */
  readonly params: readonly { readonly name: string; readonly label: string }[];
}

/** One run of a module on known inputs. */
export interface ModuleRecord {
  readonly type: 'module';
  readonly definition: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly params: readonly { readonly path: string; readonly shape: readonly number[]; readonly dtype: string }[];
  readonly parameterCount: number;
  readonly bytes: number;
  /** How its inputs were known: its `@input` tags, a call of init or initByShape, or another module that calls it. */
  readonly origin: 'input' | 'call' | 'nested';
}

/** A place in a module's code as it was evaluated. */
export interface GeneratedPosition {
  readonly path: string;
  /** 1-based, as in stacks. */
  readonly line: number;
  readonly column: number;
}

export interface ErrorRecord {
  readonly type: 'error';
  readonly message: string;
  /** Workspace frames, innermost first. */
  readonly frames: readonly GeneratedPosition[];
  readonly modulePath: string | undefined;
  readonly severity: 'error' | 'warning' | 'information';
  /** For errors in a tag's text: its offset in the entry's source. */
  readonly offset: number | undefined;
  /** An offset in the entry's source, for errors that have no frames in it. */
  readonly near: number | undefined;
  /** The module definition whose probe was running. */
  readonly definition: number | undefined;
  /** For imports that lead nowhere. */
  readonly missingImport: { readonly specifier: string; readonly importer: string } | undefined;
}

export interface DoneRecord {
  readonly type: 'done';
  /** Milliseconds inside the analysis process. */
  readonly elapsed: number;
  /** False where the evaluated code left the process in a state that the next evaluation should not find. */
  readonly reusable: boolean;
}

export type AnalysisRecord = SiteRecord | ModuleRecord | ErrorRecord | DoneRecord;
/** Every record says which request it belongs to. */
export type AnalysisMessage = { readonly type: 'ready' } | (AnalysisRecord & { readonly id: number });
