import { describe, expect, test } from 'vitest';
import type { Aval } from '../../runtime/src/bindings/aval';
import { type OpAttr, TF_CONSTANTS as TF } from '../../runtime/src/bindings/binding';
import { ConcretizationError } from '../../runtime/src/bindings/concretization';
import { inferShapes } from '../../runtime/src/bindings/rules/index';
import { ShapeError } from '../../runtime/src/bindings/rules/rule';
import { withSizeNames } from '../../runtime/src/bindings/stack';

const B = 1063;
const f32 = (...shape: number[]): Aval => ({ shape, dtype: TF.TF_FLOAT });
const i32 = (...shape: number[]): Aval => ({ shape, dtype: TF.TF_INT32 });
const ints = (...values: number[]): Aval => ({ ...i32(values.length), values: Int32Array.from(values) });
const int = (value: number): Aval => ({ ...i32(), values: Int32Array.of(value) });

function attrs(values: Record<string, unknown>): OpAttr[] {
  return Object.entries(values).map(([name, value]) => ({ name, type: TF.TF_ATTR_STRING, value }));
}

function message(op: string, inputs: Aval[], values: Record<string, unknown> = {}): string {
  try {
    withSizeNames(new Map([[B, 'B']]), () => inferShapes(op, inputs, attrs(values)));
  } catch (error) {
    if (error instanceof ShapeError || error instanceof ConcretizationError) return error.message;
    throw error;
  }
  return 'no error';
}

const conv = { strides: [1, 1, 1, 1], padding: 'SAME', data_format: 'NHWC' };
const valid = { ksize: [1, 3, 3, 1], strides: [1, 1, 1, 1], padding: 'VALID', data_format: 'NHWC' };

describe('a call that TensorFlow would refuse', () => {
  test.each<[op: string, inputs: Aval[], attrs: Record<string, unknown>, message: string]>([
    ['Add', [f32(2, 3), f32(4)], {}, 'Add: shapes do not broadcast: f32[2, 3] and f32[4]'],
    ['Mul', [f32(B, 3), i32(3)], {}, 'Mul: dtypes differ: f32[B, 3] and i32[3]'],
    ['Sqrt', [i32(B)], {}, 'Sqrt: takes f32 or c64, not i32: i32[B]'],
    [
      'BatchMatMulV2',
      [f32(B, 784), f32(500, 10)],
      {},
      'BatchMatMulV2: inner sizes differ: f32[B, 784] x f32[500, 10] (784 and 500)',
    ],
    [
      'BatchMatMulV2',
      [f32(B, 2, 3), f32(5, 3, 2)],
      {},
      'BatchMatMulV2: batch shapes do not broadcast: f32[B, 2, 3] x f32[5, 3, 2]',
    ],
    [
      'Conv2D',
      [f32(B, 28, 28, 3), f32(3, 3, 16, 32)],
      conv,
      'Conv2D: the input has 3 channels, the filter expects 16: f32[B, 28, 28, 3], f32[3, 3, 16, 32]',
    ],
    [
      'Conv2D',
      [f32(B, 784), f32(3, 3, 1, 32)],
      conv,
      'Conv2D: f32[B, 784] should be [batch, height, width, channels]: f32[B, 784], f32[3, 3, 1, 32]',
    ],
    ['MaxPool', [f32(B, 1, 1, 8)], valid, 'MaxPool: a window of 3 is larger than an axis of 1: f32[B, 1, 1, 8]'],
    ['Reshape', [f32(B, 28, 28), ints(B, 700)], {}, 'Reshape: B*784 values, [B, 700] has B*700: f32[B, 28, 28]'],
    ['Reshape', [f32(10, 3), ints(4, -1)], {}, 'Reshape: 30 values, [4, -1] needs a multiple of 4: f32[10, 3]'],
    [
      'ConcatV2',
      [f32(B, 3), f32(B, 4), int(0)],
      { N: 2 },
      'ConcatV2: shapes differ in more than axis 0: f32[B, 3], f32[B, 4]',
    ],
    ['Pack', [f32(B), f32(3)], { N: 2, axis: 0 }, 'Pack: shapes differ: f32[B], f32[3]'],
    ['Sum', [f32(B, 3), ints(2)], { keep_dims: false }, 'Sum: there is no axis 2: f32[B, 3], i32[1]'],
    ['Slice', [f32(B, 3), ints(0, 1), ints(B, 5)], {}, 'Slice: 1 to 6 is outside axis 1 of 3: f32[B, 3]'],
    ['SplitV', [f32(B, 10), ints(4, 4), int(1)], { num_split: 2 }, 'SplitV: 4 + 4 is not 10: f32[B, 10]'],
    [
      'Einsum',
      [f32(B, 3), f32(4, 5)],
      { equation: 'ij,jk->ik' },
      "Einsum: 'j' in 'ij,jk->ik' is 3 and 4: f32[B, 3], f32[4, 5]",
    ],
    ['GatherV2', [f32(10, 3), f32(B), int(0)], {}, 'GatherV2: takes i32, not f32: f32[10, 3], f32[B], i32[]'],
  ])('%s says what does not fit, with the operands', (op, inputs, values, expected) => {
    expect(message(op, inputs, values)).toBe(expected);
  });

  test('prints six operands of a hundred', () => {
    const many = Array.from({ length: 100 }, (_, i) => f32(i + 1));
    expect(message('AddN', many)).toBe('AddN: shapes differ: f32[1], f32[2], f32[3], f32[4], f32[5], f32[6], …');
  });
});

describe('a call whose shapes follow from values that are not known', () => {
  test.each<[op: string, inputs: Aval[], message: string]>([
    ['Reshape', [f32(6), i32(2)], 'Reshape needs the values of its shape at '],
    ['Sum', [f32(6), i32(1)], 'Sum needs the values of its axes at '],
    ['PadV2', [f32(6), i32(1, 2), f32()], 'PadV2 needs the values of its paddings at '],
    ['Range', [f32(), f32(), f32()], 'Range needs the values of its start, limit and step at '],
    ['UniqueV2', [f32(B), ints(0)], "UniqueV2's output shape depends on the values of f32[B], i32[1] at "],
    ['Where', [{ shape: [B, 3], dtype: TF.TF_BOOL }], "Where's output shape depends on the values of bool[B, 3] at "],
    [
      'DecodePng',
      [{ shape: [], dtype: TF.TF_STRING }],
      "DecodePng's output shape depends on the values of string[] at ",
    ],
  ])('%s says whose', (op, inputs, expected) => {
    expect(message(op, inputs)).toContain(expected);
  });
});
