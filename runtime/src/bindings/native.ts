import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BindingBackend, NATIVE_BACKEND, registerBindingBackend } from './backend';
import { type Binding, TF_CONSTANTS } from './binding';
import { takeCpuDevices } from './cpuDevices';
import { dispatcher, type OpAddon } from './dispatch';
import { tensorIds } from './nativeTensor';

/** What the addon exports (runtime/native). */
interface Addon extends OpAddon {
  readonly TF_Version: string;
  /** Starts TensorFlow; nothing else works before. */
  start(cpuDevices: number): void;
  /** The devices' full names. */
  listDevices(): string[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
  addFunction(name: string, graphDef: Uint8Array, inputs: readonly string[], outputs: readonly string[]): void;
  removeFunction(name: string): void;
  /** Of the values of those tensors. */
  getNumOfBytes(): number;
}

/** Our N-API addon over libtensorflow. Loaded when the first value is needed, so that shapes need neither. */
export const nativeBinding: Binding = {
  ...TF_CONSTANTS,
  createTensor: (...args) => load().createTensor(...args),
  deleteTensor: (id) => load().deleteTensor(id),
  tensorDataSync: (id) => load().tensorDataSync(id),
  executeOp: (...args) => load().executeOp(...args),
  /** Before the addon is loaded, there is nothing to load it for: tfjs-node asks when it makes its backend. */
  isUsingGpuDevice: () => false,
  getNumOfTensors: () => 0,
};

let addon: Addon | undefined;
let ops: ReturnType<typeof dispatcher> | undefined;

/** The names of the functions that TensorFlow has. */
const functions = new Set<string>();

/** What TensorFlow holds for this process: neither deleted nor collected yet. */
export function memory(): {
  /** How many tensors there are. */
  tensors: number;
  /** How much memory their values take. */
  bytes: number;
  /** How many functions jit has compiled, with the bodies of their loops and branches. */
  functions: number;
} {
  const [tensors, bytes] = [addon?.getNumOfTensors() ?? 0, addon?.getNumOfBytes() ?? 0];
  return { tensors, bytes, functions: functions.size };
}

/** Makes a graph an op of its own; `inputs` and `outputs` name nodes. */
export function addFunction(
  name: string,
  graphDef: Uint8Array,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  load();
  addon?.addFunction(name, graphDef, inputs, outputs);
  functions.add(name);
}

/** The full names of TensorFlow's devices, which starts it. */
export function listDevices(): string[] {
  load();
  return addon?.listDevices() ?? [];
}

export function removeFunction(name: string): void {
  functions.delete(name);
  ops?.forget(name);
  addon?.removeFunction(name);
}

/** Puts what the addon does in place of what loads it, once: a caller may have read a loading function before. */
function load(): Binding {
  if (addon !== undefined) return nativeBinding;
  const loaded = requireAddon();
  addon = loaded;
  const ids = tensorIds(loaded);
  ops = dispatcher(loaded, ids);
  return Object.assign(nativeBinding, {
    createTensor: (shape, dtype, values) => ids.identify(loaded.createTensor(shape, dtype, values)),
    deleteTensor: (id) => loaded.deleteTensor(ids.numberOf(id, 'deleteTensor')),
    tensorDataSync: (id) => loaded.tensorDataSync(ids.numberOf(id, 'tensorDataSync')),
    executeOp: ops.executeOp,
    isUsingGpuDevice: loaded.isUsingGpuDevice,
    getNumOfTensors: loaded.getNumOfTensors,
  } satisfies Partial<Binding>);
}

/** Puts other functions in place of the binding's, made from them, until the function that it gives is called. */
export function intercept(make: (own: Readonly<Binding>) => Partial<Binding>): () => void {
  const own = { ...load() };
  Object.assign(nativeBinding, make(own));
  return () => Object.assign(nativeBinding, own);
}

function requireAddon(): Addon {
  // TensorFlow reads it once, at its start; its notes on how it was compiled are no user's concern.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const file = join(packageFolder(), 'build', 'distaff.node');
  let loaded: Addon;
  try {
    loaded = createRequire(import.meta.url)(file) as Addon;
  } catch (error) {
    throw notSetUp(file, error as NodeJS.ErrnoException);
  }
  loaded.start(takeCpuDevices());
  return loaded;
}

/** Of this package: its sources and its bundles are at different depths. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

function notSetUp(file: string, error: NodeJS.ErrnoException): Error {
  const advice = 'Run `npx distaff setup`, which fetches libtensorflow and compiles the native addon over it.';
  if (error.code === 'MODULE_NOT_FOUND')
    return new Error(`The native addon is missing: there is no ${file}. ${advice}`);
  // What the dynamic linker says of a library that it does not find.
  const library = /(\S*libtensorflow\S*): cannot open shared object file/.exec(error.message)?.[1];
  if (library === undefined) return new Error(`The native addon ${file} does not load. ${advice}`, { cause: error });
  return new Error(`libtensorflow is not set up: ${file} needs ${library}. ${advice}`, { cause: error });
}

registerBindingBackend(NATIVE_BACKEND, () => new BindingBackend(nativeBinding, NATIVE_BACKEND));
