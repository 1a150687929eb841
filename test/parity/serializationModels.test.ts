/** Models and checkpoints as they are passed on (test/golden/models): every container holds the same tensors. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { jnp, serialization, struct, type Tensor, tree } from '../../runtime/src/index';
import { golden } from './golden';
import { readNpy, readNpz, readSafetensors } from './modelFiles';
import { array, fromTyped, spelledOut, type Typed } from './typedValues';

interface Index {
  variables: Record<string, Typed>;
  tensors: Record<string, Record<string, unknown>>;
  files: Record<string, number>;
  train_state_state_dict: Typed;
  checkpoint_msgpack: string[];
}

const index = golden<Index>('models/index.json');
const file = (name: string) => readFileSync(path.join(import.meta.dirname, '../golden', name));
const restore = (name: string) => serialization.msgpackRestore(file(name));

/** Every tensor of the index as bytes, by its path. */
const expected = Object.fromEntries(
  Object.entries(index.tensors).map(([name, entry]) => [name, spelledOut(array(entry)) as string]),
);
const spelled = (arrays: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, spelledOut(value)]));
/** Where a container has no bfloat16, it holds its bits. */
const asBits = Object.fromEntries(
  Object.entries(expected).map(([name, text]) => [name, text.replace('bfloat16', 'uint16')]),
);

describe('the model', () => {
  test('of msgpack', () => {
    const found = tree.flattenWithPath(restore('models/flax_model.msgpack')).map(([keys, leaf]) => {
      const stored = leaf instanceof serialization.NDArray ? leaf : serialization.NDArray.fromTensor(leaf as Tensor);
      return [keys.join('/'), spelledOut(stored)];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(Object.keys(expected).length).toBe(13);
  });

  test('of msgpack, in the order in which it was written', () => {
    const variables = Object.fromEntries(
      Object.entries(index.variables).map(([key, value]) => [key, fromTyped(value)]),
    );
    const bytes = file('models/flax_model.msgpack');
    expect(spelledOut(restore('models/flax_model.msgpack'))).toEqual(spelledOut(variables));
    expect(bytes.equals(serialization.toBytes(variables))).toBe(true);
    expect(bytes.length).toBe(index.files['flax_model.msgpack']);
  });

  test('of safetensors', () => {
    const found = readSafetensors(file('models/flax_model.safetensors'));
    const renamed = Object.fromEntries(
      Object.entries(expected).map(([name, text]) => [name.replaceAll('/', '.'), text]),
    );
    // The script that wrote it made arrays contiguous, by which NumPy gives one without axes an axis.
    const step = { 'counters.step': expected['counters/step']?.replace('int32[]', 'int32[1]') };
    expect(spelled(found)).toEqual({ ...renamed, ...step });
  });

  test('of npz', async () => {
    expect(spelled(await readNpz(file('models/flax_model.npz')))).toEqual(asBits);
  });

  test('of compressed npz', async () => {
    expect(spelled(await readNpz(file('models/flax_model_compressed.npz')))).toEqual(asBits);
  });

  test('of npy, in either order', () => {
    expect(spelledOut(readNpy(file('models/array_f32.npy')))).toBe(expected['params/Dense_0/kernel']);
    expect(spelledOut(readNpy(file('models/array_fortran.npy')))).toBe(expected['params/Dense_0/kernel']);
  });
});

describe('a TrainState of Linen with optax', () => {
  const FIELDS = { step: struct.field(), params: struct.field(), opt_state: struct.field() };
  class TrainState extends struct.dataclass<{ step: number; params: unknown; opt_state: unknown }>(FIELDS) {}

  test('is read as Flax reads it', () => {
    const bytes = file('models/train_state_adam.msgpack');
    const state = restore('models/train_state_adam.msgpack');
    expect(spelledOut(state)).toEqual(spelledOut(fromTyped(index.train_state_state_dict)));
    expect(bytes.length).toBe(index.files['train_state_adam.msgpack']);
    expect(bytes.equals(serialization.toBytes(state))).toBe(true);
  });

  test('fills a dataclass of the same fields, which is written byte for byte', () => {
    const zeros = { Dense_0: { bias: jnp.zeros([3]), kernel: jnp.zeros([8, 3]) } };
    const moments = { count: jnp.zeros([], 'int32'), mu: zeros, nu: zeros };
    const target = new TrainState({ step: 0, params: zeros, opt_state: [moments, []] });
    const bytes = file('models/train_state_adam.msgpack');
    const state = serialization.fromBytes(target, bytes);
    expect(state.step).toBe(1);
    expect(state).toBeInstanceOf(TrainState);
    expect(bytes.equals(serialization.toBytes(state))).toBe(true);
  });
});

describe('checkpoints', () => {
  test.each([
    ['models/checkpoint_msgpack/checkpoint_3', 3],
    ['models/checkpoint_msgpack/checkpoint_10', 10],
  ])('%s', (name, step) => {
    expect(index.checkpoint_msgpack).toContain(path.basename(name));
    const written = { step, variables: fromTyped(index.variables.batch_stats as Typed) };
    // Flax has sorted the keys on the way.
    expect(spelledOut(restore(name))).toEqual(spelledOut(written));
    expect(file(name).equals(serialization.toBytes(written))).toBe(true);
  });
});
