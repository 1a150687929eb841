/** When two calls of a jitted function may run the same recorded function. */
import { isDeepStrictEqual } from 'node:util';
import { Tensor, tensor } from '#tfjs';
import * as tree from '../../tree';
import { formatTensor } from '../shapeDtypeStruct';
import type { Aval } from './compile';

/** A call's arguments taken apart. */
export interface Arguments {
  readonly structure: tree.Structure;
  readonly tensors: readonly Tensor[];
  readonly statics: readonly unknown[];
}

/** What of a call's arguments its recording depends on. */
export interface Signature extends Omit<Arguments, 'tensors'> {
  readonly tensors: readonly Aval[];
}

/** Without the values, which a recording does not keep. */
export function signatureOf({ structure, tensors, statics }: Arguments): Signature {
  return { structure, statics, tensors: tensors.map(({ shape, dtype }) => ({ shape, dtype })) };
}

const STATIC = null;

/** Throws TypeError where an argument that is not static holds something else than tensors, numbers and booleans. */
export function takeApart(args: readonly unknown[], staticArgnums: ReadonlySet<number>): Arguments {
  const dynamic = staticArgnums.size === 0 ? args : args.map((arg, i) => (staticArgnums.has(i) ? STATIC : arg));
  const [leaves, structure] = tree.flatten(dynamic);
  let tensors = leaves as Tensor[];
  if (!leaves.every((leaf) => leaf instanceof Tensor)) {
    const integers = integerLeaves(structure);
    tensors = leaves.map((leaf, i) => toTensor(leaf, integers.has(i)) ?? refuse(dynamic, i));
  }
  const gone = tensors.findIndex(({ isDisposed }) => isDisposed);
  if (gone >= 0) refuseDisposed(dynamic, gone, tensors[gone] as Tensor);
  const statics = staticArgnums.size === 0 ? [] : args.filter((_, i) => staticArgnums.has(i));
  return { structure, tensors, statics };
}

/** The arguments with other leaves, static ones as they were. */
export function putTogether(
  { structure, statics }: Arguments,
  staticArgnums: ReadonlySet<number>,
  leaves: readonly unknown[],
): unknown[] {
  const args = tree.unflatten(structure, leaves) as unknown[];
  let next = 0;
  return args.map((arg, i) => (staticArgnums.has(i) ? statics[next++] : arg));
}

/** A leaf as a tensor; undefined where it cannot be one. */
export function toTensor(leaf: unknown, isInteger = false): Tensor | undefined {
  if (leaf instanceof Tensor) return leaf;
  if (typeof leaf === 'number') return tensor(leaf, [], isInteger ? 'int32' : 'float32');
  return typeof leaf === 'boolean' ? tensor(leaf, [], 'bool') : undefined;
}

/** A donated tensor says itself why it is gone. */
function refuseDisposed(args: readonly unknown[], index: number, tensor: Tensor): never {
  if (Object.hasOwn(tensor, 'throwIfDisposed')) (tensor as unknown as { throwIfDisposed(): void }).throwIfDisposed();
  const { argnum, at } = placeOf(args, index);
  throw new Error(`jit: argument ${argnum} holds a tensor${at} that was disposed of, ${formatTensor(tensor)}.`);
}

function placeOf(args: readonly unknown[], index: number): { argnum: string; at: string; leaf: unknown } {
  const [[argnum = '', ...path], leaf] = tree.flattenWithPath(args)[index] as [string[], unknown];
  return { argnum, at: path.length > 0 ? ` at /${path.join('/')}` : '', leaf };
}

function refuse(args: readonly unknown[], index: number): never {
  const { argnum, at, leaf } = placeOf(args, index);
  const kind = typeof leaf === 'object' ? `an object of ${leaf?.constructor?.name}` : `a ${typeof leaf}`;
  const got = typeof leaf === 'string' ? `the string '${leaf.slice(0, 40)}'` : kind;
  throw new TypeError(
    `jit: argument ${argnum} holds ${got}${at}; arguments are pytrees of tensors, numbers and booleans. ` +
      `What the function is compiled for anew when it changes goes into staticArgnums: jit(fn, { staticArgnums: [${argnum}] }).`,
  );
}

const known = new WeakMap<tree.Structure, ReadonlySet<number>>();

/** The leaves that containers count with: a number there is int32. */
export function integerLeaves(structure: tree.Structure): ReadonlySet<number> {
  let found = known.get(structure);
  if (found === undefined) {
    const places = new Set<number>();
    const visit = (node: tree.Structure, first: number): void => {
      let next = first;
      node.children.forEach((child, i) => {
        const key = node.keys[i];
        const counts = typeof node.kind === 'object' && key !== undefined && node.kind.integers?.includes(key);
        if (counts && child.kind === 'leaf') places.add(next);
        visit(child, next);
        next += child.leafCount;
      });
    };
    visit(structure, 0);
    found = places;
    known.set(structure, found);
  }
  return found;
}

/** Why a call needs another recording than an earlier one; undefined if it does not. */
export function difference(earlier: Signature, now: Signature): string | undefined {
  if (!earlier.structure.equals(now.structure)) {
    const [before, after] = [String(earlier.structure), String(now.structure)];
    return before === after
      ? 'what its containers hold beside leaves (a module, a static field) is another object'
      : `the structure of its arguments was ${before}, is ${after}`;
  }
  for (let i = 0; i < now.tensors.length; i++) {
    const [before, after] = [earlier.tensors[i] as Aval, now.tensors[i] as Aval];
    if (!sameAval(before, after))
      return `leaf ${i} of its arguments was ${formatTensor(before)}, is ${formatTensor(after)}`;
  }
  const at = now.statics.findIndex((value, i) => !isDeepStrictEqual(value, earlier.statics[i]));
  return at < 0 ? undefined : `static argument ${at} was ${print(earlier.statics[at])}, is ${print(now.statics[at])}`;
}

/** The same without words. */
export function isSame(earlier: Signature, now: Signature): boolean {
  const { tensors } = now;
  if (tensors.length !== earlier.tensors.length) return false;
  for (let i = 0; i < tensors.length; i++) {
    if (!sameAval(earlier.tensors[i] as Aval, tensors[i] as Aval)) return false;
  }
  return (
    earlier.structure.equals(now.structure) &&
    now.statics.every(
      (value, i) => Object.is(value, earlier.statics[i]) || isDeepStrictEqual(value, earlier.statics[i]),
    )
  );
}

function sameAval(a: Aval, b: Aval): boolean {
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
  for (let i = 0; i < a.shape.length; i++) if (a.shape[i] !== b.shape[i]) return false;
  return true;
}

function print(value: unknown): string {
  const text = typeof value === 'function' ? `the function ${value.name}` : JSON.stringify(value);
  return text?.slice(0, 80) ?? String(value);
}
