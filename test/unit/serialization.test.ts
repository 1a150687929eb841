/** Serialization: what goes in and out beside Flax's own cases, and what it says when something is wrong. */
import { decode, ExtensionCodec } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import {
  evalShape,
  jnp,
  nn,
  optim,
  random,
  ShapeDtypeStruct,
  serialization,
  struct,
  type Tensor,
} from '../../runtime/src/index';

const {
  Complex,
  fromBytes,
  fromStateDict,
  MsgpackError,
  msgpackRestore,
  msgpackSerialize,
  NDArray,
  NumpyScalar,
  PyFloat,
  registerSerializationState,
  StateDictError,
  toBytes,
  toStateDict,
} = serialization;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const values = (tensor: unknown) => Array.from((tensor as Tensor).dataSync());

describe('numbers', () => {
  test.each([
    [1, '01', 1],
    [0.5, 'cb3fe0000000000000', 0.5],
    [-0, 'cb8000000000000000', -0],
    [2 ** 53, 'cb4340000000000000', 2 ** 53],
    [new PyFloat(1), 'cb3ff0000000000000', new PyFloat(1)],
    [5n, '05', 5],
    [2n ** 53n, 'cf0020000000000000', 2n ** 53n],
    [-(2n ** 63n), 'd38000000000000000', -(2n ** 63n)],
  ])('%s is written as %s', (value, bytes, restored) => {
    expect(hex(toBytes(value))).toBe(bytes);
    expect(msgpackRestore(toBytes(value))).toEqual(restored);
  });

  test('a target says in which form a number comes back', () => {
    expect(fromBytes(0, toBytes(new PyFloat(3)))).toBe(3);
    expect(fromBytes(new PyFloat(0), toBytes(3.5))).toEqual(new PyFloat(3.5));
    expect(fromBytes(0n, toBytes(3))).toBe(3n);
    expect(fromBytes(0, toBytes(jnp.asarray(7, 'int32')))).toBe(7);
    expect(fromBytes(0, toBytes(NumpyScalar.of('float64', 0.1)))).toBe(0.1);
    expect(fromBytes(false, toBytes(jnp.asarray(true)))).toBe(true);
    const step = fromBytes(jnp.asarray(0, 'int32'), toBytes(7));
    expect([step.dtype, step.shape, values(step)]).toEqual(['int32', [], [7]]);
    expect(values(fromBytes(jnp.asarray(0), toBytes(0.5)))).toEqual([0.5]);
    expect(() => fromBytes(jnp.asarray(0, 'int32'), toBytes(0.5))).toThrow('expected i32[], found the number 0.5');
  });
});

