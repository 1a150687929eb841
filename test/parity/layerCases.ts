/** The recordings of flax.nn's layers (test/golden/layers*.json) and what all of them are held to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ABSTRACT_BACKEND } from '../../runtime/src/bindings/abstract';
import { withBackend } from '../../runtime/src/bindings/stack';
import { config, grad, jnp, nn, ShapeDtypeStruct, type Tensor, tree } from '../../runtime/src/index';
import { golden, type Tolerance } from './golden';
import { expectTreeClose, toTensors } from './trees';

export interface Recording {
  readonly module: string;
  readonly hp: Record<string, unknown>;
  readonly key: [number, number];
  readonly inputs: unknown[];
  readonly params: unknown;
  readonly params2: unknown;
  readonly y_init: unknown;
  readonly y2: unknown;
  readonly grad_params: unknown;
  readonly grad_inputs?: unknown[];
}

export const PARAMS: Tolerance = { ofLargest: 1e-6 };
export const OUTPUTS: Tolerance = { ofLargest: 1e-5 };
/** Gradients that are zero in exact arithmetic are rounding only, for which the data asks an absolute floor. */
export const GRADIENTS: Tolerance = { ofLargest: 1e-5, absolute: 1e-6 };

/** Which modules which test file runs. */
export const FAMILIES = {
  dense: ['Dense', 'DenseGeneral', 'Embed'],
  conv: ['Conv', 'ConvTranspose'],
  norm: ['LayerNorm', 'GroupNorm'],
  batchNorm: ['BatchNorm'],
  recurrent: ['LSTMCell', 'GRUCell', 'OptimizedLSTMCell'],
  convLSTM: ['ConvLSTM'],
} as const;

// biome-ignore lint/suspicious/noExplicitAny: the recorded options are those of any module.
type Any = any;
export type AnyModule = {
  init(...args: Any[]): [Any, nn.Params];
  call(...args: Any[]): Any;
  initByShape(...args: Any[]): [Any, nn.Params];
};

/** Runs the tests once for each way of counting random bits, which the recordings are of. */
export function describeParts(run: (part: string) => void): void {
  describe.each([
    ['part1', true],
    ['part0', false],
  ] as const)('%s:', (part, partitionable) => {
    beforeAll(() => {
      config.threefryPartitionable = partitionable;
    });
    afterAll(() => {
      config.threefryPartitionable = true;
    });
    run(part);
  });
}

/** All entries of both files under names that tell them apart. */
export function layersOf<T = Recording>(part: string): Record<string, T> {
  const read = (file: string) => golden<{ layers: Record<string, T> }>(`${file}.${part}.json`).layers;
  const extra = Object.entries(read('layers_extra.flax0.3.6')).map(([name, layer]) => [`${name} of 0.3.6`, layer]);
  return { ...read('layers.flax0.1.0'), ...(Object.fromEntries(extra) as Record<string, T>) };
}

/**
 * Those of a family. bfloat16 has no tensors in TensorFlow.js; a test of Dense shows what users are told. Where a version
 * raises there is nothing to compare.
 */
export function recordingsOf<T extends { module: string; hp: Record<string, unknown> } = Recording>(
  part: string,
  family: readonly string[],
): [name: string, recording: T][] {
  return Object.entries(layersOf<T>(part)).filter(
    ([, recording]) =>
      family.includes(recording.module) && recording.hp.dtype !== 'bfloat16' && !('raises' in recording),
  );
}

export function moduleOf(name: string): AnyModule {
  return nn[name as 'Dense'] as unknown as AnyModule;
}

export function keyOf({ key }: { key: [number, number] }): Tensor {
  return jnp.asarray(key, 'int32');
}

const initializers: Record<string, nn.Initializer> = {
  glorot_uniform: nn.initializers.glorotUniform(),
  normal: nn.initializers.normal(),
  'normal(1.0)': nn.initializers.normal({ stddev: 1 }),
};

export const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The recorded hyper-parameters as the module's options. */
export function optionsOf({ input_order: _, ...hp }: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(hp).map(([name, value]) => [
    camelCase(name),
    name.endsWith('_init') ? initializers[value as string] : value,
  ]);
  return Object.fromEntries(entries);
}

/** sum(y * cos(0.5 * i)), the factors rounded to 3 decimals; of several outputs the sum. */
export function lossOf(output: unknown): Tensor {
  const losses = tree.leaves(output).map((leaf) => {
    const y = leaf as Tensor;
    const factors = Array.from({ length: y.size }, (_, i) => Math.round(Math.cos(0.5 * i) * 1000) / 1000);
    return jnp.sum(jnp.multiply(y, jnp.reshape(factors, y.shape)));
  });
  return losses.reduce((sum, loss) => sum.add(loss));
}

/** The shapes of a tree of tensors. */
export const structsOf = (values: unknown) =>
  tree.map((leaf: Tensor) => new ShapeDtypeStruct(leaf.shape, leaf.dtype), values as Tensor);

/** Parameters, outputs, shapes and gradients of one recorded layer. */
export function testRecording(
  recording: Recording,
  {
    module = moduleOf(recording.module),
    compareGradients = true,
  }: { module?: AnyModule; compareGradients?: boolean } = {},
): void {
  const options = optionsOf(recording.hp);
  const inputs = () => toTensors<unknown[]>(recording.inputs);

  test('init makes the same parameters and output', () => {
    const [y, params] = module.init(keyOf(recording), ...inputs(), options);
    expectTreeClose(params, recording.params, PARAMS);
    expectTreeClose(y, recording.y_init, OUTPUTS);
  });

  test('initByShape makes the same parameters and the output shapes, and computes no output', () => {
    const [y, params] = module.initByShape(keyOf(recording), inputs().map(structsOf), options);
    expectTreeClose(params, recording.params, PARAMS);
    expect(y).toEqual(structsOf(toTensors(recording.y_init)));
  });

  test('its gradient runs without values', () => {
    const given = inputs();
    withBackend(ABSTRACT_BACKEND, () => {
      const [y, params] = module.init(keyOf(recording), ...given, options);
      expect(structsOf(y)).toEqual(structsOf(toTensors(recording.y_init)));
      const ofParams = grad((p: nn.Params) => lossOf(module.call(p, ...given, options)))(params);
      expect(tree.map(jnp.shape, ofParams)).toEqual(tree.map(jnp.shape, params));
    });
  });

  test('call gives the same output, and the same gradients by parameters and inputs', () => {
    const given = inputs();
    const params = toTensors<nn.Params>(recording.params2);
    expectTreeClose(module.call(params, ...given, options), recording.y2, OUTPUTS);
    if (!compareGradients) return;
    const loss = (p: nn.Params, ...xs: unknown[]) => lossOf(module.call(p, ...xs, options));
    const ofInputs = recording.grad_inputs ?? [];
    const argnums = [0, ...ofInputs.map((_, i) => i + 1)];
    const [ofParams, ...rest] = grad(loss, { argnums })(params, ...given) as unknown[];
    expectTreeClose(ofParams, recording.grad_params, GRADIENTS);
    expectTreeClose(rest, ofInputs, GRADIENTS);
  });
}
