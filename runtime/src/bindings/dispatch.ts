import type { Binding, OpAttr, TensorId, TensorMetadata } from './binding';

/** One output's id, with the rest in `metadata`; else all of each output. */
type RunResult = TensorId | [id: TensorId, dtype: number, ...shape: number[]][];

/** What the addon gives for executing ops. An op is a name with attributes; it stays prepared under its number. */
export interface OpRunner {
  newOp(name: string, attrs: readonly OpAttr[]): number;
  runOp(op: number, numOutputs: number, ...inputs: readonly TensorId[]): RunResult;
  deleteOp(op: number): void;
  /** dtype, rank, shape of the last single output. */
  readonly metadata: Int32Array;
}

interface PreparedOp {
  readonly number: number;
  readonly attrs: readonly OpAttr[];
}

/** Of one name. Ops whose attributes change with every call (shapes, paddings) must not fill the memory. */
const MOST_PREPARED = 64;

/**
 * `executeOp` that parses a list of attributes once: later calls with equal ones find the op prepared. An engine
 * compares the lists and makes the results faster than an addon can.
 */
export function dispatcher(runner: OpRunner): Binding['executeOp'] {
  const preparedByName = new Map<string, PreparedOp[]>();
  const { runOp, metadata } = runner;

  function prepare(name: string, attrs: readonly OpAttr[]): number {
    let prepared = preparedByName.get(name);
    if (prepared === undefined) {
      prepared = [];
      preparedByName.set(name, prepared);
    }
    for (const op of prepared) if (equalAttrs(op.attrs, attrs)) return op.number;
    if (prepared.length === MOST_PREPARED) {
      for (const { number } of prepared.splice(0)) runner.deleteOp(number);
    }
    const copy = structuredClone(attrs);
    const number = runner.newOp(name, copy);
    prepared.push({ number, attrs: copy });
    return number;
  }

  /** Engines spread an array more slowly than they read it. */
  function run(op: number, numOutputs: number, inputs: readonly TensorId[]): RunResult {
    const ids = inputs as [TensorId, TensorId, TensorId];
    switch (inputs.length) {
      case 1:
        return runOp(op, numOutputs, ids[0]);
      case 2:
        return runOp(op, numOutputs, ids[0], ids[1]);
      case 3:
        return runOp(op, numOutputs, ids[0], ids[1], ids[2]);
      default:
        return runOp(op, numOutputs, ...inputs);
    }
  }

  return function executeOp(name, attrs, inputs, numOutputs): TensorMetadata[] {
    const result = run(prepare(name, attrs), numOutputs, inputs);
    if (Array.isArray(result)) return result.map(([id, dtype, ...shape]) => ({ id, shape, dtype }));
    const shape: number[] = [];
    const end = 2 + (metadata[1] as number);
    for (let i = 2; i < end; i++) shape.push(metadata[i] as number);
    return [{ id: result, shape, dtype: metadata[0] as number }];
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
