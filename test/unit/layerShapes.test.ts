/** Layers on shapes alone: sizes keep their names, and nothing but parameters is computed. */
import { describe, expect, test, vi } from 'vitest';
import { type BindingBackend, NATIVE_BACKEND } from '../../runtime/src/bindings/backend';
import type { TensorMetadata } from '../../runtime/src/bindings/binding';
import { withSizeNames } from '../../runtime/src/bindings/stack';
import { nn, random, ShapeDtypeStruct, type Tensor, tree } from '../../runtime/src/index';
import { describe as describeShapes } from '../../runtime/src/inspect/describe';
import { tf } from './tfjs';

const key = () => random.PRNGKey(0);
const B = 1063;
const T = 1223;
const H = 1847;
const NAMES = new Map([
  [B, 'B'],
  [T, 'T'],
  [H, 'H'],
]);

/** The output of a module for inputs of these shapes, as hints print it. */
function printed<A>(run: () => [A, nn.Params]): string | undefined {
  return withSizeNames(NAMES, () => describeShapes(run()[0]));
}

const carry = (...shape: number[]) => [shape, shape] as [number[], number[]];

const outputs: Record<string, [run: (batch: number) => [unknown, nn.Params], printed: string]> = {
  Dense: [(b) => nn.Dense.initByShape(key(), [[b, T, 3]], { features: 4 }), 'f32[B, T, 4]'],
  'DenseGeneral into heads': [
    (b) => nn.DenseGeneral.initByShape(key(), [[b, T, 6]], { features: [2, 3] }),
    'f32[B, T, 2, 3]',
  ],
  'DenseGeneral of a middle axis': [
    (b) => nn.DenseGeneral.initByShape(key(), [[b, 5, T]], { features: 4, axis: 1 }),
    'f32[B, T, 4]',
  ],
  Conv: [
    (b) => nn.Conv.initByShape(key(), [[b, H, 28, 3]], { features: 4, kernelSize: [3, 3], padding: 'VALID' }),
    'f32[B, H-2, 26, 4]',
  ],
  'Conv with strides': [
    (b) => nn.Conv.initByShape(key(), [[b, H, 3]], { features: 4, kernelSize: 3, strides: [2] }),
    'f32[B, H/2, 4]',
  ],
  'Conv with dilation': [
    (b) => nn.Conv.initByShape(key(), [[b, 28, 28, 3]], { features: 4, kernelSize: [3, 3], kernelDilation: [2, 2] }),
    'f32[B, 28, 28, 4]',
  ],
  'Conv with groups': [
    (b) => nn.Conv.initByShape(key(), [[b, 28, 28, 4]], { features: 4, kernelSize: [3, 3], featureGroupCount: 2 }),
    'f32[B, 28, 28, 4]',
  ],
  ConvTranspose: [
    (b) => nn.ConvTranspose.initByShape(key(), [[b, 7, 7, 4]], { features: 2, kernelSize: [4, 4], strides: [2, 2] }),
    'f32[B, 14, 14, 2]',
  ],
  Embed: [(b) => nn.Embed.initByShape(key(), [`i32[${b}, ${T}]`], { numEmbeddings: 9, features: 4 }), 'f32[B, T, 4]'],
  LSTMCell: [(b) => nn.LSTMCell.initByShape(key(), [carry(b, 4), [b, 3]]), '[[f32[B, 4], f32[B, 4]], f32[B, 4]]'],
  OptimizedLSTMCell: [
    (b) => nn.OptimizedLSTMCell.initByShape(key(), [carry(b, 4), [b, 3]]),
    '[[f32[B, 4], f32[B, 4]], f32[B, 4]]',
  ],
  GRUCell: [
    (b) =>
      nn.GRUCell.initByShape(key(), [
        [b, 4],
        [b, 3],
      ]),
    '[f32[B, 4], f32[B, 4]]',
  ],
  ConvLSTM: [
    (b) => nn.ConvLSTM.initByShape(key(), [carry(b, 8, 8, 2), [b, 8, 8, 3]], { features: 2, kernelSize: [3, 3] }),
    '[[f32[B, 8, 8, 2], f32[B, 8, 8, 2]], f32[B, 8, 8, 2]]',
  ],
  LayerNorm: [(b) => nn.LayerNorm.initByShape(key(), [[b, T, 4]]), 'f32[B, T, 4]'],
  GroupNorm: [(b) => nn.GroupNorm.initByShape(key(), [[b, H, 28, 64]]), 'f32[B, H, 28, 64]'],
  BatchNorm: [(b) => nn.stateful(() => nn.BatchNorm.initByShape(key(), [[b, 28, 28, 4]]))[0], 'f32[B, 28, 28, 4]'],
};

