/** nn.Module, the base class of modules (flax/nn/base.py of Flax before Linen). */
import { Tensor } from '#tfjs';
import { moduleFrames, observers } from '../bindings/stack';
import { foldInStr } from '../random';
import { kindOf } from '../transforms/arguments';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import type { Collection } from './collection';
import type { ModuleFrame } from './frame';
import { ModuleError } from './moduleError';
import { declareState, isStateful, type ModuleState } from './state';
import type { Initializer } from './types';

/**
 * Where a running instance has its frame; not a member, so that it is no part of users' types. A WeakMap would keep both
 * until a major collection: the frame leads back to the instance, and minor ones take a WeakMap's values for reachable.
 */
const FRAME = Symbol('distaff.frame');
type Framed = { [FRAME]?: ModuleFrame };

export function enterFrame(instance: Module, frame: ModuleFrame): void {
  Object.defineProperty(instance, FRAME, { value: frame, configurable: true });
  frame.instance = instance;
}

function frameOf(instance: Module): ModuleFrame {
  const frame = (instance as Framed)[FRAME];
  if (frame !== undefined) return frame;
  // Class fields may declare parameters: they are set while the instance is constructed.
  const running = moduleFrames.top;
  if (running === undefined || running.instance !== null) {
    throw new ModuleError(
      `${instance.constructor.name || 'This module'} is not running: a module's methods are for its own apply. ` +
        'Make the class callable with nn.module and call that.',
    );
  }
  enterFrame(instance, running);
  return running;
}

/** The base class of modules: `class Dense extends nn.Module { apply(x, { features }) {…} }`, made callable by nn.module. */
export abstract class Module {
  /**
   * A parameter of this module: made by `initializer` from a key of its own during init, read afterwards. Throws if
   * the name is taken, the parameter is missing, or its shape differs.
   */
  param(name: string, shape: readonly number[], initializer: Initializer): Tensor;
  /** With shape null the parameter is whatever pytree `initializer` makes. */
  param<T>(name: string, shape: null, initializer: (key: Tensor, shape: null) => T): T;
  param(name: string, shape: readonly number[] | null, initializer: (key: Tensor, shape: never) => unknown): unknown {
    const frame = frameOf(this);
    const { rng } = frame;
    checkDeclaration('parameter', name, shape);
    if (rng !== null) {
      if (Object.hasOwn(frame.params, name)) {
        const holder = frame.submodules.has(name) ? 'a submodule' : 'another parameter';
        throw new ModuleError(`The name '${name}' is already used for ${holder} in ${frame.path}.`);
      }
      checkInitializer(name, initializer);
      frame.params[name] = frame.making(() => initializer(foldInStr(rng, name), shape as never));
    }
    const value = this.getParam(name);
    if (shape !== null) checkShape(frame, name, value, shape);
    observers.top?.param(frame, name, value, initializer);
    return value;
  }

  /** A parameter that was declared elsewhere in this module. Throws if there is none of that name. */
  getParam<T = Tensor>(name: string): T {
    const { params } = frameOf(this);
    if (!Object.hasOwn(params, name)) {
      const known = Object.keys(params).join(', ') || 'none';
      throw new ModuleError(`There is no parameter named '${name}'. Parameters and submodules here: ${known}.`);
    }
    return params[name];
  }

  /**
   * A state variable of this module: `const ema = this.state('ema', x.shape, nn.initializers.zeros)`, then `ema.value`
   * reads and assigns it. It is kept in the collection of nn.stateful, or in the one given. Without an initializer
   * there is no value before one is assigned. Throws outside of nn.stateful.
   */
  state(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    options?: { collection?: Collection },
  ): ModuleState<Tensor>;
  /** With shape null the value is whatever pytree `initializer` makes. */
  state<T>(
    name: string,
    shape: null,
    initializer: (key: Tensor, shape: null) => T,
    options?: { collection?: Collection },
  ): ModuleState<T>;
  state<T = Tensor>(
    name: string,
    shape?: null,
    initializer?: null,
    options?: { collection?: Collection },
  ): ModuleState<T>;
  state(
    name: string,
    shape: readonly number[] | null = null,
    initializer: ((key: Tensor, shape: never) => unknown) | null = null,
    { collection }: { collection?: Collection } = {},
  ): ModuleState<unknown> {
    checkDeclaration('state variable', name, shape);
    return declareState(frameOf(this), name, shape, initializer ?? undefined, collection);
  }

  /** Whether modules may keep state now: inside nn.stateful. */
  isStateful(): boolean {
    return isStateful();
  }

  /** Whether parameters are being made (init) rather than read. */
  isInitializing(): boolean {
    return frameOf(this).isInitializing;
  }
}

/** An option that was not given shows up here first. */
function checkDeclaration(what: string, name: string, shape: readonly number[] | null): void {
  if (typeof name !== 'string' || name === '') {
    throw new ModuleError(
      `The name of a ${what} comes first and is a string, got ${name === '' ? "''" : kindOf(name)}.`,
    );
  }
  if (shape === null) return;
  if (Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0)) return;
  const got = Array.isArray(shape) ? `[${shape.map(String).join(', ')}]` : String(shape);
  throw new ModuleError(`The ${what} '${name}' should have a shape of whole numbers >= 0, or null; got ${got}.`);
}

function checkInitializer(name: string, initializer: unknown): void {
  if (typeof initializer === 'function') return;
  throw new ModuleError(
    `The parameter '${name}' needs a function that makes it, (key, shape) => …, such as nn.initializers.zeros or ` +
      `nn.initializers.lecunNormal(); got ${kindOf(initializer)}.`,
  );
}

function checkShape(frame: ModuleFrame, name: string, value: unknown, shape: readonly number[]): void {
  if (!(value instanceof Tensor)) {
    throw new ModuleError(
      `The parameter '${name}' should be a tensor of shape [${shape.join(', ')}], got ${kindOf(value)}.`,
    );
  }
  if (sameShape(value.shape, shape)) return;
  const requested = formatTensor({ shape, dtype: value.dtype });
  throw new ModuleError(
    `The parameter '${name}' has another shape: stored ${formatTensor(value)}, requested ${requested} at ` +
      `${frame.path === '/' ? '' : frame.path}/${name}.`,
  );
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
