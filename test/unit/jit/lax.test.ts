import { expect, test } from 'vitest';
import { grad, jit, jnp, lax, nn, random, type Tensor, tree } from '../../../runtime/src/index';

const values = (tensor: Tensor) => tensor.arraySync();
const x = jnp.array([0.5, -1, 2]);

/** Programs with loops and branches, each of a tensor. */
const programs: Record<string, (v: Tensor) => Tensor> = {
  scan: (v) => {
    const [last, ys] = lax.scan((c: Tensor, e: Tensor) => [c.mul(0.5).add(e), { e, c }] as const, jnp.array(1), v);
    return last.add((ys.e as Tensor).mul(ys.c as Tensor).sum());
  },
  nested: (v) =>
    lax.scan(
      (c: Tensor, e: Tensor) => [c.add(lax.foriLoop(0, 3, (_, s: Tensor) => s.mul(e).add(c), e)), e] as const,
      jnp.array(0.1),
      v,
    )[0],
  map: (v) => lax.map((e: Tensor) => e.sin().mul(v.sum()), v).sum() as Tensor,
  fori: (v) => lax.foriLoop(1, 4, (i, s: Tensor) => s.mul(v).add(i.toFloat()), v).sum() as Tensor,
  cond: (v) =>
    lax.cond(
      v.sum().greater(0),
      (a: Tensor) => a.square().sum() as Tensor,
      (a: Tensor) => a.sum().mul(v.max()) as Tensor,
      v,
    ),
  switch: (v) =>
    lax.switch(
      jnp.array(1, 'int32').mul(v.sum().toInt()) as Tensor,
      [
        (a: Tensor) => a.sum() as Tensor,
        (a: Tensor) => a.mul(a).sum() as Tensor,
        (a: Tensor) => a.neg().sum() as Tensor,
      ],
      v,
    ),
};

test.each(Object.keys(programs).flatMap((name) => ['graph', 'xla'].map((compiler) => [name, compiler] as const)))(
  '%s with %s',
  (name, compiler) => {
    const f = programs[name] as (v: Tensor) => Tensor;
    for (const v of [x, x.neg()]) {
      const close = (a: Tensor, b: Tensor) => expect(a.sub(b).abs().max().arraySync()).toBeLessThan(1e-5);
      close(jit(f, { compiler: compiler as 'xla' })(v), f(v));
      close(jit(grad(f), { compiler: compiler as 'xla' })(v), grad(f)(v));
      close(grad(jit(f, { compiler: compiler as 'xla' }))(v), grad(f)(v));
    }
  },
);

test('while', () => {
  const f = (v: Tensor) =>
    lax.whileLoop(
      ([a]) => a.less(100),
      ([a, n]: [Tensor, Tensor]) => [a.mul(3), n.add(1)] as [Tensor, Tensor],
      [v, jnp.array(0)],
    );
  expect(jit(f)(jnp.array(1)).map(values)).toEqual(f(jnp.array(1)).map(values));
  const bounds = jit((n: Tensor) => lax.foriLoop(0, n, (i, s: Tensor) => s.add(i), jnp.array(0, 'int32')));
  expect(values(bounds(jnp.array(5, 'int32')))).toBe(10);
});

test('an LSTM over a sequence, in a scan, with its gradient', () => {
  const key = random.PRNGKey(0);
  const xs = random.normal(key, [7, 2, 3]);
  const carry = nn.LSTMCell.initializeCarry(key, [2], 4);
  const [, params] = nn.LSTMCell.init(key, carry, xs.gather(0));
  const model = nn.Model(nn.LSTMCell, params);
  const loss = (m: typeof model) =>
    lax
      .scan((c: typeof carry, v: Tensor) => m(c, v), carry, xs)[1]
      .square()
      .sum() as Tensor;
  const expected = grad(loss)(model);
  const actual = jit(grad(loss))(model);
  tree.map(
    (a: Tensor, b: Tensor) => expect(a.sub(b).abs().max().arraySync()).toBeLessThan(1e-5),
    actual.params,
    expected.params,
  );
});

test('says what is wrong', () => {
  const f = jit(
    (v: Tensor) => lax.scan((c: Tensor, e: Tensor) => [c.add(e).expandDims(0), e] as const, jnp.array(1), v)[0],
  );
  expect(() => f(x)).toThrow(/carry that the function returned must have.*f32\[\], but it is f32\[1\]/);
  const g = jit((v: Tensor) =>
    lax.cond(
      v.sum().greater(0),
      () => v,
      () => v.sum(),
    ),
  );
  expect(() => g(x)).toThrow(/another branch returned/);
});