describe('arrays of other dtypes', () => {
  test('have values and become tensors', () => {
    expect(NDArray.of('bfloat16', [2], [1.5, -0.1]).values()).toEqual(Float32Array.of(1.5, -0.10009765625));
    expect(NDArray.of('int64', [2], [5, -6n]).values()).toEqual(BigInt64Array.of(5n, -6n));
    expect(values(NDArray.of('float64', [2], [0.5, 3]).toTensor())).toEqual([0.5, 3]);
    expect(values(NDArray.of('uint8', [2], [0, 255]).toTensor())).toEqual([0, 255]);
    expect(values(NDArray.of('int64', [1], [-7]).toTensor())).toEqual([-7]);
    const complex = NDArray.of('complex128', [2], [1, 2, 3, 4]).toTensor();
    expect([complex.dtype, values(jnp.real(complex)), values(jnp.imag(complex))]).toEqual([
      'complex64',
      [1, 3],
      [2, 4],
    ]);
    expect(() => NDArray.of('int64', [1], [2n ** 40n]).toTensor()).toThrow(
      '1099511627776 in i64[1] is too large for int32',
    );
  });

  test('are made of a tensor', () => {
    const half = NDArray.fromTensor(jnp.asarray([1, 0.1]), 'float16');
    expect([String(half), half.size, half.values()]).toEqual(['f16[2]', 2, Float32Array.of(1, 0.0999755859375)]);
  });

  test('a random key is written as Flax has it, and fills one', () => {
    const key = random.PRNGKey(2 ** 31 + 5);
    const words = NDArray.fromTensor(key, 'uint32');
    expect(words.values()).toEqual(Uint32Array.of(0, 2 ** 31 + 5));
    expect(values(fromBytes({ key }, toBytes({ key: words })).key)).toEqual(values(key));
  });

  test('refuse bytes that do not fill the shape, values of another number and unknown dtypes', () => {
    expect(() => new NDArray('float64', [2], new Uint8Array(15))).toThrow('f64[2] has 16 bytes, got 15');
    expect(() => NDArray.of('int8', [2], [1])).toThrow('i8[2] has 2 values, got 1');
    expect(() => NDArray.of('float8' as never, [], [1])).toThrow(/no dtype 'float8'; there are bool, int8/);
  });

  test('of dtypes unknown here keep their bytes', () => {
    const eighth = new NDArray('float8_e4m3fn', [2, 2], Uint8Array.of(1, 2, 3, 4));
    const restored = msgpackRestore(toBytes({ eighth })) as { eighth: serialization.NDArray };
    expect([restored.eighth.dtype, restored.eighth.shape, hex(restored.eighth.bytes)]).toEqual([
      'float8_e4m3fn',
      [2, 2],
      '01020304',
    ]);
    expect(() => restored.eighth.values()).toThrow("the values of dtype 'float8_e4m3fn' cannot be read here");
  });

  test('what was restored does not change with the bytes it came from', () => {
    const bytes = toBytes({ a: NDArray.of('int8', [2], [1, 2]), b: Uint8Array.of(3), c: NumpyScalar.of('int8', 4) });
    const restored = msgpackRestore(Buffer.from(bytes.buffer)) as { a: serialization.NDArray; b: Uint8Array; c: never };
    bytes.fill(0);
    expect([...restored.a.values(), ...restored.b, (restored.c as serialization.NumpyScalar).value]).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test('scalars have their values', () => {
    expect(NumpyScalar.of('complex64', new Complex(1, 2)).value).toEqual(new Complex(1, 2));
    expect(NumpyScalar.of('bool', true).value).toBe(true);
    expect(NumpyScalar.of('uint64', 7).value).toBe(7n);
    expect(() => new NumpyScalar(NDArray.of('int8', [1], [1]))).toThrow('a scalar has no axes, got i8[1]');
  });
});

describe('containers', () => {
  class Counter {
    constructor(readonly count: number) {}
  }
  class Named extends Counter {}
  registerSerializationState<Counter>(Counter, {
    toStateDict: ({ count }) => ({ count }),
    fromStateDict: (counter, { count }) => new (counter.constructor as typeof Counter)(count as number),
  });

  test('of registered classes and their subclasses come back', () => {
    const restored = fromBytes([new Named(0), new Counter(0)], toBytes([new Named(1), new Counter(2)]));
    expect(restored).toEqual([new Named(1), new Counter(2)]);
    expect(restored[0]).toBeInstanceOf(Named);
  });

  test('a Model has its parameters', () => {
    const model = nn.Model(nn.Dense.partial({ features: 2 }), { kernel: jnp.ones([3, 2]), bias: jnp.zeros([2]) });
    expect(Object.keys(toStateDict(model) as object)).toEqual(['params']);
    const other = model.replace({ params: { kernel: jnp.zeros([3, 2]), bias: jnp.ones([2]) } });
    const restored = fromBytes(model, toBytes(other));
    expect(values(restored(jnp.ones([1, 3])))).toEqual([1, 1]);
  });

  test('a Collection has its paths', () => {
    const collection = new nn.Collection({ '/norm': { mean: jnp.asarray([1, 2]) } });
    expect(Object.keys(toStateDict(collection) as object)).toEqual(['/norm']);
    const restored = fromBytes(new nn.Collection({ '/norm': { mean: jnp.asarray([0, 0]) } }), toBytes(collection));
    expect(values(restored.get('/norm').mean)).toEqual([1, 2]);
  });

  test('an optimizer in a dataclass keeps its definition', () => {
    class TrainState extends struct.dataclass<{ optimizer: optim.Optimizer<{ w: Tensor }>; step: number }>() {}
    const make = (w: number, step: number) => {
      const optimizer = optim.Momentum({ learningRate: 0.5 }).create({ w: jnp.asarray([w]) });
      return new TrainState({ optimizer: optimizer.applyGradient({ w: jnp.asarray([w]) }), step });
    };
    const restored = fromBytes(make(0, 0), toBytes(make(4, 9)));
    expect(restored.step).toBe(9);
    expect(values(restored.optimizer.target.w)).toEqual([2]);
    // Its momentum of 4 goes on: 2 - 0.5 * 0.9 * 4.
    expect(values(restored.optimizer.applyGradient({ w: jnp.asarray([0]) }).target.w)[0]).toBeCloseTo(0.2);
  });

  test('null takes whatever there is; undefined is null', () => {
    const state = { a: [1, { b: 2 }] };
    expect(fromBytes(null, toBytes(state))).toEqual({ a: { 0: 1, 1: { b: 2 } } });
    expect(fromBytes({ a: null }, toBytes(state))).toEqual({ a: { 0: 1, 1: { b: 2 } } });
    expect(fromBytes({ a: undefined }, toBytes({ a: undefined }))).toEqual({ a: undefined });
  });

  test('keys are what they are called', () => {
    const state = JSON.parse('{"__proto__": {"toString": 1}, "constructor": 2, "": 3}') as object;
    const restored = msgpackRestore(toBytes(state));
    expect(Object.entries(restored as object)).toEqual(Object.entries(state));
    expect(Object.entries(fromStateDict(state, restored))).toEqual(Object.entries(state));
  });

  test('a target of shapes is filled without values of its own', () => {
    const target = { w: new ShapeDtypeStruct([2], 'float32') };
    expect(values(fromBytes(target, toBytes({ w: jnp.asarray([1, 2]) })).w)).toEqual([1, 2]);
  });
});

describe('msgpackSerialize', () => {
  test('keeps lists, and sorts keys as Python does', () => {
    expect(hex(msgpackSerialize([1, [2]]))).toBe('92019102');
    const astral = { '\u{1f600}': 1, '\ufb01': 2, a: 3 };
    const keys = Object.keys(msgpackRestore(msgpackSerialize(astral)) as object);
    expect(keys).toEqual(['a', '\ufb01', '\u{1f600}']);
    const old = msgpackRestore(msgpackSerialize({ b: 1, a: 2 }, { format: 'flax-0.1' }));
    expect(Object.keys(old as object)).toEqual(['b', 'a']);
  });

  test('does not write what only toBytes writes', () => {
    const model = nn.Model(nn.Dense.partial({ features: 2 }), {});
    expect(() => msgpackSerialize({ model })).toThrow(
      'msgpackSerialize: /model holds a function, which cannot be written. Only plain objects and arrays are written as ' +
        'they are; toBytes writes everything.',
    );
  });
});

describe('an independent reader of msgpack', () => {
  test('reads what is written', () => {
    const codec = new ExtensionCodec();
    codec.register({ type: 1, encode: () => null, decode: (data) => decode(data) });
    const state = {
      step: 3,
      name: 'x'.repeat(70000),
      w: jnp.ones([300, 300]),
      layers: Array.from({ length: 20 }, () => -5),
    };
    const read = decode(toBytes(state), { extensionCodec: codec }) as Record<string, unknown>;
    expect(read.step).toBe(3);
    expect(read.name).toBe(state.name);
    expect(Object.values(read.layers as object)).toEqual(state.layers);
    const [shape, dtype, data] = read.w as [number[], string, Uint8Array];
    expect([shape, dtype, data.length]).toEqual([[300, 300], 'float32', 360000]);
  });
});

describe('what cannot be written is named:', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'a function',
      { a: { act: Math.cos } },
      /^toBytes: \/a\/act holds a function, .*struct\.field\(\{ pytreeNode: false \}\)/,
    ],
    ['an object of a class', [new Map()], /^toBytes: \/0 holds a Map, .*registerSerializationState/],
    [
      'a typed array',
      { a: Float64Array.of(1) },
      /^toBytes: \/a holds a Float64Array, .*NDArray\.of\(dtype, shape, values\)/,
    ],
    [
      'a bigint of more than 64 bits',
      { a: 2n ** 64n },
      /^toBytes: \/a holds the bigint 18446744073709551616, .*at most 64 bits/,
    ],
  ])('%s', (_, value, message) => {
    expect(() => toBytes(value)).toThrow(message);
  });

  test('a tensor that has no values', () => {
    const save = (w: Tensor) => toBytes({ params: { w } });
    expect(() => evalShape(save, [2, 3])).toThrow(/^toBytes needs the values of \/params\/w, f32\[2, 3\]/);
  });

  test('what contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle.a = circle;
    expect(() => toBytes(circle)).toThrow('more than 1000 containers deep. Does something contain itself?');
    expect(() => msgpackSerialize(circle)).toThrow('more than 1000 containers deep. Does something contain itself?');
  });

  test('a format or a size of chunks that does not exist', () => {
    expect(() => toBytes(1, { format: 'flax-0.2' as never })).toThrow(
      "the formats are 'flax' and 'flax-0.1', got 'flax-0.2'",
    );
    expect(() => toBytes(1, { maxChunkBytes: 0 })).toThrow('maxChunkBytes is 1 or more, got 0');
  });
});