const functions: Record<string, [run: (x: Tensor) => Tensor, shape: number[], printed: string]> = {
  dropout: [(x) => nn.dropout(x, 0.5, { rng: key() }), [B, T, 4], 'f32[B, T, 4]'],
  maxPool: [(x) => nn.maxPool(x, [2, 2], { strides: [2, 2] }), [B, H, 28, 4], 'f32[B, H/2, 14, 4]'],
  avgPool: [(x) => nn.avgPool(x, [3], { padding: 'SAME' }), [B, T, 4], 'f32[B, T, 4]'],
  'avgPool of four axes': [(x) => nn.avgPool(x, [2, 2, 2, 2]), [B, 4, 4, 4, 4, 3], 'f32[B, 3, 3, 3, 3, 3]'],
  softmax: [(x) => nn.softmax(x), [B, T, 4], 'f32[B, T, 4]'],
  'softmax over two axes': [(x) => nn.softmax(x, [0, 1]), [B, T, 4], 'f32[B, T, 4]'],
  logsumexp: [(x) => nn.logsumexp(x, 1), [B, T, 4], 'f32[B, 4]'],
  glu: [(x) => nn.glu(x), [B, 8], 'f32[B, 4]'],
  oneHot: [(x) => nn.oneHot(x, 10), [B, T], 'f32[B, T, 10]'],
  gelu: [(x) => nn.gelu(x), [B, T], 'f32[B, T]'],
};

/** Runs a function as the apply of a module. */
const applying = (run: (x: Tensor) => Tensor) =>
  nn.module(
    'Applying',
    class extends nn.Module {
      apply(x: Tensor): Tensor {
        return run(x);
      }
    },
  );

describe('named sizes stay named through', () => {
  test.each(Object.entries(outputs))('%s', (_, [run, text]) => {
    expect(printed(() => run(B))).toBe(text);
  });

  test.each(Object.entries(functions))('%s', (_, [run, shape, text]) => {
    expect(printed(() => applying(run).initByShape(key(), [shape]))).toBe(text);
  });
});

test.each(Object.entries(outputs))('initByShape of %s computes its parameters and no output', (_, [run]) => {
  const { binding } = tf.engine().findBackend(NATIVE_BACKEND) as unknown as BindingBackend;
  tf.zeros([1]);
  const executeOp = vi.spyOn(binding, 'executeOp');
  const createTensor = vi.spyOn(binding, 'createTensor');
  const [output, params] = run(B);
  const executed = executeOp.mock.results.flatMap(({ value }) => value as TensorMetadata[]);
  const made = [...executed.map(({ shape }) => shape), ...createTensor.mock.calls.map(([shape]) => shape)];
  vi.restoreAllMocks();
  expect(made.filter((shape) => shape.includes(B))).toEqual([]);
  expect(tree.leaves(output).every((leaf) => leaf instanceof ShapeDtypeStruct)).toBe(true);
  const parameters = tree.leaves(params) as Tensor[];
  expect(made.length).toBeGreaterThanOrEqual(parameters.length);
  for (const parameter of parameters) expect([...parameter.dataSync()].every(Number.isFinite)).toBe(true);
});
