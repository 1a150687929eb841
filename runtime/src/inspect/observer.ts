import type { ModuleFrame } from '../nn/frame';
import type { ModuleSpec } from '../nn/spec';

/** Is told what modules do while it is on the stack of observers; how tools look inside without the library knowing them. */
export interface ModuleObserver {
  /** One of a module's methods starts; `args` are what the method gets, its options included. */
  enter(frame: ModuleFrame, module: ModuleSpec, method: string, args: readonly unknown[]): void;
  /** It returned. */
  exit(frame: ModuleFrame, output: unknown): void;
  /** It threw. */
  fail(frame: ModuleFrame): void;
  /** A parameter was declared or read. */
  param(frame: ModuleFrame, name: string, value: unknown, initializer: unknown): void;
}
