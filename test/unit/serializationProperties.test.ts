/** Serialization: what holds for every state. */
import { decode, ExtensionCodec } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nn, serialization, struct, tree } from '../../runtime/src/index';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../runtime/src/serialization/halfFloats';
import { spelledOut } from '../parity/typedValues';

const {
  Complex,
  fromBytes,
  fromStateDict,
  MsgpackError,
  msgpackRestore,
  NDArray,
  NumpyScalar,
  PyFloat,
  toBytes,
  toStateDict,
} = serialization;

class Pair extends struct.dataclass<{ a: unknown; b: unknown; note?: string }>({
  note: struct.field({ pytreeNode: false, default: 'kept' }),
}) {}

const ITEM_SIZES = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  complex64: 8,
  complex128: 16,
} as const satisfies Record<serialization.NumpyDType, number>;

const shape = fc.array(fc.nat({ max: 3 }), { maxLength: 4 });
/** Arrays of any bits, so that there are infinities, denormals and NaNs. */
const ndarray = fc
  .tuple(fc.constantFrom(...(Object.keys(ITEM_SIZES) as serialization.NumpyDType[])), shape)
  .chain(([dtype, axes]) => {
    const length = axes.reduce((size, n) => size * n, 1) * ITEM_SIZES[dtype];
    const bytes = fc.uint8Array({ minLength: length, maxLength: length, max: dtype === 'bool' ? 1 : 255 });
    return bytes.map((data) => new NDArray(dtype, axes, data));
  });
const isTensorDtype = (dtype: string) => ['float32', 'int32', 'bool', 'complex64'].includes(dtype);
/** As restoring gives them: tensors where they can be. */
const array = ndarray.map((made) => (isTensorDtype(made.dtype) ? made.toTensor() : made));
const wide = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const float = fc.double().map((x) => (Number.isSafeInteger(x) && !Object.is(x, -0) ? new PyFloat(x) : x));
const leaf = fc.oneof(
  array,
  fc.maxSafeInteger(),
  wide,
  float,
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.double(), fc.double()).map(([re, im]) => new Complex(re, im)),
  ndarray.map(({ dtype }) => NumpyScalar.of(dtype as serialization.NumpyDType, 1)),
);
const key = fc.string({ unit: 'binary' });

/** States as programs have them. */
const { state } = fc.letrec<{ state: unknown }>((tie) => ({
  state: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.constant(null),
    fc.array(tie('state'), { maxLength: 20 }),
    fc.dictionary(key, tie('state'), { maxKeys: 20, noNullPrototype: true }),
    fc.tuple(tie('state'), tie('state')).map(([a, b]) => new Pair({ a, b })),
    tie('state').map((value) => new nn.Collection({ '/a/b': value })),
  ),
}));

const holds = (check: (value: unknown) => void) => fc.assert(fc.property(state, check), { numRuns: 300 });
const sameState = (a: unknown, b: unknown) => expect(spelledOut(toStateDict(a))).toEqual(spelledOut(toStateDict(b)));

