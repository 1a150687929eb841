import { describe, expect, test } from 'vitest';
import { type TensorId, TF_CONSTANTS, type Values } from '../../runtime/src/bindings/binding';
import { nativeBinding as native } from '../../runtime/src/bindings/native';

const { TF_FLOAT, TF_INT32, TF_UINT8, TF_STRING, TF_COMPLEX64, TF_INT64, TF_BOOL, TF_RESOURCE } = TF_CONSTANTS;
const { TF_ATTR_TYPE, TF_ATTR_SHAPE, TF_ATTR_STRING } = TF_CONSTANTS;

const bytes = (...texts: string[]) => texts.map((text) => new TextEncoder().encode(text));
const scalar = (value: number) => native.createTensor([], TF_FLOAT, Float32Array.of(value));

describe('values of every dtype come back as they went in', () => {
  const cases: [string, number, number[], Values | BigInt64Array][] = [
    ['float32', TF_FLOAT, [2, 2], Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY)],
    ['int32', TF_INT32, [3], Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)],
    ['uint8', TF_UINT8, [2], Uint8Array.of(0, 255)],
    ['bool', TF_BOOL, [2], Uint8Array.of(1, 0)],
    ['complex64, two floats each', TF_COMPLEX64, [2], Float32Array.of(1, 2, 3, 4)],
    ['int64', TF_INT64, [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['string', TF_STRING, [2, 2], bytes('', 'short', 'longer than what fits into the string itself', 'ünï\0cødé')],
    ['a scalar', TF_FLOAT, [], Float32Array.of(7)],
    ['no value at all', TF_FLOAT, [3, 0, 2], new Float32Array(0)],
    ['no string at all', TF_STRING, [0], []],
    ['more than what is small', TF_INT32, [10, 100], Int32Array.from({ length: 1000 }, (_, i) => i)],
  ];
  test.each(cases)('%s', (_, dtype, shape, values) => {
    const id = native.createTensor(shape, dtype, values as Values);
    expect(native.tensorDataSync(id)).toStrictEqual(values);
    expect(identity(id, dtype).map(({ shape, dtype }) => ({ shape, dtype }))).toEqual([{ shape, dtype }]);
  });

  test('int64 as pairs of int32, low and high, as tfjs-node writes them', () => {
    const id = native.createTensor([2], TF_INT64, Int32Array.of(5, 0, -5, -1));
    expect(native.tensorDataSync(id)).toStrictEqual(BigInt64Array.of(5n, -5n));
  });

  test('a resource, as the bytes of its handle', () => {
    const [variable] = native.executeOp(
      'VarHandleOp',
      [
        { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'shape', type: TF_ATTR_SHAPE, value: [] },
        { name: 'shared_name', type: TF_ATTR_STRING, value: 'a variable' },
      ],
      [],
      1,
    );
    expect(variable).toMatchObject({ shape: [], dtype: TF_RESOURCE });
    expect(Buffer.from(read(variable?.id) as Uint8Array).includes('a variable')).toBe(true);
  });

  test('changing an array afterwards changes no tensor', () => {
    const values = Float32Array.of(1, 2);
    const id = native.createTensor([2], TF_FLOAT, values);
    values[0] = 9;
    (native.tensorDataSync(id) as Float32Array)[1] = 9;
    expect(native.tensorDataSync(id)).toStrictEqual(Float32Array.of(1, 2));
  });
});

describe('values that do not fit are refused', () => {
  const cases: [string, number[], number, Values | unknown, RegExp][] = [
    ['too few', [2, 3], TF_FLOAT, new Float32Array(5), /float32 tensor of shape \[2, 3\] has 6 values, but 5 came/],
    ['too few strings', [2], TF_STRING, bytes('a'), /shape has 2 elements, but 1 strings came/],
    ['another kind of array', [1], TF_FLOAT, Int32Array.of(1), /float32 tensor's values are a Float32Array/],
    ['no array', [1], TF_INT32, 'text', /int32 tensor's values are a Int32Array/],
    ['strings that are not bytes', [1], TF_STRING, ['text'], /string 0 is no Uint8Array/],
    ['a negative dimension', [-1], TF_FLOAT, new Float32Array(1), /no tensor has the shape \[-1\]/],
    ['too large a shape', [2 ** 40, 2 ** 40], TF_FLOAT, new Float32Array(1), /no tensor has the shape/],
    ['an unknown dtype', [1], 999, new Float32Array(1), /dtype 999 has no values in JavaScript/],
    ['a shape of something else', ['a'] as never, TF_FLOAT, new Float32Array(1), /the shape: A number was expected/],
  ];
  test.each(cases)('%s', (_, shape, dtype, values, message) => {
    expect(() => native.createTensor(shape, dtype, values as Values)).toThrow(message);
  });
});

describe('what is no tensor of the binding is named in an error', () => {
  const uses: [string, (id: TensorId) => unknown][] = [
    ['tensorDataSync', (id) => native.tensorDataSync(id)],
    ['deleteTensor', (id) => native.deleteTensor(id)],
    ['Identity', (id) => identity(id, TF_FLOAT)],
  ];
  test.each(uses)('%s of foreign objects', (name, use) => {
    for (const foreign of [{}, { number: 0 }, [], 0, null, undefined, Buffer.alloc(8)]) {
      const call = () => use(foreign as TensorId);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`${name}: expected a tensor of the native binding, got `);
    }
  });

  test.each(uses)('%s of a deleted tensor', (name, use) => {
    const id = scalar(1);
    const neighbour = scalar(2);
    native.deleteTensor(id);
    expect(() => use(id)).toThrow(`${name}: a tensor was used after it was deleted.`);
    // The number of a deleted tensor is nobody else's while its id exists.
    const later = Array.from({ length: 100 }, (_, i) => scalar(i));
    expect(() => use(id)).toThrow('used after it was deleted');
    expect(later.map((each) => native.tensorDataSync(each)[0])).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(native.tensorDataSync(neighbour)).toEqual(Float32Array.of(2));
  });
});

function identity(id: TensorId, dtype: number) {
  return native.executeOp('Identity', [{ name: 'T', type: TF_ATTR_TYPE, value: dtype }], [id], 1);
}

function read(id: TensorId | undefined): Values {
  return native.tensorDataSync(id as TensorId);
}
