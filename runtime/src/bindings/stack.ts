/**
 * The one place with mutable module-level state: what is active while user code runs. Everything here is entered and
 * left synchronously, in stack order.
 */
import { engine, type KernelBackend } from '#tfjs';
import type { ModuleObserver } from '../inspect/observer';
import type { ModuleFrame } from '../nn/frame';

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

  /** Makes `item` the only one, for processes that have nothing else around it. */
  use(item: T): void {
    this.items.splice(0, this.items.length, item);
  }

  get top(): T | undefined {
    return this.items.at(-1);
  }
}

/** The module calls that are running, innermost on top. */
export const moduleFrames = new ActiveStack<ModuleFrame>();

/** Who is told of module calls and parameters. */
export const observers = new ActiveStack<ModuleObserver>();

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
