/** Which leaves of a function's arguments a transformation differentiates with respect to. */
import { Tensor, tensor } from '#tfjs';
import * as tree from '../tree';
import { ownedByExample } from './crossing';
import { formatTensor } from './shapeDtypeStruct';
import { checkSynchronous } from './synchronous';

export interface Targets {
  /**
   * The leaves, as fresh aliases: tensors that the function closes over are constants even where they are also leaves of
   * an argument.
   */
  readonly inputs: Tensor[];
  /** All arguments, with the aliases in them. */
  readonly args: unknown[];
  /** How many leaves each of the asked arguments has. */
  readonly structures: tree.Structure[];
  /** Puts a value for each leaf into the form of the asked arguments. */
  rebuild(values: readonly unknown[]): unknown[];
}

/** The leaves of the arguments at `indices`. Throws TypeError where one is neither a float32 tensor nor a number. */
export function targetsOf(transform: string, args: readonly unknown[], indices: readonly number[]): Targets {
  const inputs = indices.map((index) =>
    tree.flattenWithPath(args[index]).map(([path, leaf]) => differentiable(transform, leaf, index, path)),
  );
  const structures = indices.map((index) => tree.structure(args[index]));
  const changed = [...args];
  indices.forEach((index, i) => {
    changed[index] = tree.unflatten(structures[i] as tree.Structure, inputs[i] as Tensor[]);
  });
  return {
    inputs: inputs.flat(),
    args: changed,
    structures,
    rebuild(values) {
      let next = 0;
      return structures.map((structure) => {
        const own = values.slice(next, next + structure.leafCount);
        next += structure.leafCount;
        return tree.unflatten(structure, own);
      });
    },
  };
}

/** The arguments' positions; negative ones count from the end, as in JAX. */
export function positions(transform: string, argnums: number | readonly number[], argumentCount: number): number[] {
  const asked = typeof argnums === 'number' ? [argnums] : argnums;
  const found = asked.map((index) => (index < 0 ? index + argumentCount : index));
  found.forEach((position, i) => {
    if (!Number.isInteger(position) || position < 0 || position >= argumentCount) {
      throw new RangeError(
        `${transform}: argument ${asked[i]} was asked for, but there are ${argumentCount}: 0 is the first, -1 the last.`,
      );
    }
    if (found.indexOf(position) < i) {
      throw new RangeError(`${transform}: argument ${asked[i]} was asked for twice.`);
    }
  });
  return found;
}

function differentiable(transform: string, leaf: unknown, argnum: number, path: readonly string[]): Tensor {
  if (typeof leaf === 'number') return tensor(leaf, [], 'float32');
  if (leaf instanceof Tensor && leaf.dtype === 'float32') return ownedByExample(leaf);
  throw new TypeError(
    `${transform}: argument ${argnum} must hold float32 tensors or numbers only, got ${kindOf(leaf)}${at(path)}. ` +
      (isOfOwnClass(leaf)
        ? 'To let it be a pytree, make its class a struct.dataclass or give it to tree.registerPytreeNode.'
        : 'Give what is not to be differentiated as another argument, or let the function close over it.'),
  );
}

/** The tensors of a function's output; numbers become tensors. Throws TypeError for other leaves. */
export function outputsOf(transform: string, output: unknown): { outputs: Tensor[]; structure: tree.Structure } {
  checkSynchronous(output, `${transform}: the function`);
  const outputs = tree.flattenWithPath(output).map(([path, leaf]) => {
    if (typeof leaf === 'number') return tensor(leaf, [], 'float32');
    if (leaf instanceof Tensor) return leaf;
    throw new TypeError(
      `${transform}: the function must return tensors, or arrays and objects of them; got ${kindOf(leaf)}${at(path)}.`,
    );
  });
  return { outputs, structure: tree.structure(output) };
}

/** Takes `[value, aux]` apart. */
export function withAux(transform: string, result: unknown): [value: unknown, aux: unknown] {
  checkSynchronous(result, `${transform}: the function`);
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  const got = Array.isArray(result) ? `an array of ${result.length}` : kindOf(result);
  throw new TypeError(`${transform}: with hasAux the function must return [value, aux], got ${got}.`);
}

/** The tensors of `given`, which stand for `wanted`: same structure, shapes and dtypes. Undefined where nothing flows. */
export function cotangentsFor(
  transform: string,
  what: string,
  given: unknown,
  wanted: readonly Tensor[],
  structure: tree.Structure,
): (Tensor | undefined)[] {
  let leaves: unknown[];
  try {
    leaves = tree.flattenUpTo(structure, given);
  } catch {
    throw new TypeError(
      `${transform}: the ${what} must have the form ${structure}, got ${tree.structure(given)}: one tensor for each.`,
    );
  }
  return leaves.map((leaf, i) => {
    const { shape, dtype } = wanted[i] as Tensor;
    if (dtype !== 'float32') return undefined;
    if (typeof leaf === 'number' && shape.length === 0) return tensor(leaf, [], 'float32');
    if (leaf instanceof Tensor && leaf.dtype === dtype && leaf.shape.join() === shape.join()) return leaf;
    throw new TypeError(
      `${transform}: the ${what} must have the shapes and dtypes of what it belongs to: expected ` +
        `${formatTensor({ shape, dtype })}, got ${kindOf(leaf)} at leaf ${i} of ${structure}.`,
    );
  });
}

const at = (path: readonly string[]) => (path.length > 0 ? ` at /${path.join('/')}` : '');

/** What a value is, for messages: `f32[2]`, `number`, `an instance of Model`. */
export function kindOf(value: unknown): string {
  if (value instanceof Tensor) return formatTensor(value);
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise (await it first)';
  const name = classOf(value)?.name;
  return name && name !== 'Object' ? `an instance of ${name}` : 'object';
}

function classOf(value: object): { readonly name: string } | undefined {
  const maker: unknown = Object.getPrototypeOf(value)?.constructor;
  return typeof maker === 'function' ? maker : undefined;
}

/** Whether a value is made by a class of the user's, not by one that JavaScript has. */
function isOfOwnClass(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const own = classOf(value);
  return own !== undefined && !(value instanceof Tensor) && Reflect.get(globalThis, own.name) !== own;
}

/** Throws unless a transformation was given a function. */
export function checkFunction(transform: string, fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new TypeError(
    `${transform} takes the function itself, ${transform}((x) => …), not what it returns; got ${kindOf(fn)}.`,
  );
}
