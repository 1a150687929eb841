/**
 * The cells of examples/guided-tour.ts, run in their order, against the same cells in Python (test/golden/tour.*): each
 * number that a cell prints or keeps, each that Flax gave.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config, optim, ShapeDtypeStruct, serialization, Tensor, tree } from '../../runtime/src/index';
import { type Cell, runCells, valuesOf } from './exampleCells';
import { expectClose, golden, type Tolerance } from './golden';
import { countingLike, largestMomentum, momentaOf, type OptimizerDict } from './tourOptimizers';
import { expectTreeClose, toTensors } from './trees';

// biome-ignore lint/suspicious/noExplicitAny: what cells leave has whatever type it has there.
type Any = any;

const EXACT: Tolerance = {};
const PARAMS: Tolerance = { ofLargest: 1e-6 };
const OUTPUTS: Tolerance = { ofLargest: 1e-5 };
interface Run {
  readonly cells: readonly Cell[];
  readonly values: Record<string, Any>;
}

const parts = ['part0', 'part1'] as const;
const runs = new Map<string, Run>();
/** Every tensor and number that was compared with Flax's. */
const compared = new Set<unknown>();

beforeAll(async () => {
  for (const part of parts) {
    config.threefryPartitionable = part === 'part1';
    const cells = await runCells('guided-tour.ts');
    runs.set(part, { cells, values: valuesOf(cells) });
  }
});
afterAll(() => {
  config.threefryPartitionable = true;
});

const note = (actual: unknown) => {
  for (const leaf of leavesOf(actual)) compared.add(leaf);
};

