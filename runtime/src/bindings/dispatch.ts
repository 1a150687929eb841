import type { Binding, OpAttr, TensorId, TensorMetadata } from './binding';
import { METADATA, type NewTensor, type TensorAddon, type tensorIds } from './nativeTensor';

/** What the addon (runtime/native) exports for executing ops. An op is a name with attributes, and stays prepared. */
export interface OpAddon extends TensorAddon {
  newOp(name: string, attrs: readonly OpAttr[]): number;
  /** The output if it is one; else all of them, each with what `metadata` says of it. */
  runOp(op: number, numOutputs: number, ...inputs: number[]): NewTensor | [NewTensor, ...number[]][];
  deleteOp(op: number): void;
}

interface PreparedOp {
  readonly number: number;
  readonly attrs: readonly OpAttr[];
}

/** Of one name. Ops whose attributes change with every call (shapes, paddings) must not fill the memory. */
const MOST_PREPARED = 64;

/**
 * `executeOp` that parses a list of attributes once: later calls with equal ones find the op prepared. An engine
 * compares the lists and makes the results faster than an addon can. `forget` drops what is prepared of a function.
 */
export function dispatcher(
  addon: OpAddon,
  { identify, numberOf }: ReturnType<typeof tensorIds>,
): { executeOp: Binding['executeOp']; forget(name: string): void } {
  const { runOp, metadata } = addon;
  const preparedByName = new Map<string, PreparedOp[]>();

  function prepare(name: string, attrs: readonly OpAttr[]): number {
    let prepared = preparedByName.get(name);
    if (prepared === undefined) {
      prepared = [];
      preparedByName.set(name, prepared);
    }
    for (const op of prepared) if (equalAttrs(op.attrs, attrs)) return op.number;
    if (prepared.length === MOST_PREPARED) {
      for (const { number } of prepared.splice(0)) addon.deleteOp(number);
    }
    const copy = structuredClone(attrs);
    const number = addon.newOp(name, copy);
    prepared.push({ number, attrs: copy });
    return number;
  }

  /** Engines spread an array more slowly than they read it. */
  function run(name: string, op: number, numOutputs: number, inputs: readonly TensorId[]) {
    const number = (i: number) => numberOf(inputs[i] as TensorId, name);
    switch (inputs.length) {
      case 1:
        return runOp(op, numOutputs, number(0));
      case 2:
        return runOp(op, numOutputs, number(0), number(1));
      case 3:
        return runOp(op, numOutputs, number(0), number(1), number(2));
      default:
        return runOp(op, numOutputs, ...inputs.map((id) => numberOf(id, name)));
    }
  }

  function describe(tensor: NewTensor, about: ArrayLike<number>): TensorMetadata {
    const shape: number[] = [];
    const end = METADATA.SHAPE + (about[METADATA.RANK] as number);
    for (let i: number = METADATA.SHAPE; i < end; i++) shape.push(about[i] as number);
    return { id: identify(tensor, about), shape, dtype: about[METADATA.DTYPE] as number };
  }

  return {
    executeOp(name, attrs, inputs, numOutputs) {
      const result = run(name, prepare(name, attrs), numOutputs, inputs);
      return Array.isArray(result)
        ? result.map(([tensor, ...about]) => describe(tensor, about))
        : [describe(result, metadata)];
    },

    forget(name) {
      for (const { number } of preparedByName.get(name) ?? []) addon.deleteOp(number);
      preparedByName.delete(name);
    },
  };
}

function equalAttrs(a: readonly OpAttr[], b: readonly OpAttr[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as OpAttr;
    const y = b[i] as OpAttr;
    if (x.name !== y.name || x.type !== y.type || !equalValues(x.value, y.value)) return false;
  }
  return true;
}

function equalValues(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a)) return Object.is(a, b);
  if (!Array.isArray(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalValues(a[i], b[i])) return false;
  return true;
}
