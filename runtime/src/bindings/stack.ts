/**
 * The one place with mutable module-level state: what is active while user code runs. Everything here is entered and
 * left synchronously, in stack order.
 */
import { engine, type KernelBackend } from '#tfjs';

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

const sizeNames: (ReadonlyMap<number, string> | undefined)[] = [];

/** Runs `fn` with names for sizes (`1009 → 'B'`): shapes in messages and hints print them. */
export function withSizeNames<T>(names: ReadonlyMap<number, string>, fn: () => T): T {
  sizeNames.push(names);
  try {
    return fn();
  } finally {
    sizeNames.pop();
  }
}

export function activeSizeNames(): ReadonlyMap<number, string> | undefined {
  return sizeNames.at(-1);
}
