import { describe, expect, test } from 'vitest';
import { type OpAttr, type TensorId, TF_CONSTANTS as TF } from '../../runtime/src/bindings/binding';
import { nativeBinding as native } from '../../runtime/src/bindings/native';

// Read before the addon is loaded, as in `binding.executeOp(op, attrs, idsOf(inputs))`.
const loadingExecuteOp = native.executeOp;

const type = (name: string, value: number): OpAttr => ({ name, type: TF.TF_ATTR_TYPE, value });
const int = (name: string, value: number | number[]): OpAttr => ({ name, type: TF.TF_ATTR_INT, value });
const text = (name: string, value: string | string[]): OpAttr => ({ name, type: TF.TF_ATTR_STRING, value });
const T = type('T', TF.TF_FLOAT);

const floats = (...values: number[]) => native.createTensor([values.length], TF.TF_FLOAT, Float32Array.from(values));
const ints = (...values: number[]) => native.createTensor([values.length], TF.TF_INT32, Int32Array.from(values));
const strings = (...values: string[]) =>
  native.createTensor(
    [values.length],
    TF.TF_STRING,
    values.map((value) => new TextEncoder().encode(value)),
  );

/** The values of each output. */
function run(op: string, attrs: OpAttr[], inputs: TensorId[], numOutputs = 1) {
  return native.executeOp(op, attrs, inputs, numOutputs).map(({ id }) => [...native.tensorDataSync(id)]);
}

