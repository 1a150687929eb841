/** LSTMCell, OptimizedLSTMCell, GRUCell and ConvLSTM against Flax (test/golden/layers*.json). */
import { describe, expect, test } from 'vitest';
import { grad, jnp, nn, random, type Tensor } from '../../runtime/src/index';
import { expectClose } from './golden';
import {
  type AnyModule,
  describeParts,
  FAMILIES,
  GRADIENTS,
  keyOf,
  lossOf,
  moduleOf,
  OUTPUTS,
  PARAMS,
  type Recording,
  recordingsOf,
  structsOf,
  testRecording,
} from './layerCases';
import { expectTreeClose, toTensors } from './trees';

interface CellRecording extends Recording {
  readonly hp: { batch_dims: number[]; size: number };
  readonly carry0: unknown;
  readonly carry_init_step: unknown;
  readonly carry2: unknown;
  readonly grad_carry0: unknown;
  readonly random_carry: { key: [number, number]; value: unknown };
}

type Cell = AnyModule & {
  initializeCarry(rng: Tensor, batchDims: number[], size: number, options?: nn.CarryOptions): unknown;
};

describeParts((part) => {
  const recordings = recordingsOf<CellRecording>(part, FAMILIES.recurrent);

  describe.each(recordings)('%s', (_, recording) => {
    const cell = moduleOf(recording.module) as Cell;
    const { batch_dims: batchDims, size } = recording.hp;
    const carry0 = () => toTensors<unknown>(recording.carry0);
    const inputs = () => toTensors<Tensor[]>(recording.inputs);

    const unroll = (params: nn.Params, xs: readonly Tensor[], start: unknown): [carry: unknown, outputs: Tensor[]] => {
      const outputs: Tensor[] = [];
      const carry = xs.reduce((before: unknown, x) => {
        const [after, y] = cell.call(params, before, x) as [unknown, Tensor];
        outputs.push(y);
        return after;
      }, start);
      return [carry, outputs];
    };

    test('initializeCarry makes the same carry', () => {
      const key = keyOf(recording.random_carry);
      expectTreeClose(cell.initializeCarry(key, batchDims, size), recording.carry0, {});
      const initFn = nn.initializers.normal({ stddev: 1 });
      expectTreeClose(cell.initializeCarry(key, batchDims, size, { initFn }), recording.random_carry.value, PARAMS);
    });

    test('init makes the same parameters, carry and output', () => {
      const [[carry, y], params] = cell.init(keyOf(recording), carry0(), inputs()[0]);
      expectTreeClose(params, recording.params, PARAMS);
      expectTreeClose(carry, recording.carry_init_step, OUTPUTS);
      expectClose(y, recording.y_init, OUTPUTS);
    });

    test('initByShape makes the same parameters and the output shapes', () => {
      const [output, params] = cell.initByShape(keyOf(recording), structsOf([carry0(), inputs()[0]]));
      expectTreeClose(params, recording.params, PARAMS);
      expect(output).toEqual(structsOf(toTensors([recording.carry_init_step, recording.y_init])));
    });

    test('three steps give the same outputs and carry, and the same gradients by parameters, inputs and carry', () => {
      const params = toTensors<nn.Params>(recording.params2);
      const [carry, outputs] = unroll(params, inputs(), carry0());
      expectTreeClose(outputs, recording.y2, OUTPUTS);
      expectTreeClose(carry, recording.carry2, OUTPUTS);
      const loss = (p: nn.Params, xs: Tensor[], start: unknown) => lossOf(unroll(p, xs, start)[1]);
      const [ofParams, ofInputs, ofCarry] = grad(loss, { argnums: [0, 1, 2] })(params, inputs(), carry0());
      expectTreeClose(ofParams, recording.grad_params, GRADIENTS);
      expectTreeClose(ofInputs, recording.grad_inputs, GRADIENTS);
      expectTreeClose(ofCarry, recording.grad_carry0, GRADIENTS);
    });
  });

  const convolutional = recordingsOf(part, FAMILIES.convLSTM);
  describe.each(convolutional)('%s', (_, recording) => testRecording(recording));

  test('all 4 recordings ran', () => {
    expect(recordings).toHaveLength(3);
    expect(convolutional).toHaveLength(1);
  });
});

const key = () => random.PRNGKey(0);

describe('recurrent cells', () => {
  const x = () => random.normal(key(), [2, 3]);
  const carry = () => nn.LSTMCell.initializeCarry(key(), [2], 4, { initFn: nn.initializers.normal({ stddev: 1 }) });

  test('OptimizedLSTMCell computes what LSTMCell computes with the same parameters', () => {
    const [[slowCarry, slow], params] = nn.LSTMCell.init(key(), carry(), x());
    const [, optimized] = nn.OptimizedLSTMCell.init(key(), carry(), x());
    expectTreeClose(optimized, params, {});
    const [fastCarry, fast] = nn.OptimizedLSTMCell.call(params, carry(), x());
    expectClose(fast, slow, OUTPUTS);
    expectTreeClose(fastCarry, slowCarry, OUTPUTS);
  });

  test('take other activations', () => {
    const zero = (v: Tensor) => v.mul(0);
    const one = (v: Tensor) => v.mul(0).add(1);
    for (const cell of [nn.LSTMCell, nn.OptimizedLSTMCell]) {
      const [[[c, h], y]] = cell.init(key(), carry(), x(), { gateFn: one, activationFn: zero });
      expectClose(c, carry()[0]);
      expectClose(h, jnp.zeros([2, 4]));
      expect(y).toBe(h);
    }
    const [h] = nn.GRUCell.init(key(), carry()[1], x(), { gateFn: one, activationFn: zero })[0];
    expectClose(h, carry()[1], { absolute: 1e-6 });
  });

  test('take several batch axes or none', () => {
    const shapesOf = (batch: number[]) => {
      const start = nn.LSTMCell.initializeCarry(key(), batch, 4);
      return nn.LSTMCell.init(key(), start, jnp.ones([...batch, 3]))[0][1].shape;
    };
    expect(shapesOf([5, 2])).toEqual([5, 2, 4]);
    expect(shapesOf([])).toEqual([4]);
    expect(nn.GRUCell.init(key(), jnp.zeros([4]), jnp.ones([3]))[0][1].shape).toEqual([4]);
  });

  test('ConvLSTM makes its carry of the spatial shape', () => {
    const [c, h] = nn.ConvLSTM.initializeCarry(key(), [2], [5, 5, 3]);
    expect([c.shape, h.shape]).toEqual([
      [2, 5, 5, 3],
      [2, 5, 5, 3],
    ]);
  });

  test('say what a carry is', () => {
    const bad =
      (cell: { init(...args: unknown[]): unknown }, given: unknown, options = {}) =>
      () =>
        cell.init(key(), given, jnp.ones([2, 3]), options);
    const lstm = nn.LSTMCell as unknown as { init(...args: unknown[]): unknown };
    const message =
      /carry should be two tensors \[c, h\] of one shape \[..., size\], as initializeCarry makes them; got /;
    expect(bad(lstm, jnp.ones([2, 4]))).toThrow(message);
    expect(bad(lstm, [jnp.ones([2, 4]), jnp.ones([2, 5])])).toThrow(/got \[f32\[2, 4\], f32\[2, 5\]\]/);
    const gru = nn.GRUCell as unknown as { init(...args: unknown[]): unknown };
    expect(bad(gru, [jnp.ones([2, 4]), jnp.ones([2, 4])])).toThrow(
      /nn\.GRUCell: the carry should be f32\[..., size\].*got object/,
    );
  });
});
