/** Attention against Flax (test/golden/layers.flax0.1.0.*, layers_extra.flax0.3.6.*). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config, grad, jnp, nn, type Tensor } from '../../runtime/src/index';
import { expectClose, golden, type Tolerance } from './golden';
import { expectTreeClose, toTensor, toTensors } from './trees';

interface Recording {
  module?: string;
  fn?: string;
  hp: Record<string, unknown>;
  key: [number, number];
  inputs: unknown[];
  params: unknown;
  y_init: unknown;
  params2: unknown;
  y2: unknown;
  grad_params: unknown;
  grad_inputs: unknown[];
}

interface Decoding extends Recording {
  y_full: unknown;
  y_steps: unknown[];
  cache_paths: string[];
  cache_final: Record<string, { key: unknown; value: unknown; i: unknown }>;
}

type Layers = Record<string, Recording>;

const PARAMS: Tolerance = { ofLargest: 1e-6 };
const OUTPUTS: Tolerance = { ofLargest: 1e-5 };
/** The gradient of the key's bias is zero in exact arithmetic, for which the data asks an absolute floor. */
const GRADIENTS: Tolerance = { ofLargest: 1e-5, absolute: 1e-6 };

const PARTS = [
  ['part1', true],
  ['part0', false],
] as const;

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function optionsOf(hp: Record<string, unknown>): nn.AttentionOptions {
  const entries = Object.entries(hp).map(([name, value]) => {
    if (name === 'dropout_rng') return [camelCase(name), jnp.asarray(value as number[], 'int32')];
    const isArray = typeof value === 'object' && value !== null && 'dtype' in value;
    return [camelCase(name), isArray ? toTensor(value) : value];
  });
  return Object.fromEntries(entries);
}

/** sum(y * cos(0.5 * i)), the factors rounded to 3 decimals. */
function lossOf(y: Tensor): Tensor {
  const factors = Array.from({ length: y.size }, (_, i) => Math.round(Math.cos(0.5 * i) * 1000) / 1000);
  return jnp.sum(jnp.multiply(y, jnp.reshape(factors, y.shape)));
}

/** Runs a recording: one with a single input is of SelfAttention, which has MultiHeadDotProductAttention's name. */
function check(recording: Recording, overrides: Partial<nn.AttentionOptions> = {}): void {
  const options = { ...optionsOf(recording.hp), ...overrides };
  const inputs = toTensors<[Tensor] | [Tensor, Tensor]>(recording.inputs);
  const key = jnp.asarray(recording.key, 'int32');
  const init = () =>
    inputs.length === 1
      ? nn.SelfAttention.init(key, ...inputs, options)
      : nn.MultiHeadDotProductAttention.init(key, ...inputs, options);
  const initByShape = () =>
    inputs.length === 1
      ? nn.SelfAttention.initByShape(key, [inputs[0].shape], options)
      : nn.MultiHeadDotProductAttention.initByShape(key, [inputs[0].shape, inputs[1].shape], options);
  const call = (params: nn.Params, ...args: Tensor[]) =>
    args.length === 1
      ? nn.SelfAttention.call(params, args[0] as Tensor, options)
      : nn.MultiHeadDotProductAttention.call(params, ...(args as [Tensor, Tensor]), options);

  const [y, params] = init();
  expectTreeClose(params, recording.params, PARAMS);
  expectClose(y, recording.y_init, OUTPUTS);

  const [struct, byShape] = initByShape();
  expectTreeClose(byShape, recording.params, PARAMS);
  expect(struct).toEqual(expect.objectContaining({ shape: y.shape, dtype: 'float32' }));

  const params2 = toTensors<nn.Params>(recording.params2);
  expectClose(call(params2, ...inputs), recording.y2, OUTPUTS);
  const loss = (...args: [nn.Params, ...Tensor[]]) => lossOf(call(...args));
  const argnums = [0, ...inputs.map((_, i) => i + 1)];
  const [ofParams, ...ofInputs] = grad(loss, { argnums })(params2, ...inputs);
  expectTreeClose(ofParams, recording.grad_params, GRADIENTS);
  ofInputs.forEach((ofInput: Tensor, i: number) => {
    expectClose(ofInput, recording.grad_inputs[i], GRADIENTS);
  });
}