describe('ops give what TensorFlow gives', () => {
  test('the first call may have been looked up before the addon was there', () => {
    const a = floats(1, 2);
    const [sum] = loadingExecuteOp('AddV2', [T], [a, a], 1);
    const later = Array.from({ length: 50 }, (_, i) => floats(i));
    expect([...native.tensorDataSync(sum?.id as TensorId)]).toEqual([2, 4]);
    expect(later.map((id) => native.tensorDataSync(id)[0])).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('calls with equal attributes and other inputs', () => {
    for (let i = 0; i < 5; i++) expect(run('AddV2', [T], [floats(i, 1), floats(1, i)])).toEqual([[i + 1, i + 1]]);
    const sum = run('AddV2', [type('T', TF.TF_INT32)], [ints(2), ints(3)]);
    expect(sum).toEqual([[5]]);
  });

  test('calls whose attributes change', () => {
    const concat = (axis: number) => run('Pack', [int('N', 2), T, int('axis', axis)], [floats(1, 2), floats(3, 4)]);
    expect([concat(0), concat(1), concat(0)]).toEqual([[[1, 2, 3, 4]], [[1, 3, 2, 4]], [[1, 2, 3, 4]]]);
    // More than are kept prepared.
    for (let i = 0; i < 200; i++) {
      const leaked = run('LeakyRelu', [T, { name: 'alpha', type: TF.TF_ATTR_FLOAT, value: i }], [floats(-1)]);
      expect(leaked).toEqual([[-i]]);
    }
  });

  test('an array of attributes that is changed between calls', () => {
    const axis = { name: 'axis', type: TF.TF_ATTR_INT, value: 0 };
    const attrs = [int('N', 2), T, axis];
    run('Pack', attrs, [floats(1, 2), floats(3, 4)]);
    axis.value = 1;
    expect(run('Pack', attrs, [floats(1, 2), floats(3, 4)])).toEqual([[1, 3, 2, 4]]);
  });

  test('inputs of other dtypes under the same attributes', () => {
    const cast = (input: TensorId) => run('Cast', [type('DstT', TF.TF_FLOAT)], [input]);
    expect([cast(ints(1, 2)), cast(floats(3)), cast(ints(4))]).toEqual([[[1, 2]], [[3]], [[4]]]);
  });

  test('ops that oneDNN replaces', () => {
    const bool = (name: string, value: boolean) => ({ name, type: TF.TF_ATTR_BOOL, value });
    const matrix = (...values: number[]) => native.createTensor([2, 2], TF.TF_FLOAT, Float32Array.from(values));
    for (const transpose of [false, true, false, true]) {
      const attrs = [bool('transpose_a', transpose), bool('transpose_b', false), T];
      const product = run('MatMul', attrs, [matrix(1, 2, 3, 4), matrix(1, 0, 0, 1)]);
      expect(product).toEqual([transpose ? [1, 3, 2, 4] : [1, 2, 3, 4]]);
    }
  });

  test('no, few and many inputs and outputs', () => {
    expect(native.executeOp('NoOp', [], [], 0)).toEqual([]);
    const many = Array.from({ length: 100 }, (_, i) => floats(i));
    const joined = run('ConcatV2', [int('N', 100), T, type('Tidx', TF.TF_INT32)], [...many, axisOf(0)]);
    expect(joined).toEqual([Array.from({ length: 100 }, (_, i) => i)]);
    const parts = native.executeOp(
      'Unpack',
      [int('num', 100), T, int('axis', 0)],
      [floats(...(joined[0] as number[]))],
      100,
    );
    expect(parts.map(({ id, shape, dtype }) => [native.tensorDataSync(id)[0], shape, dtype])).toEqual(
      Array.from({ length: 100 }, (_, i) => [i, [], TF.TF_FLOAT]),
    );
  });

  test('outputs without a value and of large shapes', () => {
    const outputs = native.executeOp('BroadcastTo', [T, type('Tidx', TF.TF_INT32)], [floats(1), ints(1000, 0, 1)], 1);
    expect(outputs.map(({ shape }) => shape)).toEqual([[1000, 0, 1]]);
  });
});

describe('every kind of attribute', () => {
  test('a string, and a list of ints', () => {
    const image = native.createTensor([1, 2, 2, 1], TF.TF_FLOAT, Float32Array.of(1, 2, 3, 4));
    const window = [int('ksize', [1, 2, 2, 1]), int('strides', [1, 1, 1, 1])];
    expect(run('MaxPool', [T, ...window, text('padding', 'VALID'), text('data_format', 'NHWC')], [image])).toEqual([
      [4],
    ]);
    const same = run('MaxPool', [T, ...window, text('padding', 'SAME'), text('data_format', 'NHWC')], [image]);
    expect(same).toEqual([[4, 4, 4, 4]]);
  });

  test('a shape', () => {
    const [placeholder] = native.executeOp(
      'PlaceholderWithDefault',
      [type('dtype', TF.TF_FLOAT), { name: 'shape', type: TF.TF_ATTR_SHAPE, value: [2] }],
      [floats(1, 2)],
      1,
    );
    expect(placeholder?.shape).toEqual([2]);
  });

  test('lists of strings, of dtypes and of shapes', () => {
    // tf.train.Example: { features: { feature: { key: 'a', value: { float_list: { value: [1.5] } } } } }
    const example = '\x0a\x0f\x0a\x0d\x0a\x01a\x12\x08\x12\x06\x0a\x04\x00\x00\xc0\x3f';
    const serialized = native.createTensor([], TF.TF_STRING, [Uint8Array.from(Buffer.from(example, 'latin1'))]);
    const parse = (keys: string[]) =>
      run(
        'ParseSingleExample',
        [
          int('num_sparse', 0),
          text('sparse_keys', []),
          text('dense_keys', keys),
          { name: 'sparse_types', type: TF.TF_ATTR_TYPE, value: [] },
          { name: 'Tdense', type: TF.TF_ATTR_TYPE, value: [TF.TF_FLOAT, TF.TF_FLOAT] },
          { name: 'dense_shapes', type: TF.TF_ATTR_SHAPE, value: [[1], [2]] },
        ],
        [serialized, floats(), floats(7, 8)],
        2,
      );
    expect(parse(['a', 'b'])).toEqual([[1.5], [7, 8]]);
    expect(() => parse(['b', 'a'])).toThrow(/^ParseSingleExample: Key: a\. .*float_list/);
  });

  test('a list of floats', () => {
    const boundaries = { name: 'boundaries', type: TF.TF_ATTR_FLOAT, value: [0, 1.5] };
    expect(run('Bucketize', [T, boundaries], [floats(-1, 1, 2)])).toEqual([[0, 1, 2]]);
  });

  test('a bool', () => {
    const keep = (value: boolean) => ({ name: 'keep_dims', type: TF.TF_ATTR_BOOL, value });
    const sum = (value: boolean) =>
      native.executeOp('Sum', [T, type('Tidx', TF.TF_INT32), keep(value)], [floats(1, 2), axisOf(0)], 1)[0]?.shape;
    expect([sum(true), sum(false), sum(true)]).toEqual([[1], [], [1]]);
  });
});

describe('errors', () => {
  test("carry TensorFlow's own message, after the op's name", () => {
    const broken = () => run('AddV2', [T], [floats(1, 2), floats(1, 2, 3)]);
    expect(broken).toThrow(/^AddV2: .*Incompatible shapes: \[2\] vs\. \[3\]/);
    expect(() => run('AddV2', [T], [floats(1)])).toThrow(/^AddV2: .*expected 2 inputs, got 1/);
    expect(() => run('NoSuchOp', [T], [floats(1)])).toThrow(/^NoSuchOp: .*NoSuchOp/);
    expect(() => run('StringLower', [], [floats(1)])).toThrow(/^StringLower: /);
    expect(() => run('DistaffNoSuchOp', [], [])).toThrow('the native addon has no such op');
  });

  test('leave the op usable', () => {
    for (let i = 0; i < 3; i++) {
      expect(() => run('AddV2', [T], [floats(1, 2), floats(1, 2, 3)])).toThrow('Incompatible');
      expect(run('AddV2', [T], [floats(1, 2), floats(1, 2)])).toEqual([[2, 4]]);
    }
  });

  test('name the attribute that is wrong', () => {
    expect(() => run('Relu', [{ ...T, value: 'float' }], [floats(1)])).toThrow(
      'Relu: the attribute T: A number was expected',
    );
    expect(() => run('Relu', [{ ...T, type: 99 }], [floats(1)])).toThrow('Relu: the attribute T: Its type is none of');
    expect(() => run('Relu', [null as unknown as OpAttr], [floats(1)])).toThrow(TypeError);
  });

  test('say when there is no memory, for ops of our own too', () => {
    for (const value of [
      [2 ** 20, 2 ** 20],
      [2 ** 30, 2 ** 30, 2 ** 30],
    ]) {
      const shape = { name: 'shape', type: TF.TF_ATTR_SHAPE, value };
      expect(() => run('DistaffRandomNormal', [shape], [ints(0, 1)])).toThrow('there is no memory for its outputs');
    }
    expect(() =>
      run('Fill', [T], [ints(2 ** 20, 2 ** 20), native.createTensor([], TF.TF_FLOAT, Float32Array.of(1))]),
    ).toThrow(/^Fill: OOM/);
  });

  test('come whole, however long', () => {
    const name = 'x'.repeat(2000);
    expect(() => run('MaxPool', [T, text('padding', name)], [floats(1)])).toThrow(name);
  });
});

test('strings go through ops, also where an op shares them with its input', () => {
  const input = strings('a string that is longer than what fits into itself', 'B');
  const reshaped = native.executeOp(
    'Reshape',
    [type('T', TF.TF_STRING), type('Tshape', TF.TF_INT32)],
    [input, ints(2, 1)],
    1,
  );
  native.deleteTensor(input);
  const [lower] = native.executeOp('StringLower', [], [reshaped[0]?.id as TensorId], 1);
  const values = native.tensorDataSync(lower?.id as TensorId) as Uint8Array[];
  expect(values.map((value) => Buffer.from(value).toString())).toEqual([
    'a string that is longer than what fits into itself',
    'b',
  ]);
});

function axisOf(axis: number): TensorId {
  return native.createTensor([], TF.TF_INT32, Int32Array.of(axis));
}
