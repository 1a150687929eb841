import { expect, test } from 'vitest';
import { grad, jit, jnp, type Tensor } from '../../../runtime/src/index';
import { graphIf, graphWhile } from '../../../runtime/src/transforms/jit/controlFlow';
import { graphScan } from '../../../runtime/src/transforms/jit/scan';

test.each(['graph', 'xla'] as const)('scan, while and if inside jit with %s', (compiler) => {
  const w = jnp.array(2).add(0);
  const scan = jit(
    (c: Tensor, xs: Tensor) => {
      const { carry, ys } = graphScan(
        ([s], [x]) => {
          const next = (s as Tensor).mul(0.5).add((x as Tensor).mul(w));
          return { carry: [next], ys: [next.square(), x as Tensor] };
        },
        [c],
        [xs],
        4,
        false,
      );
      return { carry, ys };
    },
    { compiler },
  );
  const out = scan(jnp.array(1), jnp.array([1, 2, 3, 4]));
  expect(out.carry[0]?.arraySync()).toBeCloseTo(12.3125, 5);
  expect(out.ys[1]?.arraySync()).toEqual([1, 2, 3, 4]);
  const loop = jit(
    (x: Tensor) =>
      graphWhile(
        ([v]) => (v as Tensor).less(100),
        ([v]) => [(v as Tensor).mul(w)],
        [x],
      )[0] as Tensor,
    { compiler },
  );
  expect(loop(jnp.array(3)).arraySync()).toBe(192);
  const branch = jit((p: Tensor, x: Tensor) => graphIf(p, [() => [x.mul(w)], () => [x.neg()]])[0] as Tensor, {
    compiler,
  });
  expect([
    branch(jnp.array(true), jnp.array(3)).arraySync(),
    branch(jnp.array(false), jnp.array(3)).arraySync(),
  ]).toEqual([6, -3]);
});

test('a long scan is recorded once', () => {
  let traced = 0;
  const f = jit((c: Tensor, xs: Tensor) => {
    const { carry, ys } = graphScan(
      ([s], [x]) => {
        traced++;
        const next = (s as Tensor).add(x as Tensor);
        return { carry: [next], ys: [next] };
      },
      [c],
      [xs],
      10_000,
      true,
    );
    return [carry[0] as Tensor, ys[0] as Tensor] as const;
  });
  const t0 = performance.now();
  const [sum, all] = f(jnp.array(0), jnp.ones([10_000]));
  console.log('first', performance.now() - t0);
  expect(sum.arraySync()).toBe(10_000);
  expect((all.arraySync() as number[])[0]).toBe(10_000);
  expect(traced).toBeLessThanOrEqual(2);
  for (let i = 0; i < 6; i++) {
    const t1 = performance.now();
    f(jnp.array(0), jnp.ones([10_000]))[0].arraySync();
    console.log('again', performance.now() - t1);
  }
});

test.each(['graph', 'xla'] as const)('a scan has gradients, of all orders, with %s', (compiler) => {
  const w = jnp.array([1.5, -0.5]);
  const c = jnp.array([0.3, 0.7]);
  const xs = jnp.array([
    [1, 2],
    [3, 4],
    [-1, 0.5],
  ]);
  const scanned = (c0: Tensor, rows: Tensor, weight: Tensor, reverse: boolean) => {
    const { carry, ys } = graphScan(
      ([s], [x]) => {
        const next = (s as Tensor).mul(weight).add((x as Tensor).sin());
        return { carry: [next], ys: [next.square()] };
      },
      [c0],
      [rows],
      3,
      reverse,
    );
    return (carry[0] as Tensor).sum().add((ys[0] as Tensor).mul(weight).sum()) as Tensor;
  };
  const unrolled = (c0: Tensor, rows: Tensor, weight: Tensor, reverse: boolean) => {
    let s = c0;
    let total = jnp.array(0) as Tensor;
    for (const i of reverse ? [2, 1, 0] : [0, 1, 2]) {
      s = s.mul(weight).add(rows.gather(i).sin());
      total = total.add(s.square().mul(weight).sum());
    }
    return s.sum().add(total) as Tensor;
  };
  for (const reverse of [false, true]) {
    const gradOf = (f: typeof scanned) =>
      grad((a: Tensor, b: Tensor, d: Tensor) => f(a, b, d, reverse), { argnums: [0, 1, 2] });
    const expected = gradOf(unrolled)(c, xs, w) as Tensor[];
    const first = jit(gradOf(scanned), { compiler })(c, xs, w) as Tensor[];
    const halves = grad(
      jit((a: Tensor, b: Tensor, d: Tensor) => scanned(a, b, d, reverse), { compiler }),
      { argnums: [0, 1, 2] },
    )(c, xs, w) as Tensor[];
    expected.forEach((e, i) => {
      expect((first[i] as Tensor).sub(e).abs().max().arraySync()).toBeLessThan(1e-5);
      expect((halves[i] as Tensor).sub(e).abs().max().arraySync()).toBeLessThan(1e-5);
    });
    const second = (f: typeof scanned) =>
      grad(
        (d: Tensor) =>
          grad((e: Tensor) => f(c, xs, e, reverse))(d)
            .square()
            .sum() as Tensor,
      );
    const wanted = second(unrolled)(w);
    const difference = jit(second(scanned), { compiler })(w).sub(wanted).abs().max().arraySync() as number;
    expect(difference).toBeLessThan(1e-6 * (wanted.abs().max().arraySync() as number));
  }
});
