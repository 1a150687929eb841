import type { KernelBackend, Rank, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { ABSTRACT_BACKEND, abstractBinding } from '../../runtime/src/bindings/abstract';
import type { Aval } from '../../runtime/src/bindings/aval';
import { BindingBackend, registerBindingBackend } from '../../runtime/src/bindings/backend';
import { type Binding, TF_CONSTANTS as TF, type Values } from '../../runtime/src/bindings/binding';
import { ConcretizationError } from '../../runtime/src/bindings/concretization';
import { withBackend } from '../../runtime/src/bindings/stack';
import { tf } from './tfjs';

const abstractly = <T>(fn: () => T): T => withBackend(ABSTRACT_BACKEND, fn);

describe('reading a tensor while shapes are worked out', () => {
  const read: Record<'zeros' | 'fill' | 'an output' | 'a number' | 'a condition', () => unknown> = {
    zeros: () => tf.zeros([2, 3]).dataSync(),
    fill: () => tf.fill([2, 3], 7).dataSync(),
    'an output': () => tf.tensor([1, 2, 3]).square().reshape([3, 1]).dataSync(),
    'a number': () => tf.tensor([1, 2, 3]).sum().arraySync(),
    'a condition': () => (tf.ones([4]).greater(0).all().dataSync()[0] ? 1 : 2),
  };

  test.each(Object.entries(read))('names the line that read %s', (_, fn) => {
    expect(() => abstractly(fn)).toThrow(ConcretizationError);
    expect(() => abstractly(fn)).toThrow(
      /^The value of an abstract tensor .* was read at .*abstract\.test\.ts:\d+:\d+\. /,
    );
  });

  test('prints the shape and dtype of the tensor', () => {
    expect(() => abstractly(read.zeros)).toThrow('abstract tensor f32[2, 3] was read');
    expect(() => abstractly(read['a condition'])).toThrow('abstract tensor bool[] was read');
  });

  test('rejects an asynchronous read too', async () => {
    await expect(abstractly(() => tf.zeros([2]).data())).rejects.toThrow(ConcretizationError);
  });

  test('gives the numbers that the user wrote, before an op used them and after', () => {
    abstractly(() => {
      const written = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      expect(written.arraySync()).toEqual([
        [1, 2],
        [3, 4],
      ]);
      written.matMul(written);
      expect(written.arraySync()).toEqual([
        [1, 2],
        [3, 4],
      ]);
    });
  });

  test('refuses numbers that the user wrote once an op used them, if they are many', () => {
    abstractly(() => {
      const written = tf.tensor(new Float32Array(5000));
      expect(written.dataSync()).toHaveLength(5000);
      written.square();
      expect(() => written.dataSync()).toThrow('abstract tensor f32[5000] was read');
    });
  });
});

describe('the abstract binding', () => {
  const create = (shape: number[], dtype: number, values: Values) =>
    abstractBinding.createTensor(shape, dtype, values) as Aval;

  test('keeps the values of small constants, which decide shapes', () => {
    expect(create([2], TF.TF_INT32, Int32Array.of(3, 4)).values).toEqual(Int32Array.of(3, 4));
    expect(create([], TF.TF_FLOAT, Float32Array.of(0.5)).values).toEqual(Float32Array.of(0.5));
    expect(create([0], TF.TF_INT32, new Int32Array(0)).values).toEqual(new Int32Array(0));
  });

  test('copies them', () => {
    const written = Int32Array.of(3, 4);
    const kept = create([2], TF.TF_INT32, written);
    written[0] = 7;
    expect(kept.values).toEqual(Int32Array.of(3, 4));
  });

  test('keeps nothing of data', () => {
    expect(create([2000], TF.TF_FLOAT, new Float32Array(2000))).not.toHaveProperty('values');
    expect(create([2000], TF.TF_INT32, new Int32Array(2000))).not.toHaveProperty('values');
    expect(create([], TF.TF_STRING, [new Uint8Array(10_000)])).not.toHaveProperty('values');
    expect(create([], TF.TF_INT64, Int32Array.of(1, 0))).not.toHaveProperty('values');
  });

  test('says that an op has no rule', () => {
    expect(() => abstractBinding.executeOp('Nonsense', [], [], 1)).toThrow(
      'No shape rule for the TensorFlow op Nonsense.',
    );
  });

  test('gives ranges and even spaces their lengths', () => {
    abstractly(() => {
      expect(tf.range(0, 10, 0.25).shape).toEqual([40]);
      expect(tf.range(5, -5, -2, 'int32').shape).toEqual([5]);
      expect(tf.linspace(0, 1, 7).shape).toEqual([7]);
    });
  });

  test('gives gradients their shapes', () => {
    abstractly(() => {
      const images = tf.zeros<Rank.R4>([8, 28, 28, 3]);
      const loss = (filter: Tensor) =>
        tf.avgPool(tf.relu(tf.conv2d(images, filter as Tensor4D, 2, 'same')), 2, 2, 'valid').sum();
      expect(tf.grad(loss)(tf.zeros([3, 3, 3, 16])).shape).toEqual([3, 3, 3, 16]);
    });
  });

  test('says that the shape of unique values depends on the values', () => {
    expect(() => abstractly(() => tf.unique(tf.zeros([9])))).toThrow(ConcretizationError);
    expect(() => abstractly(() => tf.unique(tf.zeros([9])))).toThrow(
      /^UniqueV2's output shape depends on the values of f32\[9\], i32\[1\] at .*abstract\.test\.ts:\d+:\d+\. While shapes are worked out, /,
    );
  });
});

/** What a binding with values was asked for: in these tests it takes the native one's place. */
const holder = { deleted: 0, read: 0 };

const holding: Binding = {
  ...TF,
  createTensor: (shape, dtype, values) => ({ shape, dtype, values: values.slice() }),
  deleteTensor: () => {
    holder.deleted++;
  },
  tensorDataSync: (id) => {
    holder.read++;
    return (id as Aval).values ?? new Float32Array(0);
  },
  // Whatever the op, a copy of its first operand.
  executeOp: (_op, _attrs, [input]) => {
    const aval = { ...(input as Aval) };
    return [{ id: aval, shape: [...aval.shape], dtype: aval.dtype }];
  },
  isUsingGpuDevice: () => false,
  getNumOfTensors: () => 0,
};

registerBindingBackend('holder', () => new BindingBackend(holding, 'holder'));

describe('an op over a tensor of a backend with values', () => {
  let parameter: Tensor;

  beforeEach(() => {
    parameter = withBackend('holder', () => tf.square(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])));
    holder.deleted = 0;
    holder.read = 0;
  });

  const owner = (tensor: Tensor) => tf.engine().state.tensorInfo.get(tensor.dataId)?.backend as KernelBackend;

  test('sees its shape and leaves its values where they are', () => {
    const output = abstractly(() => tf.matMul(tf.zeros([5, 2]), parameter as Tensor2D));
    expect(output.shape).toEqual([5, 3]);
    expect(owner(parameter)).toBe(tf.findBackend('holder'));
    expect(owner(output)).toBe(tf.findBackend(ABSTRACT_BACKEND));
    expect(holder.read).toBe(0);
    expect(Array.from(parameter.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('sees the shape of one that still waits in JavaScript for its first op', () => {
    const waiting = withBackend('holder', () => tf.tensor1d([1, 2, 3]));
    expect(abstractly(() => waiting.add(1)).shape).toEqual([3]);
    expect(Array.from(waiting.dataSync())).toEqual([1, 2, 3]);
  });

  test('may read it: it has values', () => {
    expect(Array.from(abstractly(() => parameter.dataSync()))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('frees nothing of it with its own outputs, and nothing under tidy', () => {
    abstractly(() => {
      tf.tidy(() =>
        tf
          .add(parameter, tf.zeros([2, 3]))
          .relu()
          .sum(),
      );
      const output = tf.mul(parameter, parameter);
      output.dispose();
    });
    expect(holder.deleted).toBe(0);
    expect(parameter.isDisposed).toBe(false);
    expect(Array.from(parameter.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('counts aliases made under shapes: it is freed once, with the last of them', () => {
    const alias = abstractly(() => tf.mul(parameter, parameter) && parameter.clone());
    expect(Array.from(alias.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
    parameter.dispose();
    expect(holder.deleted).toBe(0);
    expect(Array.from(alias.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
    abstractly(() => alias.dispose());
    expect(holder.deleted).toBe(1);
  });

  test('gives gradients with its shape, and it is unchanged', () => {
    const gradient = abstractly(() =>
      tf.grad((w: Tensor) => tf.matMul(tf.ones([4, 2]), w as Tensor2D).sum())(parameter),
    );
    expect(gradient.shape).toEqual([2, 3]);
    expect(() => gradient.dataSync()).toThrow(ConcretizationError);
    expect(Array.from(parameter.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('does not bring an abstract tensor to values', () => {
    const output = abstractly(() => tf.zeros([2, 3]));
    expect(() => withBackend('holder', () => tf.add(parameter, output))).toThrow('abstract tensor f32[2, 3] was read');
  });
});
