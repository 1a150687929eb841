/** Running modules: inside another module, for their parameters, or with given ones. */
import { Tensor } from '#tfjs';
import { ABSTRACT_BACKEND } from '../bindings/abstract';
import { activeBackend, moduleFrames, observers, withBackend } from '../bindings/stack';
import { config } from '../config';
import { foldInStr } from '../random';
import { isAbstract, withAbstract } from '../transforms/evalShape';
import { formatTensor } from '../transforms/shapeDtypeStruct';
import { checkSynchronous } from '../transforms/synchronous';
import * as tree from '../tree';
import { ModuleFrame } from './frame';
import { enterFrame } from './module';
import { ModuleError, noteModulePath } from './moduleError';
import { joinOptions, type OptionValues, optionsFor, splitOptions } from './options';
import { captureModuleOutputs, trackOutput } from './outputs';
import type { Method } from './parameters';
import { checkIsOptions, type ModuleSpec, mergeOptions, takeName } from './spec';
import { isStochastic, makeRng, stochastic } from './stochastic';
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
  const { inputs, name: given, options } = argumentsOf(spec, method, args);
  if (given !== null && spec.sharedIn !== null) {
    throw new ModuleError(`The name of a shared module is given to shared(…); this one is '${spec.defaultName}'.`);
  }
  const name = given ?? spec.defaultName ?? automaticName(spec, parent);
  claimName(parent, name, spec.sharedIn !== null);
  return run(spec, method, submoduleFrame(parent, name), inputs, options);
}

function automaticName({ className }: ModuleSpec, parent: ModuleFrame): string {
  const number = parent.createName();
  return config.autoNames === 'class' ? `${className}_${number}` : number;
}

function methodOf({ cls }: ModuleSpec, method: string): Method {
  return (cls.prototype as unknown as Record<string, Method>)[method] as Method;
}

/** A call's arguments taken apart: the inputs, the name if one was given, and the method's own options. */
function argumentsOf(spec: ModuleSpec, method: string, args: readonly unknown[]) {
  const { inputs, options } = splitOptions(methodOf(spec, method), args, spec.options);
  return { inputs, ...takeName(options) };
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
  const params = parent.params[name];
  if (!holdsParams(params)) {
    throw new ModuleError(
      `The module '${name}' in ${parent.path} should have an object of parameters under its name, but there is ` +
        `${kindOf(params)}: a parameter and a module cannot have one name.`,
    );
  }
  return new ModuleFrame(name, parent, params, null, parent.initBackend);
}

function holdsParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return `a tensor ${formatTensor(value)}`;
  if (typeof value === 'function') return String(value).slice(0, 60);
  return Array.isArray(value) ? 'an array' : `${value === null ? value : typeof value}`;
}

function run(
  spec: ModuleSpec,
  method: string,
  frame: ModuleFrame,
  inputs: readonly unknown[],
  given: OptionValues,
): unknown {
  if (spec.truncatePath !== null) return runTruncated(spec, method, frame, inputs, given);
  const body = methodOf(spec, method);
  const partial = method === 'apply' ? spec.options : optionsFor(body, spec.options);
  const caller = `${spec.className}.${method}`;
  const args = joinOptions(body, inputs, mergeOptions(partial, given), caller);
  return moduleFrames.with(frame, () => {
    const observer = observers.top;
    observer?.enter(frame, spec, method, args);
    try {
      const instance = new spec.cls();
      enterFrame(instance, frame);
      const output = body.apply(instance, args);
      checkSynchronous(output, caller);
      trackOutput(frame, output);
      observer?.exit(frame, output);
      return output;
    } catch (error) {
      observer?.fail(frame);
      noteModulePath(error, frame.path, spec.className);
      throw error;
    }
  });
}

