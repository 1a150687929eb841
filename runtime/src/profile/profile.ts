import { writeFileSync } from 'node:fs';
import { NATIVE_BACKEND } from '../bindings/backend';
import { activeBackend, profilers } from '../bindings/stack';
import { type ProfileEvent, Recorder } from './recorder';
import { type Total, table, totals } from './summary';
import { chromeTrace, cpuProfile } from './traceFile';

export interface ProfileOptions {
  /**
   * Where to write the profile: a Chrome trace for Perfetto (`trace.json`), or with the ending `.cpuprofile` what VS Code
   * itself opens.
   */
  readonly path?: string;
}

/** What ran, and how long. */
export class Profile<R> {
  /** Time by op, by compiled function and by kind of transfer. */
  readonly ops: readonly Total[];
  /** Time by module path, what is inside of each included; calls that jit only recorded are not. */
  readonly modules: readonly Total[];

  constructor(
    /** What the function returned. */
    readonly result: R,
    /** Each op, module call, compiled function and transfer, in the order in which they ended. */
    readonly events: readonly ProfileEvent[],
    /** Milliseconds from beginning to end, without those that recording took. */
    readonly wall: number,
  ) {
    const isModule = ({ kind }: ProfileEvent) => kind === 'module';
    this.ops = totals(events.filter((event) => !isModule(event)));
    this.modules = totals(events.filter((event) => isModule(event) && !event.recorded));
  }

  /** Tables of time by op and by module. */
  summary(): string {
    const { ops, modules, wall } = this;
    const parts = [`${wall.toFixed(3)} ms in all`];
    if (ops.length > 0) parts.push(table('op', ops, wall));
    if (modules.length > 0) parts.push(table('module', modules, wall));
    return parts.join('\n\n');
  }
}

/**
 * Runs `fn` and records each op, module call and compiled function in it, with its time in ms, shapes and the line that it
 * is called from; writes that to `path` if given. A promise for an `fn` that gives one, with everything that runs until
 * it is settled. Where only shapes are worked out there are no events and no file. Throws inside of another profile, and
 * where the native addon is not set up.
 *
 *     console.log(profile(() => step(model, batch), { path: 'trace.json' }).summary());
 */
export function profile<R>(fn: () => PromiseLike<R>, options?: ProfileOptions): Promise<Profile<R>>;
export function profile<R>(fn: () => R, options?: ProfileOptions): Profile<R>;
export function profile(fn: () => unknown, options: ProfileOptions = {}): Profile<unknown> | Promise<Profile<unknown>> {
  if (typeof fn !== 'function') throw new TypeError(`profile takes a function without arguments, got ${typeof fn}.`);
  if (profilers.top !== undefined) throw new Error('profile: a profile is being made already; one at a time.');
  // Where shapes are worked out or a function is recorded, no op runs.
  if (activeBackend() !== NATIVE_BACKEND) return unprofiled(fn());
  const recorder = new Recorder();
  const finish = (result: unknown) => {
    const wall = recorder.now();
    const made = new Profile(result, recorder.events, wall);
    if (options.path !== undefined) write(options.path, made);
    return made;
  };
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    recorder.stop();
    throw error;
  }
  if (!isPromise(result)) {
    recorder.stop();
    return finish(result);
  }
  return Promise.resolve(result)
    .finally(() => recorder.stop())
    .then(finish);
}

function unprofiled(result: unknown): Profile<unknown> | Promise<Profile<unknown>> {
  const made = (settled: unknown) => new Profile(settled, [], 0);
  return isPromise(result) ? Promise.resolve(result).then(made) : made(result);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function write(path: string, { events, wall }: Profile<unknown>): void {
  const content = path.endsWith('.cpuprofile') ? cpuProfile(events, wall) : chromeTrace(events, wall);
  writeFileSync(path, JSON.stringify(content));
}
