import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Aval, formatAval } from '../../runtime/src/bindings/aval';
import { type OpAttr, TF_CONSTANTS as TF } from '../../runtime/src/bindings/binding';
import { ConcretizationError } from '../../runtime/src/bindings/concretization';
import { inferShapes } from '../../runtime/src/bindings/rules/index';
import { ShapeError } from '../../runtime/src/bindings/rules/rule';

/** One op call recorded from TensorFlow; the schema is in test/conformance/README.md. */
interface ShapeCase {
  readonly op: string;
  readonly attrs: readonly { name: string; type: string; value: unknown }[];
  readonly inputs: readonly RecordedTensor[];
  readonly outputs: readonly RecordedTensor[];
  readonly dataDependent?: boolean;
  readonly error?: { kind: 'shape' | 'dtype' | 'runtime'; message: string };
}

interface RecordedTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values?: readonly number[];
}

const cases = readFileSync(new URL('../golden/shape-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as ShapeCase);

const DTYPES: Readonly<Record<string, number>> = {
  float32: TF.TF_FLOAT,
  int32: TF.TF_INT32,
  int64: TF.TF_INT64,
  bool: TF.TF_BOOL,
  complex64: TF.TF_COMPLEX64,
  string: TF.TF_STRING,
  resource: TF.TF_RESOURCE,
  uint8: TF.TF_UINT8,
};

const ATTR_TYPES: Readonly<Record<string, number>> = {
  string: TF.TF_ATTR_STRING,
  int: TF.TF_ATTR_INT,
  float: TF.TF_ATTR_FLOAT,
  bool: TF.TF_ATTR_BOOL,
  type: TF.TF_ATTR_TYPE,
  shape: TF.TF_ATTR_SHAPE,
  resource: TF.TF_ATTR_RESOURCE,
};

function known(name: string, numbers: Readonly<Record<string, number>>): number {
  const number = numbers[name];
  if (number === undefined) throw new Error(`The recorded name ${name} is unknown.`);
  return number;
}

function aval({ shape, dtype, values }: RecordedTensor): Aval {
  const typed = dtype === 'float32' ? Float32Array.from(values ?? []) : Int32Array.from(values ?? []);
  return { shape, dtype: known(dtype, DTYPES), ...(values && { values: typed }) };
}

function attribute({ name, type, value }: ShapeCase['attrs'][number]): OpAttr {
  return { name, type: known(type, ATTR_TYPES), value: type === 'type' ? known(value as string, DTYPES) : value };
}

const inferred = ({ op, attrs, inputs }: ShapeCase) => inferShapes(op, inputs.map(aval), attrs.map(attribute));

/** What the rule says, beside what TensorFlow says, in the same words. */
function outcome(recorded: ShapeCase): { rule: string; tensorFlow: string } | undefined {
  if (recorded.error?.kind === 'runtime') return undefined;
  const refused = recorded.error !== undefined;
  const tensorFlow = recorded.dataDependent
    ? 'depends on values'
    : refused
      ? 'refused'
      : print(recorded.outputs.map(aval));
  try {
    return { rule: print(inferred(recorded)), tensorFlow };
  } catch (error) {
    if (error instanceof ShapeError) return { rule: refused ? 'refused' : `refused: ${error.message}`, tensorFlow };
    if (error instanceof ConcretizationError) return { rule: 'depends on values', tensorFlow };
    return { rule: String(error), tensorFlow };
  }
}

const print = (avals: readonly Aval[]) => avals.map(formatAval).join(', ');

const byOp = new Map<string, ShapeCase[]>();
for (const one of cases) byOp.set(one.op, [...(byOp.get(one.op) ?? []), one]);

test('the recorded cases are all there', () => {
  const refused = (kind: string) => cases.filter(({ error }) => error?.kind === kind).length;
  expect(cases).toHaveLength(4657);
  expect(byOp.size).toBe(147);
  expect(refused('shape') + refused('dtype')).toBe(49);
  expect(cases.filter(({ dataDependent }) => dataDependent)).toHaveLength(21);
});

describe('shape rules', () => {
  for (const [op, recorded] of byOp) {
    test(`${op} follows TensorFlow (${recorded.length} cases)`, () => {
      for (const one of recorded) {
        const both = outcome(one);
        const attrs = JSON.stringify(one.attrs.map(({ name, value }) => [name, value]));
        expect(both?.rule, `${op} ${attrs} of ${JSON.stringify(one.inputs)}`).toBe(both?.tensorFlow);
      }
    });
  }
});