/** Runs the module and gives what the modules inside it returned; as an unnamed root, whose paths begin with theirs. */
function runTruncated(
  spec: ModuleSpec,
  method: string,
  { parent, params, rng, initBackend }: ModuleFrame,
  inputs: readonly unknown[],
  given: OptionValues,
): unknown {
  const root = new ModuleFrame(null, parent, params, rng, initBackend);
  const whole = { ...spec, truncatePath: null };
  const [, outputs] = captureModuleOutputs(() => run(whole, method, root, inputs, given));
  return tree.map((path: unknown) => outputs.get(path as string), spec.truncatePath);
}

/** Runs the module and collects the parameters that it makes. */
export function init(spec: ModuleSpec, key: Tensor, args: readonly unknown[]): [unknown, Params] {
  checkKey(spec, 'init', key);
  const { inputs, name, options } = argumentsOf(spec, 'apply', args);
  const make = () => makeParams(spec, key, inputs, name, options, outerInitBackend());
  // An initializer that initializes another module, under initByShape: it runs where values are, its inputs have none.
  return outerInitBackend() !== null && tree.leaves(inputs).some(isAbstract)
    ? withBackend(ABSTRACT_BACKEND, make)
    : make();
}

/** Where an initByShape around this makes its parameters. */
function outerInitBackend(): string | null {
  return moduleFrames.top?.initBackend ?? null;
}

function makeParams(
  spec: ModuleSpec,
  key: Tensor,
  inputs: readonly unknown[],
  name: string | null,
  options: OptionValues,
  initBackend: string | null,
): [unknown, Params] {
  const params: Params = {};
  const frame = new ModuleFrame(name ?? spec.defaultName, moduleFrames.top ?? null, params, key, initBackend);
  return [run(spec, 'apply', frame, inputs, options), params];
}

function checkKey({ className }: ModuleSpec, method: string, key: unknown): void {
  if (key instanceof Tensor && key.dtype === 'int32' && key.shape.length === 1 && key.shape[0] === 2) return;
  const got = key instanceof Tensor ? formatTensor(key) : kindOf(key);
  throw new ModuleError(
    `${className}.${method}: the first argument is a key, i32[2], as random.PRNGKey(0) makes it; got ${got}.`,
  );
}

/** Runs the module on abstract inputs; its parameters are made where ops run now. */
export function initByShape(
  spec: ModuleSpec,
  key: Tensor,
  specs: readonly unknown[],
  given: OptionValues,
): [unknown, Params] {
  checkKey(spec, 'initByShape', key);
  if (!Array.isArray(specs) || specs.some((item) => typeof item === 'number')) {
    throw new ModuleError(
      `${spec.className}.initByShape: the second argument is an array with one spec an input, such as [[1, 28, 28, 1]].`,
    );
  }
  checkIsOptions(spec, given);
  const { name, options } = takeName(given);
  const initBackend = outerInitBackend() ?? activeBackend();
  let params: Params = {};
  // A scope of its own, so that the evaluation takes one key of the scope around it, however many it makes.
  const rng = isStochastic() ? withBackend(initBackend, makeRng) : undefined;
  const output = withAbstract(specs, (inputs) => {
    const make = () => makeParams(spec, key, inputs, name, options, initBackend);
    const [result, made] = rng === undefined ? make() : stochastic(rng, make);
    params = made;
    return result;
  });
  return [output, params];
}

/** Runs one of a module's methods with given parameters. */
export function call(spec: ModuleSpec, method: string, params: Params, args: readonly unknown[]): unknown {
  if (!holdsParams(params)) {
    throw new ModuleError(
      `${spec.className}.${method === 'apply' ? 'call' : method}: the first argument is its parameters, an object; ` +
        `got ${kindOf(params)}.`,
    );
  }
  const { inputs, name, options } = argumentsOf(spec, method, args);
  const frame = new ModuleFrame(name ?? spec.defaultName, moduleFrames.top ?? null, params, null, null);
  return run(spec, method, frame, inputs, options);
}