/** 0.1.0's softmax: where all keys are masked it loses the logarithm of their number, so each weighs 1. */
const attentionOf010: nn.AttentionFn = (query, key, value, { bias }) => {
  const scale = Math.sqrt(query.shape.at(-1) as number);
  let weights = jnp.einsum('bqhd,bkhd->bhqk', query.div(scale), key);
  if (bias) weights = weights.add(bias);
  weights = weights.sub(weights.logSumExp(-1, true)).exp();
  return jnp.einsum('bhqk,bkhd->bqhd', weights, value);
};

/** Recordings that have a test of their own below. */
const APART = ['self_attention_padding', 'self_attention_cache', 'dot_product_attention'];

const isOfAttention = ([, { module, fn }]: [string, Recording]) => /attention/i.test(module ?? fn ?? '');

describe.each(PARTS)('%s:', (part, partitionable) => {
  beforeAll(() => {
    config.threefryPartitionable = partitionable;
  });
  afterAll(() => {
    config.threefryPartitionable = true;
  });

  const { layers } = golden<{ layers: Layers }>(`layers.flax0.1.0.${part}.json`);
  const fixed = golden<{ layers: Layers }>(`layers_extra.flax0.3.6.${part}.json`).layers;
  const recordings = Object.entries(layers).filter(isOfAttention);
  const plain = recordings.filter(([name]) => !APART.includes(name));

  test('the recordings are those that this file tests', () => {
    expect(recordings).toHaveLength(plain.length + APART.length);
    expect(plain).toHaveLength(9);
    expect(
      Object.entries(fixed)
        .filter(isOfAttention)
        .map(([name]) => name),
    ).toEqual(['self_attention_padding']);
  });

  test.each(plain)('%s: parameters, output and gradients', (_, recording) => {
    check(recording);
  });

  test('self_attention_padding: a query that is padding itself weighs all keys alike, as from 0.2 on', () => {
    check(fixed.self_attention_padding as Recording);
  });

  test("self_attention_padding of 0.1.0 by another attentionFn with that version's softmax", () => {
    check(layers.self_attention_padding as Recording, { attentionFn: attentionOf010 });
  });

  test('self_attention_cache: decoding position by position gives what the whole sequence gives', () => {
    const recording = layers.self_attention_cache as Decoding;
    const { name, ...options } = recording.hp;
    const attention = optionsOf(options);
    const Decoder = nn.module(
      class Decoder extends nn.Module {
        apply(x: Tensor, { cache }: { cache?: nn.attention.Cache }): Tensor {
          return nn.SelfAttention(x, { ...attention, cache, name: name as string });
        }
      },
    );
    const key = jnp.asarray(recording.key, 'int32');
    const [x] = toTensors<[Tensor]>(recording.inputs);

    const [[, params], shapes] = new nn.attention.Cache().mutate((cache) => Decoder.init(key, x, { cache }));
    expectTreeClose(params, recording.params, PARAMS);
    expectClose(Decoder.call(params, x), recording.y_full, OUTPUTS);

    let cache = shapes.initializeCache([1, 3]);
    recording.y_steps.forEach((expected, t) => {
      const [y, next] = cache.mutate((c) => Decoder.call(params, x.slice([0, t], [1, 1]), { cache: c }));
      expectClose(y, expected, OUTPUTS);
      cache = next;
    });
    expect(Object.keys(cache.asDict())).toEqual(recording.cache_paths);
    expectTreeClose(cache.asDict(), recording.cache_final, OUTPUTS);
  });

  test('dot_product_attention, without and with a bias', () => {
    const recording = layers.dot_product_attention as unknown as Record<string, unknown>;
    const [query, key, value] = [recording.query, recording.key_in, recording.value].map(toTensor) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    expectClose(nn.dotProductAttention(query, key, value), recording.y, OUTPUTS);
    const bias = toTensor(recording.bias);
    expectClose(nn.dotProductAttention(query, key, value, { bias }), recording.y_bias, OUTPUTS);
  });
});