/** All tensors, specs and numbers in an object. */
function leavesOf(value: unknown): unknown[] {
  if (value instanceof Tensor || typeof value === 'number' || value instanceof ShapeDtypeStruct) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe.each([
  ['0.1.0', 'part0'],
  ['0.1.0', 'part1'],
  ['0.3.6', 'part0'],
  ['0.3.6', 'part1'],
] as const)('Flax %s, %s:', (version, part) => {
  const file = golden<Record<string, Record<string, Any>>>(`tour.flax${version}.${part}.json`);
  const format = version === '0.1.0' ? 'flax-0.1' : 'flax';
  const unread = new Set(
    Object.entries(file).flatMap(([section, entries]) => Object.keys(entries).map((name) => `${section}.${name}`)),
  );
  /** What Flax gave. */
  const flax = (section: string, name: string): Any => {
    const entry = file[section]?.[name];
    expect(entry, `${section}.${name} of the data`).toBeDefined();
    unread.delete(`${section}.${name}`);
    return entry;
  };
  /** Compares entries of a section, by their names, with what the tour has. */
  const same = (section: string, entries: Record<string, unknown>, tolerance: Tolerance) => {
    for (const [name, actual] of Object.entries(entries)) {
      expectTreeClose(actual, flax(section, name), tolerance, `${section}.${name}`);
      note(actual);
    }
  };
  const sameShapes = (section: string, shapes: unknown) => {
    expect(shapes).toEqual(flax(section, 'shapes'));
    note(shapes);
  };
  const tour = (): Record<string, Any> => (runs.get(part) as Run).values;
  const head = (x: Tensor) => x.slice([0], [4]);
  const keyData = (words: unknown) => ({ dtype: 'uint32', shape: [2], data: words });

  test('the data were made with the same counting of random bits', () => {
    expect(flax('meta', 'flax')).toBe(version);
    expect(flax('meta', 'jax_threefry_partitionable')).toBe(part === 'part1');
    for (const name of ['jax', 'jaxlib', 'numpy', 'platform', 'jax_enable_x64']) flax('meta', name);
  });

  test('a dense layer in plain functions', () => {
    const { keys, plainParams, plainOutput, plainGradient } = tour();
    same('plain_jax', { split_keys: keys }, EXACT);
    same('plain_jax', { params: plainParams }, PARAMS);
    same('plain_jax', { y: plainOutput, grad: plainGradient }, OUTPUTS);
  });

  test('Dense: init, call, partial', () => {
    const { denseOutput, denseParams, denseCall, fourFeaturesCall, fourFeaturesParams } = tour();
    same('dense', { params: denseParams }, PARAMS);
    same('dense', { params: fourFeaturesParams }, PARAMS);
    same('dense', { y: denseOutput, call: denseCall, partial_call: fourFeaturesCall }, OUTPUTS);
  });

  test('modules made of modules, and their names', () => {
    const { mlpOutput, mlpParams, mlpShapes, namedOutput, namedParams, namedShapes } = tour();
    same('mlp', { params: mlpParams }, PARAMS);
    same('mlp', { y: mlpOutput }, OUTPUTS);
    sameShapes('mlp', mlpShapes);
    same('named_mlp', { params: namedParams }, PARAMS);
    same('named_mlp', { y: namedOutput }, OUTPUTS);
    sameShapes('named_mlp', namedShapes);
  });

  test('shared parameters, also from shapes', () => {
    const { rnnOutputs, rnnParams, rnnShapes, rnnOutputSpecs, inferredParams, inferredShapes } = tour();
    same('simple_rnn', { params: rnnParams }, PARAMS);
    same('simple_rnn', { ys: rnnOutputs }, OUTPUTS);
    sameShapes('simple_rnn', rnnShapes);
    same('simple_rnn_by_shape', { params: inferredParams }, PARAMS);
    sameShapes('simple_rnn_by_shape', inferredShapes);
    const specs = flax('simple_rnn_by_shape', 'out_spec').map(
      ({ spec }: Any) => new ShapeDtypeStruct(spec.shape, spec.dtype),
    );
    expect(rnnOutputSpecs).toEqual(specs);
    note(rnnOutputSpecs);
  });

  test('Models: calls, other parameters, gradients', () => {
    const { model, modelShapes, modelOutput, biasedModel, biasedOutput, modelGradient } = tour();
    sameShapes('model', modelShapes);
    same('model', { params: model.params, biased_params: biasedModel.params }, PARAMS);
    same('model', { y: modelOutput, biased_y: biasedOutput, grad_params: modelGradient.params }, OUTPUTS);
  });

  test('batch normalization keeps its state', () => {
    const t = tour();
    same('batch_norm_state', { params: t.statefulParams }, PARAMS);
    same('batch_norm_state', { x_a_head: head(t.inputA), x_b_head: head(t.inputB) }, PARAMS);
    const deviations = {
      std_input: t.stdInput,
      std_init: t.stdInit,
      std_training: t.stdTraining,
      std_testing: t.stdTesting,
      std_b_wrong_state: t.stdWrongState,
      std_b_training: t.stdTrainingB,
      std_b_testing: t.stdTestingB,
    };
    same('batch_norm_state', deviations, OUTPUTS);
    const outputs = { y_init_head: t.initOutput, y_training_head: t.trainOutput, y_testing_head: t.testOutput };
    same('batch_norm_state', tree.map(head, outputs), OUTPUTS);
    for (const [name, state] of Object.entries({ init_state: t.initState, new_state: t.newState, state_b: t.stateB })) {
      same('batch_norm_state', { [name]: state.asDict() }, OUTPUTS);
    }
  });

  test('the data of the regression, and its model before training', () => {
    const t = tour();
    expectClose(t.regressionRng, keyData(flax('regression_data', 'rng')));
    expectClose(t.inputKey, keyData(flax('regression_data', 'key1')));
    expectClose(t.noiseKey, keyData(flax('regression_data', 'key2')));
    same('regression_data', { X: t.X }, EXACT);
    same('regression_data', { Y: t.Y }, { ulps: 1 });
    same('regression_data', { x: t.xs, fx: t.ys }, { ulps: 1, absolute: 1e-6 });
    expectClose(t.regressionKey, keyData(flax('regression_init', 'key')));
    same('regression_init', { params: t.regressionParams }, PARAMS);
    same('regression_init', { untrained_line: t.untrainedLine }, OUTPUTS);
  });

  /** The final momenta are what is left of sums that cancel: what counts is how large they were. */
  const sameOptimizer = (section: string, actual: OptimizerDict, expected: OptimizerDict) => {
    expectTreeClose(actual.target, expected.target, OUTPUTS, 'target');
    const [got, wanted] = [momentaOf(actual.state), momentaOf(expected.state)];
    expect(got.steps).toEqual(wanted.steps);
    for (const name of ['kernel', 'bias'] as const) {
      const largest = largestMomentum(file[section]?.[`${name}_after_step`]);
      expectTreeClose(got[name], wanted[name], { absolute: 1e-6 * largest }, name);
    }
  };

  const history = (section: string, measured: { loss: number; slope: number; intercept: number }[]) => {
    const losses = measured.map(({ loss }) => loss);
    const [slopes, intercepts] = [measured.map(({ slope }) => slope), measured.map(({ intercept }) => intercept)];
    expectClose(losses, flax(section, 'losses'), OUTPUTS);
    expectClose(slopes, flax(section, 'kernel_after_step'), OUTPUTS);
    expectClose(intercepts, flax(section, 'bias_after_step'), OUTPUTS);
    // What rounding alone may do: the same training in float64.
    const exact = flax(section, 'reference_float64');
    expectClose(losses, exact.losses, OUTPUTS);
    expect(Math.abs((slopes.at(-1) as number) - exact.kernel)).toBeLessThan(1e-5 * Math.abs(exact.kernel));
    expect(Math.abs((intercepts.at(-1) as number) - exact.bias)).toBeLessThan(1e-5 * Math.abs(exact.kernel));
    expectClose([losses.at(-1) as number], [flax(section, 'final_loss_printed')], OUTPUTS);
    note(measured);
    return losses;
  };

  test('100 steps with Momentum', () => {
    const { trained, trainedModel, trainedLine } = tour();
    const losses = history('regression_momentum', trained.history);
    expectClose(losses, flax('regression_momentum', 'losses_jit'), OUTPUTS);
    same('regression_momentum', { final_params: trainedModel.params, trained_line: trainedLine }, OUTPUTS);
  });

  test('100 steps with an optimizer for each kind of parameter', () => {
    const { separateOptimizer, decayed, decayedModel, decayedLine, otherParams } = tour();
    same('regression_multi_optimizer', { init_params: otherParams }, PARAMS);
    history('regression_multi_optimizer', decayed.history);
    same('regression_multi_optimizer', { final_params: decayedModel.params, trained_line: decayedLine }, OUTPUTS);

    const paths: string[] = [];
    const everything = optim.ModelParamTraversal((path) => paths.push(path) > 0);
    expect([...everything.iterate(decayedModel)]).toHaveLength(2);
    expect(paths).toEqual(flax('regression_multi_optimizer', 'traversal_paths'));

    const dict = (optimizer: optim.Optimizer<unknown>) => serialization.toStateDict(optimizer) as OptimizerDict;
    const initial = flax('regression_multi_optimizer', 'init_state_dict');
    sameOptimizer('regression_multi_optimizer', dict(separateOptimizer), initial);
    const final = flax('regression_multi_optimizer', 'final_state_dict');
    sameOptimizer('regression_multi_optimizer', dict(decayed.optimizer), final);

    // Of the recorded numbers: byte for byte. The layout of 0.1.0 is no longer made, but still written.
    const recorded = toTensors(final);
    const written =
      version === '0.1.0'
        ? recorded
        : countingLike(serialization.fromStateDict(decayed.optimizer as optim.Optimizer<unknown>, recorded), final);
    const bytes = serialization.toBytes(written, { format });
    expect(hex(bytes)).toBe(flax('regression_multi_optimizer', 'bytes_hex'));
    expect(bytes).toHaveLength(flax('regression_multi_optimizer', 'num_bytes'));
  });

  test('saving and restoring', () => {
    const { state, nextState, stateDict, corruptedState, corruptedStateDict, restoredState, restoredStateDict, bytes } =
      tour();
    expect([state.step, nextState.step]).toEqual(flax('serialization', 'steps_printed'));
    note([state.step, nextState.step]);
    const dicts = {
      state_dict: stateDict,
      corrupted_state_dict: corruptedStateDict,
      restored_state_dict: restoredStateDict,
    };
    for (const [name, { optimizer, step }] of Object.entries(dicts)) {
      const expected = flax('serialization', name);
      expect(step).toBe(expected.step);
      sameOptimizer('regression_momentum', optimizer, expected.optimizer);
      note(dicts);
    }
    expect(serialization.toBytes(restoredState)).toEqual(bytes);
    expect(flax('serialization', 'restored_equals_original')).toBe(true);

    const recorded = flax('serialization', 'state_dict');
    const flaxHex = flax('serialization', 'bytes_hex');
    const length = flax('serialization', 'num_bytes');
    const counting = (record: typeof state) =>
      record.replace({ optimizer: countingLike(record.optimizer, recorded.optimizer) });
    // Of the recorded numbers: byte for byte.
    const rebuilt = serialization.fromStateDict(state, toTensors(recorded));
    expect(hex(serialization.toBytes(counting(rebuilt), { format }))).toBe(flaxHex);
    // Of the tour's own: as many. The cell's have the names of dtypes that Flax writes since 0.3, in each of four arrays.
    expect(serialization.toBytes(counting(state), { format })).toHaveLength(length);
    if (version === '0.1.0') expect(bytes).toHaveLength(length + 4 * ('float32'.length - '<f4'.length));
    note(bytes.length);

    const read = serialization.fromBytes(corruptedState, Buffer.from(flaxHex, 'hex'));
    expectTreeClose(read.optimizer.target.params, recorded.optimizer.target.params, EXACT);
    expect([read.step, read.optimizer.state.step]).toEqual([5, 100]);
    const file = readFileSync(new URL(`../golden/${flax('serialization', 'bytes_file')}`, import.meta.url));
    expect(hex(file)).toBe(flaxHex);
  });

  test('methods beside apply, and decoding with lax.scan', () => {
    const t = tour();
    same('multi_method', { x: t.sequence, y: t.sequenceOutput, params: t.sequenceParams, target: t.target }, EXACT);
    same('multi_method', { teacher_forced: t.teacherForced, decode_one: t.oneStep }, EXACT);
    same('multi_method', { scan_carry: t.carry, scan_ys: t.decoded }, EXACT);
  });

  test('a module that scales the parameters of another', () => {
    const { scaledOutput, scaledParams, scaledShapes, rescaledOutput } = tour();
    sameShapes('scale_wrapper', scaledShapes);
    same('scale_wrapper', { params: scaledParams }, PARAMS);
    same('scale_wrapper', { y: scaledOutput, call_with_scale_1234: rescaledOutput }, OUTPUTS);
  });

  test('nothing that Flax gave is left unread', () => {
    expect([...unread]).toEqual([]);
  });
});

test.each(parts)('each number that a cell of %s printed was compared with Flax', (part) => {
  const { cells } = runs.get(part) as Run;
  const printed = cells.flatMap((cell) =>
    cell.printed.map((values) => ({ line: cell.line, leaves: leavesOf(values) })),
  );
  const missing = printed.filter(({ leaves }) => leaves.some((leaf) => !compared.has(leaf)));
  expect(missing.map(({ line, leaves }) => [line, String(leaves)])).toEqual([]);
  expect(printed.flatMap(({ leaves }) => leaves).length).toBeGreaterThan(80);
  expect(cells.every(({ section }) => section !== '')).toBe(true);
});
