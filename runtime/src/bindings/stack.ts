/**
 * The one place with mutable module-level state: what is active while user code runs. Everything here is entered and
 * left synchronously, in stack order.
 */
import { engine, type KernelBackend } from '#tfjs';
import type { ModuleObserver } from '../inspect/observer';
import type { Collection } from '../nn/collection';
import type { ModuleFrame } from '../nn/frame';
import type { RngScope } from '../nn/stochastic';
import type { ProgramBuilder } from '../transforms/program';
import type { Level } from './batch/level';
import type { Trace } from './graph/trace';

class ActiveStack<T> {
  private readonly items: T[] = [];

  /** Runs `fn` with `item` on top. */
  with<R>(item: T, fn: () => R): R {
    this.items.push(item);
    try {
      return fn();
    } finally {
      this.items.pop();
    }
  }

  /** Puts `item` on top for code that waits, and gives what takes it away again, wherever it stands then. */
  hold(item: T): () => void {
    this.items.push(item);
    return () => {
      const place = this.items.lastIndexOf(item);
      if (place >= 0) this.items.splice(place, 1);
    };
  }

  /** Makes `item` the only one, for processes that have nothing else around it. */
  use(item: T): void {
    this.items.splice(0, this.items.length, item);
  }

  get top(): T | undefined {
    return this.items.at(-1);
  }

  /** Outermost first. */
  get all(): readonly T[] {
    return this.items;
  }
}

/** The module calls that are running, innermost on top. */
export const moduleFrames = new ActiveStack<ModuleFrame>();

/** The collections that module state is kept in, those of the innermost nn.stateful on top. */
export const stateCollections = new ActiveStack<Collection>();

/** The collections that all module outputs go to. */
export const outputCollections = new ActiveStack<Collection<unknown[]>>();

/** Where nn.makeRng takes its keys from. */
export const rngScopes = new ActiveStack<RngScope>();

/** The transformations whose functions are running. */
export const transforms = new ActiveStack<Transform>();

export interface Transform {
  /** As users call it: 'grad', 'lax.scan'. */
  readonly name: string;
  /** Whether one run of the function stands for several: keys made in it would be used more than once. */
  readonly repeats: boolean;
}

/** The functions that are being recorded as graphs, innermost on top. */
export const traces = new ActiveStack<Trace>();
/** The functions whose kernels are being watched, innermost on top. */
export const programs = new ActiveStack<ProgramBuilder>();

/** The vmaps that are running, innermost on top. */
export const levels = new ActiveStack<Level>();

/** Who is told of module calls and parameters. */
export const observers = new ActiveStack<ModuleObserver>();

/** Who is told how long compiled functions take. */
export const profilers = new ActiveStack<Profiler>();

export interface Profiler {
  /** A function is recorded as a graph, or its first run with a compiler compiles it, or it runs. */
  span<R>(kind: 'record' | 'compile' | 'jit', name: string, details: Readonly<Record<string, unknown>>, fn: () => R): R;
}

const sizeNames = new ActiveStack<ReadonlyMap<number, string>>();

/** Runs `fn` with names for sizes (`1009 → 'B'`): shapes in messages and hints print them. */
export function withSizeNames<T>(names: ReadonlyMap<number, string>, fn: () => T): T {
  return sizeNames.with(names, fn);
}

export function activeSizeNames(): ReadonlyMap<number, string> | undefined {
  return sizeNames.top;
}

interface ActiveBackend {
  backendName: string;
  backendInstance: KernelBackend;
}

/** Runs `fn` with another backend as the active one. tf.setBackend would walk the whole kernel registry each time. */
export function withBackend<T>(name: string, fn: () => T): T {
  const active = engine() as unknown as ActiveBackend;
  const { backendName, backendInstance } = active;
  active.backendInstance = engine().findBackend(name);
  active.backendName = name;
  try {
    return fn();
  } finally {
    active.backendName = backendName;
    active.backendInstance = backendInstance;
  }
}

/** The name of the backend that ops run on now. */
export function activeBackend(): string {
  return (engine() as unknown as ActiveBackend).backendName;
}