describe('damaged bytes are refused with the offset:', () => {
  const bytes = toBytes({ params: { kernel: jnp.ones([2, 3]) } });
  const damaged = (change: (copy: Uint8Array) => void) => {
    const copy = bytes.slice();
    change(copy);
    return copy;
  };

  test.each<[string, Uint8Array, string]>([
    [
      'cut off',
      bytes.subarray(0, 40),
      'The data end too early: 38 bytes of data should follow, 21 of 38 bytes do (at byte 19).',
    ],
    ['nothing', new Uint8Array(0), 'The data end too early: a number should follow, 0 of 1 bytes do (at byte 0).'],
    ['too long', Uint8Array.of(...bytes, 1, 2), 'The value is complete, but 2 more bytes follow (at byte 57).'],
    ['no msgpack', Uint8Array.of(0xc1), 'Not msgpack: no value begins with the byte 0xc1 (at byte 0).'],
    [
      'a key that is none',
      Uint8Array.of(0x81, 0xc0, 1),
      'The keys of a dict are texts or whole numbers; this one is nil (at byte 1).',
    ],
    [
      'a length beyond the end',
      Uint8Array.of(0xdd, 255, 255, 255, 255),
      'The data end too early: 4294967295 more values should follow, 0 bytes do (at byte 5).',
    ],
    ['a text that is none', Uint8Array.of(0xa2, 0xff, 0xfe), 'A text of 2 bytes is no UTF-8 (at byte 1).'],
  ])('%s', (_, data, message) => {
    expect(() => msgpackRestore(data)).toThrow(message);
    expect(() => msgpackRestore(data)).toThrow(MsgpackError);
  });

  test('an array whose bytes do not fill its shape', () => {
    const copy = damaged((data) => {
      data[data.indexOf(3, 19)] = 4;
    });
    expect(() => msgpackRestore(copy)).toThrow(/NDArray: f32\[2, 4\] has 32 bytes, got 24 \(at byte 19\)/);
  });

  test('what is no bytes at all', () => {
    expect(() => msgpackRestore('model.msgpack' as never)).toThrow('msgpackRestore takes a Uint8Array');
    expect(() => fromBytes({}, null as never)).toThrow('fromBytes takes a Uint8Array');
  });
});

test('one error names all places where a state does not fit', () => {
  const target = {
    params: { kernel: jnp.ones([2, 4]), bias: jnp.ones([4]), half: NDArray.of('bfloat16', [1], [0]) },
    step: 0,
  };
  const saved = { params: { kernel: jnp.ones([2, 8]), weight: 1, half: jnp.ones([1]) }, step: 'five' };
  let error: serialization.StateDictError | undefined;
  try {
    fromBytes(target, toBytes(saved));
  } catch (caught) {
    error = caught as serialization.StateDictError;
  }
  expect(error).toBeInstanceOf(StateDictError);
  expect(error?.mismatches).toEqual([
    { path: '/params/kernel', expected: 'f32[2, 4]', found: 'f32[2, 8]' },
    { path: '/params/bias', expected: 'f32[4]', found: 'nothing beside the keys kernel, weight, half' },
    { path: '/params/half', expected: 'bf16[1]', found: 'f32[1]' },
    { path: '/step', expected: 'a number', found: '"five"' },
  ]);
  expect(error?.message).toContain('in 4 places:\n  /params/kernel: expected f32[2, 4], found f32[2, 8]\n');
});
