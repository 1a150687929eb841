import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { describe, elements, isArray } from '../../inspect/describe';
import type { ModuleObserver } from '../../inspect/observer';
import type { ModuleFrame } from '../../nn/frame';
import type { ModuleSpec } from '../../nn/spec';
import { SHORT_DTYPE } from '../../transforms/shapeDtypeStruct';
import * as tree from '../../tree';
import type { CallRecord, ModuleRecord, SiteRecord } from './protocol';

interface RunningCall {
  readonly module: ModuleSpec;
  readonly method: string;
  readonly inputs: readonly string[];
  readonly params: { name: string; label: string }[];
}

/** What a long loop shows a site later on says little more and would slow the code down; a hint counts no further. */
const MOST_LOOKS = 200;
/** The same for large data, in ms. */
const LONGEST_LOOKING = 50;

/** More outputs than these are one. */
const LONGEST_OUTPUT = 100;

/** How often a site was looked at while one probe ran. */
interface Looks {
  readonly probe: number | undefined;
  count: number;
  elapsed: number;
}

/** Turns what instrumented code and modules report into records: each site's distinct values, each module's runs. */
export class SiteObserver implements ModuleObserver {
  /** The definition whose own probe is running. */
  probe: { readonly definition: number; readonly tagged: boolean } | undefined;

  private readonly running: RunningCall[] = [];
  private lastCall: { readonly output: unknown; readonly record: CallRecord } | undefined;
  private readonly sent = new Set<string>();
  private readonly looks: Looks[] = [];
  private readonly definitions = new Map<ModuleSpec['cls'], number>();
  private readonly classes = new Map<number, ModuleSpec['cls']>();
  private readonly options = new Map<ModuleSpec['cls'], object>();

  constructor(private readonly send: (record: SiteRecord | ModuleRecord) => void) {}

  define(definition: number, cls: ModuleSpec['cls']): void {
    this.classes.set(definition, cls);
    // A partial comes after the module it is of, whose class it shares.
    if (!this.definitions.has(cls)) this.definitions.set(cls, definition);
  }

  enter(_frame: ModuleFrame, module: ModuleSpec, method: string, args: readonly unknown[]): void {
    const inputs = args.filter((arg, i) => i < args.length - 1 || describe(arg) !== undefined);
    const last = args.at(-1);
    if (inputs.length < args.length && method === 'apply' && this.running.length === 0 && this.probe === undefined) {
      if (tree.isPlainObject(last) && !this.options.has(module.cls)) this.options.set(module.cls, last);
    }
    this.running.push({ module, method, inputs: inputs.map(print), params: [] });
  }

  /** The options that the file's own code ran a module with first; undefined where it did not. */
  optionsGiven(cls: ModuleSpec['cls']): object | undefined {
    return this.options.get(cls);
  }

  param(_frame: ModuleFrame, name: string, value: unknown): void {
    const label = describe(value);
    if (label !== undefined) this.running.at(-1)?.params.push({ name, label });
  }

  exit(frame: ModuleFrame, output: unknown): void {
    const call = this.running.pop();
    if (call === undefined) return;
    this.lastCall = { output, record: { module: call.module.className, path: frame.path, params: call.params } };
    const isOwn = this.running.length === 0 && this.classes.get(this.probe?.definition ?? -1) === call.module.cls;
    const definition = isOwn ? this.probe?.definition : this.definitions.get(call.module.cls);
    if (definition !== undefined && frame.isInitializing && call.method === 'apply') {
      this.sendModule(definition, call, frame, output);
    }
  }

  fail(): void {
    this.running.pop();
  }

  /** A site saw a value; sent when it is new there. */
  see(site: number, value: unknown, onlyCalls: boolean): void {
    const call = this.lastCall?.output === value && value !== undefined ? this.lastCall?.record : undefined;
    this.lastCall = undefined;
    if (onlyCalls && call === undefined) return;
    const probe = this.probe?.definition;
    const looks = this.looksAt(site, probe);
    if (looks.count >= MOST_LOOKS || looks.elapsed > LONGEST_LOOKING) return;
    const started = performance.now();
    const label = describe(value);
    looks.count++;
    looks.elapsed += performance.now() - started;
    if (label === undefined) return;
    const params = call?.params.map((param) => `${param.name} ${param.label}`).join();
    if (!this.isNew(`${site} ${probe} ${label} ${params}`)) return;
    this.send({ type: 'site', site, label, probe, call });
  }

  private looksAt(site: number, probe: number | undefined): Looks {
    const known = this.looks[site];
    if (known?.probe === probe && known !== undefined) return known;
    const looks = { probe, count: 0, elapsed: 0 };
    this.looks[site] = looks;
    return looks;
  }

  private sendModule(definition: number, call: RunningCall, frame: ModuleFrame, output: unknown): void {
    const own = this.probe?.definition === definition && this.running.length === 0;
    const origin = own && this.probe?.tagged ? 'input' : this.running.length === 0 ? 'call' : 'nested';
    const outputs = Array.isArray(output) && output.length <= LONGEST_OUTPUT ? output.map(print) : [print(output)];
    const params = [...namedParams(frame.params, '')];
    if (!this.isNew(`module ${definition} ${origin} ${call.inputs.join()}`)) return;
    const parameterCount = params.reduce((sum, { shape }) => sum + elements(shape), 0);
    const bytes = params.reduce(
      (sum, { shape, dtype }) => sum + elements(shape) * (dtype === 'bool' ? 1 : dtype === 'c64' ? 8 : 4),
      0,
    );
    this.send({ type: 'module', definition, origin, inputs: call.inputs, outputs, params, parameterCount, bytes });
  }

  private isNew(key: string): boolean {
    if (this.sent.has(key)) return false;
    this.sent.add(key);
    return true;
  }
}

/** A value of any kind, briefly. */
function print(value: unknown): string {
  const label = describe(value);
  if (label !== undefined) return label;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  try {
    return inspect(value, { depth: 1, maxArrayLength: 8, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY });
  } catch {
    return typeof value;
  }
}

/** The parameters in the order of their declaration, which pytrees do not keep. */
function* namedParams(node: unknown, path: string): Generator<ModuleRecord['params'][number]> {
  if (isArray(node)) yield { path, shape: [...node.shape], dtype: SHORT_DTYPE[node.dtype] ?? node.dtype };
  else if (Array.isArray(node) || tree.isPlainObject(node)) {
    for (const [key, child] of Object.entries(node)) yield* namedParams(child, `${path}/${key}`);
  }
}
