/** Running modules: inside another module, for their parameters, or with given ones. */
import { Tensor } from '#tfjs';
import { activeBackend, moduleFrames, observers } from '../bindings/stack';
import { foldInStr } from '../random';
import { withAbstract } from '../transforms/evalShape';
import { ModuleFrame } from './frame';
import { enterFrame } from './module';
import { ModuleError, noteModulePath } from './moduleError';
import { joinOptions, type OptionValues, splitOptions } from './options';
import { type ModuleSpec, withOptions } from './spec';
import type { Params } from './types';

/** Runs a module as a submodule of the module that is running. */
export function callInside(spec: ModuleSpec, method: string, args: readonly unknown[]): unknown {
  const running = moduleFrames.top;
  if (running === undefined) {
    throw new ModuleError(
      `${spec.className} was called outside of a module. Inside another module's apply it is a layer; elsewhere use ` +
        `${spec.className}.init(key, …) for parameters and nn.Model(${spec.className}, params) to call it.`,
    );
  }
  const parent = spec.sharedIn ?? running;
  const { inputs, options: given } = splitOptions(args);
  if (given.name !== undefined && spec.sharedIn !== null) {
    throw new ModuleError(`The name of a shared module is given to shared(…); this one is '${spec.defaultName}'.`);
  }
  const { options, defaultName } = withOptions(spec, given);
  const name = defaultName ?? `${spec.className}_${parent.createName()}`;
  claimName(parent, name, spec.sharedIn !== null);
  return run({ ...spec, options }, method, submoduleFrame(parent, name), inputs);
}

function claimName(parent: ModuleFrame, name: string, shared: boolean): void {
  const before = parent.submodules.get(name);
  if (before !== undefined && before !== shared) {
    throw new ModuleError(`The name '${name}' is used for both a shared and an unshared module in ${parent.path}.`);
  }
  if (before === false) {
    throw new ModuleError(
      `A module named '${name}' already exists in ${parent.path}. Give each its own name, or share one with shared(…).`,
    );
  }
  parent.submodules.set(name, shared);
}

/** During init the first call of a name makes its parameters; later calls of a shared module read them. */
function submoduleFrame(parent: ModuleFrame, name: string): ModuleFrame {
  const known = Object.hasOwn(parent.params, name);
  const { rng } = parent;
  if (rng !== null && !known) {
    const params: Params = {};
    parent.params[name] = params;
    const key = parent.making(() => foldInStr(rng, name));
    return new ModuleFrame(name, parent, params, key, parent.initBackend);
  }
  if (!known) {
    throw new ModuleError(
      `No module named '${name}' was created during initialization in ${parent.path}. ` +
        `It has: ${Object.keys(parent.params).join(', ') || 'nothing'}.`,
    );
  }
  return new ModuleFrame(name, parent, parent.params[name], null, parent.initBackend);
}

function run(spec: ModuleSpec, method: string, frame: ModuleFrame, inputs: readonly unknown[]): unknown {
  const instance = new spec.cls();
  enterFrame(instance, frame);
  return moduleFrames.with(frame, () => {
    const body = (instance as unknown as Record<string, (...args: unknown[]) => unknown>)[method] as (
      ...args: unknown[]
    ) => unknown;
    const args = joinOptions(body, inputs, spec.options);
    const observer = observers.top;
    observer?.enter(frame, spec, method, args);
    try {
      const output = body.apply(instance, args);
      observer?.exit(frame, output);
      return output;
    } catch (error) {
      observer?.fail(frame);
      noteModulePath(error, frame.path, spec.className);
      throw error;
    }
  });
}

function rootFrame(spec: ModuleSpec, params: Params, rng: Tensor | null, initBackend: string | null): ModuleFrame {
  return new ModuleFrame(spec.defaultName, moduleFrames.top ?? null, params, rng, initBackend);
}

/** Runs the module and collects the parameters that it makes. */
export function init(
  spec: ModuleSpec,
  key: Tensor,
  args: readonly unknown[],
  initBackend: string | null = null,
): [unknown, Params] {
  if (!(key instanceof Tensor)) {
    throw new ModuleError(
      `${spec.className}.init: the first argument is a key, random.PRNGKey(0); got ${String(key)}.`,
    );
  }
  const { inputs, options } = splitOptions(args);
  const given = withOptions(spec, options);
  const params: Params = {};
  const output = run(given, 'apply', rootFrame(given, params, key, initBackend), inputs);
  return [output, params];
}

/** Runs the module on abstract inputs; its parameters are made where ops run now. */
export function initByShape(
  spec: ModuleSpec,
  key: Tensor,
  specs: readonly unknown[],
  options: OptionValues,
): [unknown, Params] {
  if (!Array.isArray(specs) || specs.some((item) => typeof item === 'number')) {
    throw new ModuleError(
      `${spec.className}.initByShape: the second argument is an array with one spec an input, such as [[1, 28, 28, 1]].`,
    );
  }
  const outer = activeBackend();
  let params: Params = {};
  const output = withAbstract(specs, (inputs) => {
    const [result, made] = init(spec, key, [...inputs, options], outer);
    params = made;
    return result;
  });
  return [output, params];
}

/** Runs one of a module's methods with given parameters. */
export function call(spec: ModuleSpec, method: string, params: Params, args: readonly unknown[]): unknown {
  if (params === null || typeof params !== 'object') {
    throw new ModuleError(
      `${spec.className}.${method === 'apply' ? 'call' : method}: the first argument is its parameters.`,
    );
  }
  const { inputs, options } = splitOptions(args);
  const given = withOptions(spec, options);
  return run(given, method, rootFrame(given, params, null, null), inputs);
}
