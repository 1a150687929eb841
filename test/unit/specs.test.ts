/** Specs of tensors: the forms of DESIGN 5.1, their text, and ShapeDtypeStruct. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, ShapeDtypeStruct } from '../../runtime/src/index';
import { parseSpec, SpecSyntaxError, toStructs } from '../../runtime/src/transforms/specs';

const struct = (shape: number[], dtype?: 'float32' | 'int32' | 'bool' | 'complex64') =>
  new ShapeDtypeStruct(shape, dtype);

describe('ShapeDtypeStruct', () => {
  test('is made with and without new', () => {
    const made = ShapeDtypeStruct([2, 3], 'int32');
    expect(made).toEqual(new ShapeDtypeStruct([2, 3], 'int32'));
    expect(made).toBeInstanceOf(ShapeDtypeStruct);
    expect([made.shape, made.dtype, made.ndim, String(made)]).toEqual([[2, 3], 'int32', 2, 'i32[2, 3]']);
    expect(String(ShapeDtypeStruct([]))).toBe('f32[]');
  });

  test('prints under its name', () => {
    expect(inspect(ShapeDtypeStruct([2]))).toBe('ShapeDtypeStruct f32[2]');
  });

  test('keeps a shape of its own', () => {
    const shape = [1, 2];
    const made = ShapeDtypeStruct(shape);
    shape.push(3);
    expect(made.shape).toEqual([1, 2]);
  });

  test.each<[unknown, unknown, RegExp]>([
    [[2, -1], undefined, /array of whole numbers >= 0, got \[2, -1\]/],
    [[1.5], undefined, /got \[1\.5\]/],
    [[Number.NaN], undefined, /got \[NaN\]/],
    [undefined, undefined, /got undefined/],
    [3, undefined, /got 3/],
    [[3], 'f32', /no dtype 'f32'\. There are float32, int32, bool/],
  ])('(%j, %j) is an error', (shape, dtype, message) => {
    expect(() => ShapeDtypeStruct(shape as number[], dtype as 'float32')).toThrow(message);
  });
});

describe('the text of a spec:', () => {
  test.each<[string, unknown]>([
    ['f32[8, 128]', struct([8, 128])],
    ['i32[8,128]', struct([8, 128], 'int32')],
    ['bool[3]', struct([3], 'bool')],
    ['c64[1]', struct([1], 'complex64')],
    ['float32[2]', struct([2])],
    ['f32[]', struct([])],
    ['f32[0]', struct([0])],
    ['  f32 [ 1 , 2 , ]  ', struct([1, 2])],
    ['f32[\n  1,\n  2\n]', struct([1, 2])],
    ['(f32[1], i32[2])', [struct([1]), struct([2], 'int32')]],
    ['()', []],
    ['(f32[1],)', [struct([1])]],
    ['((f32[1], f32[2]), f32[3])', [[struct([1]), struct([2])], struct([3])]],
    ['{ image: f32[28, 28], label: i32[] }', { image: struct([28, 28]), label: struct([], 'int32') }],
    ['{ $a_1: { b: (f32[1]) } }', { $a_1: { b: [struct([1])] } }],
    ['{}', {}],
  ])('%s', (text, expected) => {
    expect(parseSpec(text)).toEqual(expected);
  });

  test('names are sizes where somebody knows them', () => {
    const sizes: Record<string, number> = { B: 7, n_1: 3 };
    const asked: string[] = [];
    const sizeOf = (name: string) => {
      asked.push(name);
      return sizes[name] ?? 0;
    };
    expect(parseSpec('(f32[B, 2, n_1], i32[B])', sizeOf)).toEqual([struct([7, 2, 3]), struct([7], 'int32')]);
    expect(asked).toEqual(['B', 'n_1', 'B']);
  });

  test.each<[string, number, string]>([
    ['', 0, 'a dtype (f32, i32, bool, c64, string), got the end'],
    ['[1, 2]', 0, "a dtype (f32, i32, bool, c64, string), got '[1, 2]'"],
    ['  f64[2]', 2, "a dtype (f32, i32, bool, c64, string), got 'f64[2]'"],
    ['f32', 3, "'[' and a shape, got the end"],
    ['f32(2)', 3, "'[' and a shape, got '(2)'"],
    ['f32[2', 5, "',' or ']', got the end"],
    ['f32[2 3]', 6, "',' or ']', got '3]'"],
    ['f32[,2]', 4, "a size: a whole number or a name, got ',2]'"],
    ['f32[-1]', 4, "a size: a whole number or a name, got '-1]'"],
    ['f32[2.5]', 5, "',' or ']', got '.5]'"],
    ['f32[2, B]', 7, "a whole number, got 'B]'"],
    ['f32[2] x', 7, "the end, got 'x'"],
    ['(f32[2]', 7, "',' or ')', got the end"],
    ['(f32[2]; f32[3])', 7, "',' or ')', got '; f32[3])'"],
    ['{ f32[2] }', 5, "':', got '[2] }'"],
    ['{ 1: f32[2] }', 2, "a name, got '1: f32[2] }'"],
    ['{ a: }', 5, "a dtype (f32, i32, bool, c64, string), got '}'"],
    ['{ a: f32[2], b: (f32[3], i8[1]) }', 25, "a dtype (f32, i32, bool, c64, string), got 'i8[1]) }'"],
  ])('%j says at %i what was expected', (text, offset, message) => {
    let error: unknown;
    try {
      parseSpec(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SpecSyntaxError);
    expect((error as SpecSyntaxError).offset).toBe(offset);
    expect((error as SpecSyntaxError).message).toContain(`Expected ${message} in '${text}'`);
  });
});

describe('toStructs:', () => {
  test.each<[string, unknown, unknown]>([
    ['an array of numbers is a shape', [1, 28, 28, 1], struct([1, 28, 28, 1])],
    ['an empty array is the shape of a scalar', [], struct([])],
    ['other arrays are pytrees', [[1], [2, 3]], [struct([1]), struct([2, 3])]],
    ['of arrays too', [[[1], []], 'i32[2]'], [[struct([1]), struct([])], struct([2], 'int32')]],
    ['objects are pytrees', { b: [2], a: { c: 'bool[]' } }, { a: { c: struct([], 'bool') }, b: struct([2]) }],
    ['a struct is itself', struct([3], 'int32'), struct([3], 'int32')],
    ['an object with a shape is a struct', { shape: [3], dtype: 'int32' }, struct([3], 'int32')],
    ['whose dtype is float32', { shape: [3] }, struct([3])],
    ['a string may be a tree', ['(f32[1], f32[2])'], [[struct([1]), struct([2])]]],
    ['null stays', { a: null, b: [1] }, { a: null, b: struct([1]) }],
  ])('%s', (_, spec, expected) => {
    expect(toStructs(spec)).toEqual(expected);
  });

  test('a tensor stands for its shape and dtype', () => {
    expect(toStructs([jnp.ones([2, 3]), jnp.ones([4], 'int32')])).toEqual([struct([2, 3]), struct([4], 'int32')]);
  });

  test('a Model of tensors becomes a Model of structs', () => {
    const module = nn.Dense.partial({ features: 3 });
    const model = nn.Model(module, module.init(random.PRNGKey(0), jnp.ones([1, 2]))[1]);
    const structs = toStructs(model) as typeof model;
    expect(structs.params).toEqual({ bias: struct([3]), kernel: struct([2, 3]) });
  });

  test.each<[unknown, RegExp]>([
    [3, /^input 0 should be a shape such as \[1, 28, 28, 1\], a string such as 'i32\[8, 128\]'.*got 3\.$/],
    [[[1], true], /^input 0\[1\] should be.*got true/],
    [{ a: [[1], { b: new Date(0) }] }, /^input 0\.a\[1\]\.b should be/],
    [[1, 'f32[2]'], /^input 0\[0\] should be.*got 1/],
    [{ a: [2, -1] }, /whole numbers >= 0, got \[2, -1\]/],
    [{ a: 'f32[B]' }, /Expected a whole number, got 'B\]' in 'f32\[B\]'/],
    [{ shape: [1], dtype: 'f16' }, /no dtype 'f16'/],
  ])('%j is an error that names its place', (spec, message) => {
    expect(() => toStructs(spec, 'input 0')).toThrow(message);
  });
});
