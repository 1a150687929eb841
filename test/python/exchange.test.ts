/** Flax in Python reads what TypeScript wrote, and TypeScript what Flax wrote: current Flax and Flax 0.1.0. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grad, jnp, nn, optim, serialization, struct, type Tensor } from '../../runtime/src/index';
import { golden } from '../parity/golden';
import { fromTyped, spelledOut, type Typed } from '../parity/typedValues';
import { FlaxProcess, hex } from './flaxProcess';

const { fromBytes, msgpackRestore, msgpackSerialize, NDArray, toBytes, toStateDict } = serialization;

interface Case {
  readonly how: string;
  readonly value: Typed;
  readonly msgpack_restore?: Typed;
}

/** Each seed is another value. */
const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

describe.each([
  ['current', 'flax', 'serialization/current/index.json'],
  ['0.1.0', 'flax-0.1', 'serialization/legacy-0.1.0/index.json'],
] as const)('Flax %s', (version, format, index) => {
  let flax: FlaxProcess;
  beforeAll(() => {
    flax = FlaxProcess.start(version);
  });
  afterAll(() => flax.end());

  const { cases } = golden<{ cases: Record<string, Case> }>(index);
  // A big-endian array has no value that current Flax would keep; a namedtuple of 0.1.0 is no object.
  const odd = ['array_big_endian', ...(format === 'flax' ? [] : ['namedtuple'])];
  const plain = Object.entries(cases).filter(([name, entry]) => entry.msgpack_restore && !odd.includes(name));

  test.each(plain)('reads the value of %s', async (_, { how, value, msgpack_restore }) => {
    const write = how === 'msgpack_serialize' ? msgpackSerialize : toBytes;
    const read = await flax.read(write(fromTyped(value), { format }));
    expect(read).toEqual(spelledOut(fromTyped(msgpack_restore as Typed)));
  });

  test('reads arrays in pieces', async () => {
    const value = { a: jnp.reshape(jnp.arange(0, 60), [3, 20]), b: NDArray.of('bfloat16', [7], [1, 2, 3, 4, 5, 6, 7]) };
    const bytes = toBytes(value, { format, maxChunkBytes: 12 });
    expect(await flax.read(bytes)).toEqual(spelledOut(value));
  });

  test('random values go from Flax to TypeScript and back without a bit of difference', async () => {
    for (const seed of SEEDS) {
      const { bytes, value } = await flax.random(seed);
      const restored = msgpackRestore(bytes);
      expect(spelledOut(restored), `the value of seed ${seed}`).toEqual(value);
      const written = toBytes(restored, { format });
      expect(hex(written), `the bytes of seed ${seed}`).toBe(hex(bytes));
      expect(await flax.read(written), `the value of seed ${seed}, read again`).toEqual(value);
    }
  });
});

describe('objects of Flax 0.1.0 are filled with what TypeScript wrote:', () => {
  let flax: FlaxProcess;
  beforeAll(() => {
    flax = FlaxProcess.start('0.1.0');
  });
  afterAll(() => flax.end());

  const params = () => ({
    bias: jnp.asarray([0.5, -1, 2]),
    kernel: jnp.asarray([
      [0, 1, 2],
      [3, 4, 5],
    ]),
  });
  const model = () => nn.Model(nn.Dense.partial({ features: 3 }), params());
  type Dense = ReturnType<typeof model>;
  const learningRate = 0.1;
  const kernels = optim.ModelParamTraversal((name) => name.includes('kernel'));
  const biases = optim.ModelParamTraversal((name) => name.includes('bias'));
  const trained = (definition: optim.OptimizerDef) => {
    const loss = (m: Dense) => jnp.mean(jnp.square(m(jnp.asarray([[1, 2]]))));
    let optimizer = definition.create(model());
    for (let step = 0; step < 3; step++) optimizer = optimizer.applyGradient(grad(loss)(optimizer.target));
    return optimizer;
  };

  test.each<[string, () => unknown]>([
    ['Model', model],
    ['GradientDescent', () => trained(optim.GradientDescent({ learningRate }))],
    ['Momentum', () => trained(optim.Momentum({ learningRate }))],
    ['Adam', () => trained(optim.Adam({ learningRate }))],
    ['LAMB', () => trained(optim.LAMB({ learningRate }))],
    ['LARS', () => trained(optim.LARS({ learningRate }))],
    ['RMSProp', () => trained(optim.RMSProp({ learningRate }))],
    ['Adagrad', () => trained(optim.Adagrad({ learningRate }))],
    ['WeightNorm', () => trained(optim.WeightNorm(optim.Momentum({ learningRate })))],
    [
      'MultiOptimizer',
      () =>
        trained(
          optim.MultiOptimizer([kernels, optim.Momentum({ learningRate })], [biases, optim.Adam({ learningRate })]),
        ),
    ],
  ])('%s', async (name, make) => {
    const made = make();
    const { value, bytes } = await flax.fill(name, toBytes(made, { format: 'flax-0.1' }));
    expect(value).toEqual(spelledOut(toStateDict(made, { format: 'flax-0.1' })));
    expect(bytes).toBe(hex(toBytes(made, { format: 'flax-0.1' })));
    const back = fromBytes(make(), new Uint8Array(Buffer.from(bytes, 'hex')));
    expect(spelledOut(toStateDict(back))).toEqual(spelledOut(toStateDict(made)));
  });
});

describe('objects of current Flax are filled with what TypeScript wrote:', () => {
  let flax: FlaxProcess;
  beforeAll(() => {
    flax = FlaxProcess.start('current');
  });
  afterAll(() => flax.end());

  const params = () => ({ Dense_0: { kernel: jnp.ones([2, 3]), bias: jnp.asarray([0.5, -1, 2]) } });

  test('a dataclass with bfloat16', async () => {
    class State extends struct.dataclass<{ params: unknown; half: serialization.NDArray; step: number }>({
      params: struct.field(),
      half: struct.field(),
      step: struct.field(),
    }) {}
    const state = new State({ params: params(), half: NDArray.of('bfloat16', [2], [1.5, -0.1]), step: 7 });
    const { value, bytes } = await flax.fill('dataclass', toBytes(state));
    expect(value).toEqual(spelledOut(toStateDict(state)));
    expect(bytes).toBe(hex(toBytes(state)));
  });

  test("Linen's TrainState", async () => {
    const state = { step: 3, params: params(), opt_state: [{ mu: params(), nu: params() }, []] };
    const { value, bytes } = await flax.fill('TrainState', toBytes(state));
    expect(value).toEqual(spelledOut(toStateDict(state)));
    expect(bytes).toBe(hex(toBytes(state)));
  });

  test("a checkpoint in Orbax's layout holds what the index says", async () => {
    const folder = path.join(import.meta.dirname, '../golden', 'models/checkpoint_orbax/checkpoint_3');
    const { variables } = golden<{ variables: Record<string, Typed> }>('models/index.json');
    const state = msgpackRestore(await flax.orbax(folder)) as { step: unknown; batch_stats: unknown };
    const expected = fromTyped(variables.batch_stats as Typed) as object;
    expect(spelledOut(state.batch_stats)).toEqual(spelledOut(expected));
    expect(fromBytes(0, toBytes(state.step))).toBe(3);
    const shape = (state as { batch_stats: { BatchNorm_0: { mean: Tensor } } }).batch_stats.BatchNorm_0.mean.shape;
    expect(shape).toEqual([2]);
    expect(readFileSync(path.join(folder, 'commit_success.txt'), 'utf8')).toMatch(/successful/);
  });
});
