/** The tour's cell on serialization, from the recorded numbers: byte for byte what Flax 0.1.0 and 0.3.6 wrote. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { jnp, nn, optim, serialization, struct, type Tensor, tree } from '../../runtime/src/index';
import { golden } from './golden';
import { toTensor, toTensors } from './trees';
import { fromTyped, spelledOut, type Typed } from './typedValues';

interface StateDict {
  optimizer: { target: { params: unknown }; state: { step: unknown; param_states: ParamStates } };
  step: number;
}
type ParamStates = { params: { Dense_0: Record<'bias' | 'kernel', { momentum: unknown }> } };
interface Cell {
  steps_printed: [number, number];
  state_dict: StateDict;
  corrupted_state_dict: StateDict;
  restored_state_dict: StateDict;
  num_bytes: number;
  bytes_hex: string;
  bytes_file: string;
}

const LinearRegression = nn.module(
  class LinearRegression extends nn.Module {
    apply(x: Tensor): Tensor {
      return jnp.squeeze(nn.Dense(jnp.expandDims(x, -1), { features: 1 }), -1);
    }
  },
);
const definition = optim.Momentum({ learningRate: 0.1, beta: 0.9 });
const modelOf = (params: nn.Params) => nn.Model(LinearRegression, params);
type Trained = optim.Optimizer<ReturnType<typeof modelOf>>;
class TrainState extends struct.dataclass<{ optimizer: Trained; step: number }>() {}

/** The cell's state, of the recorded numbers. */
function recorded({ optimizer: { target, state }, step }: StateDict): TrainState {
  const model = modelOf(toTensors(target.params));
  const momenta = toTensors<ParamStates>(state.param_states).params.Dense_0;
  const paramState = (name: 'bias' | 'kernel') => new optim.MomentumParamState(momenta[name].momentum as Tensor);
  const paramStates = model.replace({
    params: { Dense_0: { bias: paramState('bias'), kernel: paramState('kernel') } },
  });
  const steps = typeof state.step === 'number' ? state.step : toTensor(state.step);
  const optimizer = definition.create(model).replace({ state: new optim.OptimizerState(steps, paramStates) });
  return new TrainState({ optimizer, step });
}

describe.each([
  ['0.1.0', 'part0', 'flax-0.1'],
  ['0.1.0', 'part1', 'flax-0.1'],
  ['0.3.6', 'part0', 'flax'],
  ['0.3.6', 'part1', 'flax'],
] as const)('Flax %s, %s:', (version, part, format) => {
  const cell = golden<{ serialization: Cell }>(`tour.flax${version}.${part}.json`).serialization;
  const file = readFileSync(path.join(import.meta.dirname, `../golden/tour_state.flax${version}.${part}.msgpack`));
  const expectState = (state: TrainState, expected: StateDict) =>
    expect(spelledOut(serialization.toStateDict(state))).toEqual(
      spelledOut(serialization.toStateDict(recorded(expected))),
    );

  test('the state has the recorded state dict', () => {
    const plain = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || 'dtype' in value
        ? fromTyped(value as Typed)
        : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
    expect(spelledOut(serialization.toStateDict(recorded(cell.state_dict)))).toEqual(
      spelledOut(plain(cell.state_dict)),
    );
  });

  test('the state is written byte for byte', () => {
    const bytes = serialization.toBytes(recorded(cell.state_dict), { format });
    expect(Buffer.from(bytes).toString('hex')).toBe(cell.bytes_hex);
    expect(bytes.length).toBe(cell.num_bytes);
    expect(cell.bytes_file).toBe(`tour_state.flax${version}.${part}.msgpack`);
    expect(file.equals(bytes)).toBe(true);
  });

  test('a corrupted state gets its values back', () => {
    const state = recorded(cell.state_dict);
    const zero = (leaf: Tensor | number) =>
      typeof leaf === 'number' ? 0 : leaf.mul(jnp.asarray(0, leaf.dtype as 'int32'));
    const corrupted = tree.map(zero, state);
    expectState(corrupted, cell.corrupted_state_dict);
    const restored = serialization.fromBytes(corrupted, file);
    expect(restored).toBeInstanceOf(TrainState);
    expectState(restored, cell.restored_state_dict);
    expect(restored.optimizer.target(jnp.asarray([1])).shape).toEqual([1]);
  });

  test('replace gives the printed steps', () => {
    const state = recorded(cell.state_dict);
    expect([state.step, state.replace({ step: 6 }).step]).toEqual(cell.steps_printed);
  });
});

describe.each(['part0', 'part1'])('an optimizer for each kind of parameter, Flax 0.1.0, %s:', (part) => {
  interface MultiCell {
    init_params: unknown;
    init_state_dict: unknown;
    final_state_dict: unknown;
    num_bytes: number;
    bytes_hex: string;
  }
  const { regression_multi_optimizer: cell } = golden<{ regression_multi_optimizer: MultiCell }>(
    `tour.flax0.1.0.${part}.json`,
  );
  const created = () => {
    const of = (word: string) => optim.ModelParamTraversal((name) => name.includes(word));
    const momentum = (learningRate: number) => optim.Momentum({ learningRate, beta: 0.9 });
    const definition = optim.MultiOptimizer([of('kernel'), momentum(0.3)], [of('bias'), momentum(0.1)]);
    return definition.create(modelOf(toTensors(cell.init_params)));
  };
  const format = 'flax-0.1';

  test('the state dict begins as it was recorded', () => {
    expect(spelledOut(serialization.toStateDict(created(), { format }))).toEqual(
      spelledOut(toTensors(cell.init_state_dict)),
    );
  });

  test('the recorded state is written byte for byte, and read', () => {
    // A step leaves parameters sorted by name, as all that maps trees does.
    const stepped = () => tree.map((leaf: unknown) => leaf, created());
    const trained = serialization.fromStateDict(stepped(), toTensors(cell.final_state_dict));
    const bytes = serialization.toBytes(trained, { format });
    expect(Buffer.from(bytes).toString('hex')).toBe(cell.bytes_hex);
    expect(bytes.length).toBe(cell.num_bytes);
    const restored = serialization.fromBytes(stepped(), bytes);
    expect(spelledOut(serialization.toStateDict(restored))).toEqual(spelledOut(serialization.toStateDict(trained)));
    expect(restored.state.step).toBe(100);
  });

  test('a state of the other number of optimizers does not fit', () => {
    const { target, state } = toTensors<{ target: unknown; state: Record<string, unknown> }>(cell.final_state_dict);
    const restore = () => serialization.fromStateDict(created(), { target, state: { 0: state['0'] } });
    expect(restore).toThrow(
      'at /state/param_states/params/Dense_0/bias: expected a MomentumParamState with the keys momentum, found null.',
    );
  });
});

test('a state of Flax 0.3, whose optimizer counts with an array, fills one of today, which counts with a number', () => {
  const { serialization: today } = golden<{ serialization: Cell }>('tour.flax0.1.0.part1.json');
  const file = readFileSync(path.join(import.meta.dirname, '../golden/tour_state.flax0.3.6.part1.msgpack'));
  const restored = serialization.fromBytes(recorded(today.corrupted_state_dict), file);
  expect(restored.optimizer.state.step).toBe(100);
});
