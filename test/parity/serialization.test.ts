/** The bytes that Flax writes, case by case: current Flax and Flax 0.1.0, both ways (test/golden/serialization). */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { serialization } from '../../runtime/src/index';
import { golden } from './golden';
import { fromTyped, spelledOut, type Typed } from './typedValues';

const { fromBytes, fromStateDict, msgpackRestore, msgpackSerialize, NDArray, toBytes } = serialization;

interface Case {
  readonly how: 'to_bytes' | 'msgpack_serialize' | 'from_state_dict';
  readonly value: Typed;
  readonly msgpack_restore?: Typed;
  readonly target?: Typed;
  readonly from_bytes?: Typed;
  readonly raises?: { readonly type: string };
  readonly state?: Typed;
  readonly result?: Typed;
}

const CHUNK_BYTES: Record<string, number> = { chunked_16: 16, chunked_root: 16, chunked_odd_item: 16, chunked_20: 20 };

describe.each([
  ['current', 'flax', 'serialization/current/index.json'],
  ['legacy-0.1.0', 'flax-0.1', 'serialization/legacy-0.1.0/index.json'],
] as const)('%s:', (folder, format, index) => {
  const { cases } = golden<{ cases: Record<string, Case> }>(index);
  const directory = path.join(import.meta.dirname, '../golden/serialization', folder);
  const bytesOf = (name: string) => new Uint8Array(readFileSync(path.join(directory, `${name}.msgpack`)));
  const written = Object.entries(cases).filter(([, { how, raises }]) => how !== 'from_state_dict' && !raises);
  const write = (name: string, how: Case['how'], value: unknown) => {
    const options = { format, maxChunkBytes: CHUNK_BYTES[name] ?? 2 ** 30 };
    return how === 'to_bytes' ? toBytes(value, options) : msgpackSerialize(value, options);
  };

  /** The value of a case; two are given as Python had them. */
  const given = (name: string, { value }: Case): unknown => {
    if (name === 'array_big_endian') {
      // Current Flax writes the bytes as they are under the name of the dtype.
      const bytes = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3);
      return { a: new NDArray(format === 'flax' ? 'int32' : '>i4', [3], bytes) };
    }
    return name === 'namedtuple' && format === 'flax-0.1' ? asNamedTuple(value) : fromTyped(value);
  };

  test('every file is one of the cases', () => {
    const files = readdirSync(directory).filter((file) => file.endsWith('.msgpack'));
    expect(files.sort()).toEqual(written.map(([name]) => `${name}.msgpack`).sort());
    expect(written.length).toBeGreaterThan(40);
  });

  test.each(written)('%s is written byte for byte', (name, entry) => {
    expect(Buffer.from(write(name, entry.how, given(name, entry))).toString('hex')).toBe(
      Buffer.from(bytesOf(name)).toString('hex'),
    );
  });

  test.each(written)('%s is read as Flax reads it', (name, { msgpack_restore }) => {
    expect(msgpack_restore).toBeDefined();
    expect(spelledOut(msgpackRestore(bytesOf(name)))).toEqual(spelledOut(fromTyped(msgpack_restore as Typed)));
  });

  const targeted = written.filter(([, { target }]) => target !== undefined);
  test.each(targeted)('%s fills its target', (name, { target, from_bytes }) => {
    const restored = fromBytes(fromTyped(target as Typed), bytesOf(name));
    expect(spelledOut(restored)).toEqual(spelledOut(fromTyped(from_bytes as Typed)));
  });

  test.each(written)('%s is written again as it was read', (name, { how }) => {
    const again = write(name, how, msgpackRestore(bytesOf(name)));
    if (name === 'array_big_endian' && format === 'flax-0.1') {
      // Read right, it is written in the order of bytes that everybody uses today.
      expect(spelledOut(msgpackRestore(again))).toEqual(spelledOut(msgpackRestore(bytesOf(name))));
    } else {
      expect(Buffer.from(again).equals(bytesOf(name))).toBe(true);
    }
  });

  const refused = Object.entries(cases).filter(([, { how, raises }]) => how !== 'from_state_dict' && raises);
  test.each(refused)('%s, which Flax refuses', (name, { how, value }) => {
    // In JavaScript tuples are arrays and keys are strings, which both can be written.
    const alike = { tuple_raw: '920102', int_keys: '82a131a161a132a162' }[name];
    if (alike !== undefined) expect(Buffer.from(write(name, how, fromTyped(value))).toString('hex')).toBe(alike);
    else
      expect(() => write(name, how, fromTyped(value))).toThrow(
        /\/s holds a NumPy scalar of \w+, which cannot be written/,
      );
  });

  const restored = Object.entries(cases).filter(([, { how }]) => how === 'from_state_dict');
  test.each(restored)('%s', (_, { raises, result, target, state }) => {
    const restore = () => fromStateDict(fromTyped(target as Typed), fromTyped(state as Typed));
    if (raises !== undefined) expect(restore).toThrow(serialization.StateDictError);
    else expect(spelledOut(restore())).toEqual(spelledOut(fromTyped(result as Typed)));
  });

  test('all kinds of cases ran', () => {
    expect(targeted.map(([name]) => name)).toEqual([
      'nested_list',
      'nested_tuple',
      'list_root',
      'namedtuple',
      'dataclass',
    ]);
    expect(restored.map(([name, { raises }]) => [name, raises === undefined])).toEqual([
      ['error_list_size', false],
      ['error_dict_missing', false],
      ['error_dict_extra', true],
      ['error_dataclass_missing', false],
      ['error_dataclass_extra', false],
      ['error_namedtuple', false],
    ]);
    expect(refused.length).toBe(format === 'flax' ? 1 : 12);
  });
});

/** As Flax 0.1 writes a namedtuple. */
function asNamedTuple(value: Typed): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('dict' in value)
    return Object.fromEntries((value.dict as [string, Typed][]).map(([k, v]) => [k, asNamedTuple(v)]));
  if (!('namedtuple' in value)) return fromTyped(value);
  const fields = value.fields as Record<string, Typed>;
  return { name: value.namedtuple, fields: Object.keys(fields), values: Object.values(fields).map(asNamedTuple) };
}