describe('every state', () => {
  test('comes back from its state dict', () => {
    holds((value) => {
      const restored = fromStateDict(value as object, toStateDict(value));
      sameState(restored, value);
      expect(tree.structure(restored).equals(tree.structure(value))).toBe(true);
    });
  });

  test('comes back from its bytes, and gives them again', () => {
    holds((value) => {
      const bytes = toBytes(value);
      sameState(fromBytes(value as object, bytes), value);
      expect(spelledOut(msgpackRestore(bytes))).toEqual(spelledOut(toStateDict(value)));
      expect(toBytes(msgpackRestore(bytes))).toEqual(bytes);
    });
  });

  test('comes back from arrays in pieces', () => {
    fc.assert(
      fc.property(state, fc.integer({ min: 1, max: 40 }), (value, maxChunkBytes) => {
        sameState(fromBytes(value as object, toBytes(value, { maxChunkBytes })), value);
      }),
      { numRuns: 300 },
    );
  });

  test('is msgpack to an independent reader', () => {
    const codec = new ExtensionCodec();
    for (const type of [1, 2, 3]) codec.register({ type, encode: () => null, decode: (data) => decode(data) });
    // That reader gives objects no prototype's key.
    const readable = state.filter((value) => !JSON.stringify(spelledOut(toStateDict(value))).includes('__proto__'));
    const count = (value: unknown): number => {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Array.isArray(value)) return 1;
      return Object.values(value).reduce<number>((sum, item) => sum + count(item), 0);
    };
    fc.assert(
      fc.property(readable, (value) => {
        const read = decode(toBytes(value), { extensionCodec: codec, useBigInt64: true });
        const leaves = tree.leaves(toStateDict(value), { isLeaf: (node) => node === null }).length;
        expect(count(read)).toBe(leaves);
      }),
      { numRuns: 100 },
    );
  });

  test('that is cut off is refused, wherever it is', () => {
    fc.assert(
      fc.property(state, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, part) => {
        const bytes = toBytes(value);
        const at = Math.floor(bytes.length * part);
        expect(() => msgpackRestore(bytes.subarray(0, at))).toThrow(MsgpackError);
      }),
      { numRuns: 300 },
    );
  });

  test('that is damaged gives a state or a MsgpackError, nothing else', () => {
    fc.assert(
      fc.property(
        state,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 }),
        (value, changes) => {
          const bytes = toBytes(value);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          try {
            msgpackRestore(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MsgpackError);
            expect((error as serialization.MsgpackError).offset).toBeLessThanOrEqual(bytes.length);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('arrays', () => {
  test('are made of their values bit by bit', () => {
    fc.assert(
      fc.property(ndarray, (made) => {
        const values = made.values();
        const again = NDArray.of(made.dtype as serialization.NumpyDType, made.shape, values);
        // NaNs have many bits, of which numbers keep one.
        if (!Array.from(values, Number).some(Number.isNaN)) expect(again.bytes).toEqual(made.bytes);
        expect(again.values()).toEqual(values);
      }),
    );
  });

  test('keep all bits as tensors of the same dtype', () => {
    fc.assert(
      fc.property(
        ndarray.filter(({ dtype }) => isTensorDtype(dtype)),
        (made) => {
          expect(NDArray.fromTensor(made.toTensor()).bytes).toEqual(made.bytes);
        },
      ),
    );
  });
});

describe.each([
  ['float16', fromFloat16, toFloat16],
  ['bfloat16', fromBfloat16, toBfloat16],
] as const)('%s', (_, fromBits, toBits) => {
  const all = Array.from({ length: 2 ** 16 }, (_unused, bits) => bits);

  test('has a number for all bits, and the bits for that number', () => {
    const wrong = all.filter((bits) => !Number.isNaN(fromBits(bits)) && toBits(fromBits(bits)) !== bits);
    expect(wrong).toEqual([]);
    expect(Number.isNaN(fromBits(toBits(Number.NaN)))).toBe(true);
  });

  test('rounds a float32 to the nearest, of two to the even one', () => {
    const finite = all.filter(
      (bits) => bits < 0x8000 && Number.isFinite(fromBits(bits)) && Number.isFinite(fromBits(bits + 1)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...finite), fc.integer({ min: 1, max: 255 }), (bits, part) => {
        const [below, above] = [fromBits(bits), fromBits(bits + 1)];
        const between = below + ((above - below) * part) / 256;
        const nearest = part < 128 || (part === 128 && bits % 2 === 0) ? bits : bits + 1;
        expect(toBits(between)).toBe(nearest);
        expect(toBits(-between)).toBe(nearest | 0x8000);
      }),
    );
  });
});

test('numbers above the largest float16 become infinite from halfway to the next on', () => {
  expect([toFloat16(65519.99), toFloat16(65520), toFloat16(-1e30)]).toEqual([0x7bff, 0x7c00, 0xfc00]);
});
