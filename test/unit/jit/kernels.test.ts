/** Kernels whose calls say less, or other things, than a graph needs. */
import { describe, expect, test } from 'vitest';
import { checkpoint, grad, jit, jnp, lax, type Tensor, vmap } from '../../../runtime/src/index';
import { tf } from '../tfjs';

describe('inside jit', () => {
  test.each(['int32', 'bool'] as const)('the mean of %s is of what they are cast to', (dtype) => {
    const x = tf.tensor([1, 0, 1, 1], [2, 2], dtype);
    expect(jit((v: Tensor) => v.mean(0))(x).arraySync()).toEqual([1, 0.5]);
    expect(jit((v: Tensor) => jnp.mean(v))(x).arraySync()).toBe(0.75);
  });
});

test('an equation that is none is refused in vmap as outside', () => {
  const product = (equation: string) => vmap((a: Tensor, b: Tensor) => tf.einsum(equation, a, b));
  const [a, b] = [jnp.ones([2, 3, 3]), jnp.ones([2, 3, 3])];
  expect(() => product('ij,jk->ik->i')(a, b)).toThrow(/should have one '->'/);
  expect(() => product('ij->ji')(a, b)).toThrow(/'ij->ji' has 1 operands/);
});

describe('gradients of what goes through several levels:', () => {
  const x = jnp.array([0.5, -1, 2]);

  test.each<[string, (v: Tensor, w: Tensor) => Tensor]>([
    [
      'a branch that gives back what it did not make',
      (v, w) =>
        lax.cond(
          v.sum().greater(0),
          () => w,
          () => w.sin(),
        ),
    ],
    [
      'a branch inside a branch',
      (v, w) => lax.switch(v.argMax(), [(a: Tensor) => a.sin(), (a: Tensor) => a, (a: Tensor) => a.mul(w)], v),
    ],
    [
      'a branch in a loop',
      (v, w) =>
        lax.foriLoop(
          0,
          2,
          (_i, a: Tensor) =>
            lax.cond(
              a.sum().greater(0),
              () => a.mul(w),
              () => a,
            ),
          v,
        ),
    ],
    [
      'a loop in a loop',
      (v, w) =>
        lax.foriLoop(0, 2, (_i, a: Tensor) => lax.foriLoop(0, 2, (_j, b: Tensor) => b.mul(w).sin() as Tensor, a), v),
    ],
    [
      'a carry from outside',
      (v, w) => lax.scan((c: Tensor, row: Tensor) => [w, c.mul(row)], v, v)[1] as unknown as Tensor,
    ],
  ] as [string, (v: Tensor, w: Tensor) => Tensor][])('%s', (_, fn) => {
    const both = grad((v: Tensor, w: Tensor) => fn(v, w).sum() as Tensor, { argnums: [0, 1] }) as unknown as (
      ...args: Tensor[]
    ) => Tensor[];
    const w = jnp.array([0.3, 0.7, 1.1]);
    const expected = both(x, w).map((g) => g.arraySync());
    jit(both)(x, w).forEach((g, i) => {
      (g.arraySync() as number[]).forEach((value, j) => {
        expect(value).toBeCloseTo((expected[i] as number[])[j] as number, 5);
      });
    });
  });

  test('examples do not add up in ops that make tensors on the way', () => {
    const g = grad((v: Tensor) => v.logSumExp().add(v.norm()) as Tensor);
    const rows = jnp.array([
      [1, 2, 3],
      [3, 1, 0],
    ]);
    const each = [0, 1].map((i) => g(rows.gather(i)));
    expect(vmap(g)(rows).sub(jnp.stack(each)).abs().max().arraySync()).toBeLessThan(1e-6);
  });

  test('squaredDifference broadcasts', () => {
    const g = grad((a: Tensor, b: Tensor) => a.squaredDifference(b).sum() as Tensor, { argnums: [0, 1] });
    const [a, b] = g(jnp.array([1, 2]), jnp.array([[1], [4]])) as unknown as [Tensor, Tensor];
    expect(a.arraySync()).toEqual([-6, -2]);
    expect(b.arraySync()).toEqual([[-2], [10]]);
  });
});

describe('a loop and a branch', () => {
  const w = jnp.array([0.5, 0.2, -0.3]);
  const loop = (v: Tensor): Tensor =>
    lax.scan((c: Tensor, r: Tensor) => [c.mul(r).add(v.mean()).tanh() as Tensor, c], v.mean() as Tensor, v)[1].sum();
  const branch = (v: Tensor): Tensor =>
    lax.cond(
      v.mean().greater(0) as Tensor,
      () => v.mul(w).sum() as Tensor,
      () => v.sin().sum() as Tensor,
    );
  const far = (a: Tensor, b: Tensor) => a.sub(b).abs().max().arraySync() as number;

  test.each([
    ['loop', loop],
    ['branch', branch],
  ] as const)('in a checkpoint: %s', (_, fn) => {
    const expected = grad(fn)(w);
    const rows = jnp.stack([w, w.mul(2)]);
    const each = jnp.stack([expected, grad(fn)(w.mul(2) as Tensor)]);
    expect(expected.abs().max().arraySync()).toBeGreaterThan(0.1);
    expect(far(grad(checkpoint(fn))(w), expected)).toBeLessThan(1e-5);
    expect(far(jit(grad(checkpoint(fn)))(w), expected)).toBeLessThan(1e-5);
    expect(far(grad(jit(checkpoint(fn)))(w), expected)).toBeLessThan(1e-5);
    expect(far(vmap(grad(checkpoint(fn)))(rows), each)).toBeLessThan(1e-5);
    expect(far(jit(vmap(grad(checkpoint(fn))))(rows), each)).toBeLessThan(1e-5);
  });

  test('gradients of gradients of a loop, for many examples', () => {
    const second = grad((v: Tensor) => grad(loop)(v).sin().sum() as Tensor);
    const rows = jnp.stack([w, w.mul(2)]);
    const each = jnp.stack([second(w), second(w.mul(2) as Tensor)]);
    expect(far(vmap(second)(rows), each)).toBeLessThan(1e-5);
    expect(far(jit(vmap(second))(rows), each)).toBeLessThan(1e-5);
  });

  test('gradients of gradients of what an inner vmap shares', () => {
    const f = (x: Tensor) => vmap((row: Tensor) => row.mul(x) as Tensor)(x.expandDims(0) as Tensor).sum() as Tensor;
    const second = grad((x: Tensor) => grad(f)(x).sin() as Tensor);
    const each = jnp.stack([0, 1, 2].map((i) => second(w.gather(i) as Tensor)));
    expect(far(vmap(second)(w), each)).toBeLessThan(1e-5);
    expect(far(jit(vmap(second))(w), each)).toBeLessThan(1e-5);
  });
});
