import { expect, test } from 'vitest';
import { grad, jit, jnp, lax, type Tensor, vmap } from '../../../runtime/src/index';

const xs = jnp.array([
  [0.5, -1, 2],
  [1, 3, -0.25],
]);

const programs: Record<string, (v: Tensor) => Tensor> = {
  scan: (v) => {
    const [last, ys] = lax.scan((c: Tensor, e: Tensor) => [c.mul(0.5).add(e), e.mul(c)] as const, jnp.array(1), v);
    return last.add(ys.sum());
  },
  'scan over what all share': (v) =>
    lax
      .scan((c: Tensor, e: Tensor) => [c.mul(e).add(v.sum()), c] as const, v.mean() as Tensor, jnp.array([1, 2]))[1]
      .sum() as Tensor,
  fori: (v) => lax.foriLoop(0, 3, (i, s: Tensor) => s.mul(v).add(i.toFloat()), v).sum() as Tensor,
  while: (v) =>
    lax.whileLoop(
      (a: Tensor) => a.less(50),
      (a: Tensor) => a.mul(2.5).add(1),
      v.abs().sum() as Tensor,
    ),
  cond: (v) =>
    lax.cond(
      v.sum().greater(2),
      (a: Tensor) => a.square().sum() as Tensor,
      (a: Tensor) => a.sum().mul(v.max()) as Tensor,
      v,
    ),
  'cond for all': (v) =>
    lax.cond(
      xs.sum().greater(2),
      () => v.sum() as Tensor,
      () => v.max() as Tensor,
    ),
  switch: (v) =>
    lax.switch(v.sum().toInt() as Tensor, [() => v.sum() as Tensor, () => v.max() as Tensor, () => v.min() as Tensor]),
};

const close = (a: Tensor, b: Tensor) => expect(a.sub(b).abs().max().arraySync()).toBeLessThan(1e-4);

test.each(Object.keys(programs))('%s', (name) => {
  const f = programs[name] as (v: Tensor) => Tensor;
  const each = (g: (v: Tensor) => Tensor) => jnp.stack([0, 1].map((i) => g(xs.gather(i))));
  close(vmap(f)(xs), each(f));
  close(jit(vmap(f))(xs), each(f));
  if (name === 'while') return;
  close(vmap(grad(f))(xs), each(grad(f)));
  close(grad((v: Tensor) => vmap(f)(v).sum() as Tensor)(xs), each(grad(f)));
  close(jit(vmap(grad(f)))(xs), each(grad(f)));
});
