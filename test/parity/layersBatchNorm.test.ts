/** BatchNorm and its state against Flax (test/golden/layers*.json). */
import { describe, expect, test } from 'vitest';
import { grad, nn, random, type Tensor, valueAndGrad } from '../../runtime/src/index';
import { expectClose, golden } from './golden';
import {
  describeParts,
  FAMILIES,
  GRADIENTS,
  keyOf,
  lossOf,
  OUTPUTS,
  optionsOf,
  PARAMS,
  type Recording,
  recordingsOf,
  structsOf,
} from './layerCases';
import { expectTreeClose, toTensor, toTensors } from './trees';

interface BatchNormRecording extends Recording {
  readonly state_init: unknown;
  readonly train: { x: unknown; y2: unknown; state: unknown }[];
  readonly eval_y2: unknown;
}

describeParts((part) => {
  const recordings = recordingsOf<BatchNormRecording>(part, FAMILIES.batchNorm);

  describe.each(recordings)('%s', (_, recording) => {
    const options = optionsOf(recording.hp) as nn.BatchNormOptions;
    const [input] = recording.inputs;
    const x = () => toTensor(input);
    const params = () => toTensors<nn.Params>(recording.params2);

    test('init makes the same parameters, state and output', () => {
      const [[y, made], state] = nn.stateful(() => nn.BatchNorm.init(keyOf(recording), x(), options));
      expectTreeClose(made, recording.params, PARAMS);
      expectTreeClose(state.asDict(), recording.state_init, PARAMS);
      expectClose(y, recording.y_init, OUTPUTS);
    });

    test('initByShape makes the same parameters and state, and the output shape', () => {
      const [[y, made], state] = nn.stateful(() => nn.BatchNorm.initByShape(keyOf(recording), [x().shape], options));
      expectTreeClose(made, recording.params, PARAMS);
      expectTreeClose(state.asDict(), recording.state_init, PARAMS);
      expect(y).toEqual(structsOf(toTensors(recording.y_init)));
    });

    test('two batches give the same outputs and running averages, then evaluation the same output', () => {
      let state = new nn.Collection(toTensors(recording.state_init));
      for (const batch of recording.train) {
        const [y, next] = nn.stateful(state, () => nn.BatchNorm.call(params(), toTensor(batch.x), options));
        expectClose(y, batch.y2, OUTPUTS);
        expectTreeClose(next.asDict(), batch.state, OUTPUTS);
        state = next;
      }
      const evaluate = { ...options, useRunningAverage: true };
      const [y] = nn.stateful(state, () => nn.BatchNorm.call(params(), x(), evaluate), { mutable: false });
      expectClose(y, recording.eval_y2, OUTPUTS);
    });

    test('without state it gives the same gradients by parameters and input', () => {
      const loss = (p: nn.Params, v: Tensor) => lossOf(nn.BatchNorm.call(p, v, options));
      const [ofParams, ofInput] = grad(loss, { argnums: [0, 1] })(params(), x());
      expectTreeClose(ofParams, recording.grad_params, GRADIENTS);
      expectClose(ofInput, recording.grad_inputs?.[0], GRADIENTS);
    });
  });

  test('a training step gets gradients and the new state at once', () => {
    const [, recording] = recordings.find(([name]) => name === 'batch_norm') as [string, BatchNormRecording];
    const state = new nn.Collection(toTensors(recording.state_init));
    const step = (p: nn.Params): [Tensor, nn.Collection] => {
      const [y, next] = nn.stateful(state, () => nn.BatchNorm.call(p, toTensor(recording.inputs[0])));
      return [lossOf(y), next];
    };
    const [[, next], ofParams] = valueAndGrad(step, { hasAux: true })(toTensors<nn.Params>(recording.params2));
    expectTreeClose(ofParams, recording.grad_params, GRADIENTS);
    expectTreeClose(next.asDict(), recording.train[0]?.state, OUTPUTS);
  });

  test('all 6 recordings with values ran; of a leading feature axis 0.1.0 has an error only', () => {
    expect(recordings).toHaveLength(6);
    expect(recordings.map(([name]) => name)).toContain('batch_norm_axis1 of 0.3.6');
    const { layers } = golden<{ layers: Record<string, { raises?: string }> }>(`layers.flax0.1.0.${part}.json`);
    expect(layers.batch_norm_axis1?.raises).toBe('TypeError');
  });
});

describe('BatchNorm', () => {
  const key = () => random.PRNGKey(0);
  const x = () => random.normal(key(), [8, 3]);

  test('throws where the running averages are asked for and there are none', () => {
    const { errors } = golden<{ errors: Record<string, { type: string }> }>('api.flax0.1.0.part1.json');
    expect(errors.batch_norm_running_average_without_state?.type).toBe('ValueError');
    expect(() => nn.BatchNorm.init(key(), x(), { useRunningAverage: true })).toThrow(
      /nn\.BatchNorm: useRunningAverage needs the running mean and variance.*nn\.stateful\(state, …\), or give batchStats/,
    );
  });

  test('keeps its averages in the collection given as batchStats', () => {
    const [[, params], inStateful] = nn.stateful(() => nn.BatchNorm.init(key(), x()));
    const [[, same], batchStats] = new nn.Collection().mutate((stats) =>
      nn.BatchNorm.init(key(), x(), { batchStats: stats }),
    );
    expect(Object.keys(same)).toEqual(Object.keys(params));
    expectTreeClose(batchStats.asDict(), inStateful.asDict(), {});
    const [, moved] = nn.stateful(inStateful, () => nn.BatchNorm.call(params, x()));
    const [, movedStats] = batchStats.mutate((stats) => nn.BatchNorm.call(params, x(), { batchStats: stats }));
    expectTreeClose(movedStats.asDict(), moved.asDict(), {});
  });

  test('does not change state that is not mutable', () => {
    const [[, params], state] = nn.stateful(() => nn.BatchNorm.init(key(), x()));
    expect(() => nn.stateful(state, () => nn.BatchNorm.call(params, x()), { mutable: false })).toThrow(/mutable/);
  });

  test('says that no axis is left to average over', () => {
    expect(() => nn.BatchNorm.init(key(), x(), { axis: [0, 1] })).toThrow(
      /nn\.BatchNorm: no axis of f32\[8, 3\] is left to average over; axis is \[0,1\]/,
    );
  });
});
