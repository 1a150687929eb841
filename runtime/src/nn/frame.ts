import type { Tensor } from '#tfjs';
import { withBackend } from '../bindings/stack';
import type { Module } from './module';
import type { Params } from './types';

/**
 * The context that one module call initializes or reads its parameters in (Flax's _ModuleFrame). During init `rng` is
 * the key that the frame's parameters and submodules fold their names into; during apply it is null.
 */
export class ModuleFrame {
  /** Which submodule names are taken, and whether each is shared. */
  readonly submodules = new Map<string, boolean>();
  readonly sharedNames = new Set<string>();
  /** Whose frame it is; null while that is being constructed. */
  instance: Module | null = null;
  private unnamedCount = 0;

  constructor(
    readonly name: string | null,
    readonly parent: ModuleFrame | null,
    readonly params: Params,
    public rng: Tensor | null,
    /** Where parameters are made: under `initByShape` activations are abstract and parameters real. */
    readonly initBackend: string | null,
  ) {}

  get isInitializing(): boolean {
    return this.rng !== null;
  }

  /** Runs `fn` where parameters, and the keys they are made from, have values. */
  making<T>(fn: () => T): T {
    return this.initBackend === null ? fn() : withBackend(this.initBackend, fn);
  }

  /** Like a file name: `/` is an unnamed root, `/encoder/dense` a submodule of it. */
  get path(): string {
    return this.parent === null ? `/${this.name ?? ''}` : joined(this.parent.path, this.name);
  }

  /** The next name of an unnamed submodule: one counter for all classes. */
  createName(): string {
    return String(this.unnamedCount++);
  }

  /** The path that begins below `frame`, or at the top for null; undefined if this is not called inside of `frame`. */
  pathBelow(frame: ModuleFrame | null): string | undefined {
    if (frame === null) return this.path;
    if (this.parent === frame) return `/${this.name ?? ''}`;
    const parent = this.parent?.pathBelow(frame);
    return parent === undefined ? undefined : joined(parent, this.name);
  }

  /** Itself or the module call around it that was made directly in `frame`. */
  ancestorBelow(frame: ModuleFrame | null): ModuleFrame {
    return this.parent === frame || this.parent === null ? this : this.parent.ancestorBelow(frame);
  }
}

function joined(parent: string, name: string | null): string {
  return `${parent}${parent.endsWith('/') ? '' : '/'}${name ?? ''}`;
}
