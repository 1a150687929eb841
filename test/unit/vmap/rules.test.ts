/** Each batching rule against one example after the other, on the calls that tfjs-core's tests make. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sizeOf } from '../../../runtime/src/bindings/aval';
import type { BindingBackend } from '../../../runtime/src/bindings/backend';
import { BatchCall } from '../../../runtime/src/bindings/batch/call';
import { type BatchTensor, Level } from '../../../runtime/src/bindings/batch/level';
import { loop } from '../../../runtime/src/bindings/batch/loop';
import { batchRules } from '../../../runtime/src/bindings/batch/rules/index';
import { type OpAttr, TF_CONSTANTS as TF, type Values } from '../../../runtime/src/bindings/binding';
import { nativeBinding } from '../../../runtime/src/bindings/native';
import '../../../runtime/src/index';

interface Recorded {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values?: readonly number[];
}

interface ShapeCase {
  readonly op: string;
  readonly attrs: readonly { name: string; type: string; value: unknown }[];
  readonly inputs: readonly Recorded[];
  readonly dataDependent?: boolean;
  readonly error?: unknown;
}

const DTYPES: Readonly<Record<string, number>> = {
  float32: TF.TF_FLOAT,
  int32: TF.TF_INT32,
  int64: TF.TF_INT64,
  bool: TF.TF_BOOL,
  complex64: TF.TF_COMPLEX64,
};
const ATTR_TYPES: Readonly<Record<string, number>> = {
  string: TF.TF_ATTR_STRING,
  int: TF.TF_ATTR_INT,
  float: TF.TF_ATTR_FLOAT,
  bool: TF.TF_ATTR_BOOL,
  type: TF.TF_ATTR_TYPE,
  shape: TF.TF_ATTR_SHAPE,
};

const EXAMPLES = 2;

const cases = readFileSync(new URL('../../golden/shape-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as ShapeCase)
  .filter(
    ({ op, error, dataDependent, inputs }) =>
      op in batchRules &&
      error === undefined &&
      !dataDependent &&
      inputs.length > 0 &&
      inputs.every(({ dtype, shape }) => dtype in DTYPES && sizeOf(shape) < 5000),
  );

const attribute = ({ name, type, value }: ShapeCase['attrs'][number]): OpAttr => ({
  name,
  type: ATTR_TYPES[type] as number,
  value: type === 'type' ? DTYPES[value as string] : value,
});

let seed = 1;
const random = () => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
};

function values(dtype: string, size: number): Values {
  if (dtype === 'float32') return Float32Array.from({ length: size }, () => random() * 2 - 0.7);
  if (dtype === 'complex64') return Float32Array.from({ length: 2 * size }, () => random() - 0.5);
  if (dtype === 'bool') return Uint8Array.from({ length: size }, () => (random() < 0.5 ? 1 : 0));
  // Whole numbers are places in something, as a rule.
  return Int32Array.from({ length: size * (dtype === 'int64' ? 2 : 1) }, () =>
    dtype === 'int64' ? 0 : random() < 0.5 ? 1 : 0,
  );
}

const level = new Level(EXAMPLES, nativeBinding, undefined, {} as BindingBackend, 'tensorflow');

/** The inputs with those at `mapped` different for each example. */
function inputsOf({ inputs }: ShapeCase, mapped: ReadonlySet<number>): BatchTensor[] {
  return inputs.map(({ shape, dtype, values: known }, i) => {
    const tfDtype = DTYPES[dtype] as number;
    if (mapped.has(i)) {
      const all = [EXAMPLES, ...shape];
      return level.mapped(nativeBinding.createTensor(all, tfDtype, values(dtype, sizeOf(all))), shape, tfDtype);
    }
    const own = known
      ? dtype === 'float32'
        ? Float32Array.from(known)
        : dtype === 'bool'
          ? Uint8Array.from(known)
          : Int32Array.from(known)
      : values(dtype, sizeOf(shape));
    return level.shared(nativeBinding.createTensor(shape, tfDtype, own), {
      shape,
      dtype: tfDtype,
      ...(known && { values: own }),
    });
  });
}

function read(outputs: readonly BatchTensor[]) {
  return outputs.map(({ id, shape, dtype }) => ({
    shape,
    dtype,
    values: Array.from(nativeBinding.tensorDataSync(id) as Float32Array),
  }));
}

/** One input after the other, then all that are data. */
function subsets({ inputs }: ShapeCase): ReadonlySet<number>[] {
  const data = inputs.flatMap(({ values: known }, i) => (known === undefined ? [i] : []));
  const single = data.map((i) => new Set([i]));
  return data.length > 1 ? [...single, new Set(data)] : single;
}

const byOp = group(cases);
function group(all: readonly ShapeCase[]): Map<string, ShapeCase[]> {
  const found = new Map<string, ShapeCase[]>();
  for (const recorded of all) found.set(recorded.op, [...(found.get(recorded.op) ?? []), recorded]);
  return found;
}

/** More calls of one op teach nothing. */
const MOST = 40;

test.each([...byOp.keys()].sort())('%s', (op) => {
  let compared = 0;
  for (const recorded of (byOp.get(op) ?? []).slice(0, MOST)) {
    for (const mapped of subsets(recorded)) {
      const inputs = inputsOf(recorded, mapped);
      const attrs = recorded.attrs.map(attribute);
      const count =
        op === 'TopKV2'
          ? 2
          : op === 'Unpack' || op === 'SplitV'
            ? Number(attrs.find(({ name }) => /^num/.test(name))?.value)
            : 1;
      let expected: ReturnType<typeof read>;
      try {
        expected = read(loop(new BatchCall(level, op, attrs, inputs, count)));
      } catch {
        // Random places may be outside of what they point into.
        continue;
      }
      const actual = read((batchRules[op] as typeof loop)(new BatchCall(level, op, attrs, inputs, count)));
      const what = JSON.stringify({ inputs: recorded.inputs, attrs: recorded.attrs, mapped: [...mapped] });
      expect(
        actual.map(({ shape, dtype }) => ({ shape, dtype })),
        what,
      ).toEqual(expected.map(({ shape, dtype }) => ({ shape, dtype })));
      actual.forEach(({ values: found }, output) => {
        const wanted = expected[output]?.values as number[];
        const scale = Math.max(1e-3, ...wanted.filter(Number.isFinite).map(Math.abs));
        found.forEach((value, i) => {
          const other = wanted[i] as number;
          const same = Object.is(value, other) || value === other || Math.abs(value - other) <= 1e-5 * scale;
          if (!same) throw new Error(`${op}: ${value} is not ${other} at ${i} of output ${output}: ${what}`);
        });
      });
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(0);
});
