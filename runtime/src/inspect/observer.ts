import type { ModuleFrame } from '../nn/frame';

/** Is told what modules do while it is on the stack of observers; how tools look inside without the library knowing them. */
export interface ModuleObserver {
  /** A module's method starts; `className` is the module's name. */
  enter(frame: ModuleFrame, className: string, method: string, args: readonly unknown[]): void;
  /** It returned. */
  exit(frame: ModuleFrame, output: unknown): void;
  /** A parameter was declared or read. */
  param(frame: ModuleFrame, name: string, value: unknown, initializer: unknown): void;
}
