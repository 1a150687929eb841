/** Loops and branches of lax, outside of jit and for shapes alone. */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, lax, nn, random, type Tensor } from '../../runtime/src/index';

// biome-ignore lint/suspicious/noExplicitAny: wrong arguments on purpose.
type Any = any;

const values = (tensor: Tensor) => tensor.arraySync();

describe('scan', () => {
  test('carries over rows and stacks what it gives', () => {
    const sums = (carry: Tensor, x: Tensor) => [carry.add(x), { sum: carry.add(x), x }] as const;
    const [last, ys] = lax.scan(sums, jnp.array(0), jnp.array([1, 2, 3]));
    expect([values(last), values(ys.sum as Tensor), values(ys.x as Tensor)]).toEqual([6, [1, 3, 6], [1, 2, 3]]);
    const [, reversed] = lax.scan(sums, jnp.array(0), jnp.array([1, 2, 3]), { reverse: true });
    expect(values(reversed.sum as Tensor)).toEqual([6, 5, 3]);
  });

  test('of pytrees; without xs by length', () => {
    const [[a, b], ys] = lax.scan(
      ([x, y]: [Tensor, Tensor]) => [[y, x.add(y)] as [Tensor, Tensor], x] as const,
      [jnp.array(0), jnp.array(1)],
      null,
      { length: 8 },
    );
    expect([values(a), values(b), values(ys)]).toEqual([21, 34, [0, 1, 1, 2, 3, 5, 8, 13]]);
    const [carry] = lax.scan(
      (c: Tensor, { u, v }: { u: Tensor; v: Tensor[] }) => [c.add(u.mul(v[0] as Tensor)), null],
      jnp.array(0),
      {
        u: jnp.array([1, 2]),
        v: [jnp.array([3, 4])],
      },
    );
    expect(values(carry)).toBe(11);
  });

  test('a number is a carry; a JavaScript value is not', () => {
    expect(values(lax.scan((c: Any, x: Tensor) => [x.add(c), x], 1 as Any, jnp.array([1, 2]))[0])).toBe(4);
    expect(() => lax.scan((c: Any) => [c, c], 'text' as Any, jnp.ones([2]))).toThrow(
      /first carry holds tensors.*got string/,
    );
  });

  test('has the gradient of its steps', () => {
    const xs = jnp.array([0.5, -1, 2]);
    const loss = (w: Tensor) =>
      lax.scan((c: Tensor, x: Tensor) => [c.mul(w).add(x), c.square()], jnp.array(1), xs)[1].sum() as Tensor;
    const plain = (w: Tensor) => {
      let c = jnp.array(1) as Tensor;
      let sum = jnp.array(0) as Tensor;
      for (const x of [0.5, -1, 2]) {
        sum = sum.add(c.square());
        c = c.mul(w).add(x);
      }
      return sum;
    };
    expect(values(grad(loss)(jnp.array(0.7)))).toBeCloseTo(values(grad(plain)(jnp.array(0.7))) as number, 5);
  });

  test('for shapes alone runs once, whatever its length', () => {
    let runs = 0;
    const long = (c: Tensor, xs: Tensor) =>
      lax.scan(
        (carry: Tensor, x: Tensor) => {
          runs++;
          return [carry.add(x), { doubled: x.mul(2) }];
        },
        c,
        xs,
      );
    const [carry, ys] = evalShape(long, [3], [10_000, 3]) as Any;
    expect([carry.shape, ys.doubled.shape, runs]).toEqual([[3], [10_000, 3], 1]);
  });

  test('says what is wrong', () => {
    const xs = jnp.ones([2, 3]);
    expect(() => lax.scan((c: Tensor, x: Tensor) => [c.add(x), x], jnp.ones([1]), xs)).toThrow(
      /carry that the function returned must have the shapes and dtypes of the carry before: f32\[1\], but it is f32\[3\]/,
    );
    expect(() => lax.scan((c: Any) => [[c], c] as Any, jnp.array(1), xs)).toThrow(
      /form of the carry before, \*, but it is \[\*\]/,
    );
    expect(() => lax.scan((c: Tensor) => c as Any, jnp.array(1), xs)).toThrow(/returns \[carry, y\], got object/);
    expect(() => lax.scan((c: Tensor) => [c, c], jnp.array(1), [xs, jnp.ones([4])] as Any)).toThrow(
      /as many rows as f32\[2, 3\], got f32\[4\]/,
    );
    expect(() => lax.scan((c: Tensor) => [c, c], jnp.array(1), null)).toThrow(/say how many steps.*length/);
    expect(() => lax.scan((c: Tensor) => [c, c], jnp.array(1), xs, { length: 3 })).toThrow(
      /must have 3 rows, got f32\[2, 3\]/,
    );
    expect(() => lax.scan((async (c: Tensor) => [c, c]) as Any, jnp.array(1), xs)).toThrow();
  });
});

test('map', () => {
  expect(
    values(
      lax.map(
        (x: Tensor) => x.square().sum(),
        jnp.array([
          [1, 2],
          [3, 4],
        ]),
      ),
    ),
  ).toEqual([5, 25]);
});

describe('foriLoop', () => {
  test('counts with an i32', () => {
    const squares = lax.foriLoop(2, 5, (i, sum: Tensor) => sum.add(i.mul(i)), jnp.array(0));
    expect(values(squares)).toBe(4 + 9 + 16);
    expect(
      values(lax.foriLoop(jnp.array(0, 'int32'), jnp.array(3, 'int32'), (i, v: Tensor) => v.add(i), jnp.array(0))),
    ).toBe(3);
    expect(values(lax.foriLoop(3, 3, (_, v: Tensor) => v.add(1), jnp.array(7)))).toBe(7);
    let runs = 0;
    const count = (w: Tensor) => {
      runs++;
      return w.mul(2);
    };
    evalShape((v: Tensor) => lax.foriLoop(0, 100_000, (_, w: Tensor) => count(w), v), [2]);
    expect(runs).toBe(1);
  });

  test('says what is wrong', () => {
    expect(() => lax.foriLoop(0, 2.5, (_, v: Tensor) => v, jnp.array(0))).toThrow(
      /a bound is a whole number or an i32 scalar, got 2.5/,
    );
    expect(() => lax.foriLoop(0, 2, (_, v: Tensor) => v.toInt() as Any, jnp.array(0))).toThrow(
      /f32\[\], but it is i32\[\]/,
    );
  });
});

describe('whileLoop', () => {
  test('ends when the condition does', () => {
    const [n, steps] = lax.whileLoop(
      ([x]) => x.less(100),
      ([x, k]: [Tensor, Tensor]) => [x.mul(3), k.add(1)] as [Tensor, Tensor],
      [jnp.array(1), jnp.array(0)],
    );
    expect([values(n), values(steps)]).toEqual([243, 5]);
    expect(
      evalShape(
        (v: Tensor) =>
          lax.whileLoop(
            (x) => x.sum().less(0),
            (x: Tensor) => x.mul(2),
            v,
          ),
        [4],
      ).shape,
    ).toEqual([4]);
  });

  test('says what a condition is', () => {
    expect(() =>
      lax.whileLoop(
        () => jnp.array(1),
        (x: Tensor) => x,
        jnp.array(1),
      ),
    ).toThrow(/condition must be a bool scalar.*f32\[\]/);
  });
});

describe('cond and switch', () => {
  test('run the branch that is chosen', () => {
    const f = (x: Tensor) =>
      lax.cond(
        x.greater(0),
        (v: Tensor) => v.mul(2),
        (v: Tensor) => v.neg(),
        x,
      );
    expect([values(f(jnp.array(3))), values(f(jnp.array(-3)))]).toEqual([6, 3]);
    expect(
      values(
        lax.cond(
          true,
          () => jnp.array(1),
          () => jnp.array(2),
        ),
      ),
    ).toBe(1);
    expect(values(grad(f)(jnp.array(-3)))).toBe(-1);
    const g = (i: number | Tensor) =>
      values(lax.switch(i, [(v: Tensor) => v, (v: Tensor) => v.add(1), (v: Tensor) => v.add(2)], jnp.array(10)));
    expect([-4, 0, 1, 2, 9].map(g)).toEqual([10, 10, 11, 12, 12]);
    expect(g(jnp.array(1, 'int32'))).toBe(11);
  });

  test('for shapes alone all branches run, and must agree', () => {
    const shapes = (a: () => Tensor, b: () => Tensor) => evalShape((p: Tensor) => lax.cond(p, a, b), 'bool[]').shape;
    expect(
      shapes(
        () => jnp.ones([2]),
        () => jnp.zeros([2]),
      ),
    ).toEqual([2]);
    expect(() =>
      shapes(
        () => jnp.ones([2]),
        () => jnp.zeros([3]),
      ),
    ).toThrow(/another branch returned.*f32\[3\], but it is f32\[2\]/);
    expect(() =>
      lax.cond(
        jnp.array(1) as Any,
        () => 1,
        () => 2,
      ),
    ).toThrow(/predicate must be a bool scalar/);
    expect(() => lax.switch(0.5, [() => 1])).toThrow(/whole number or an i32 scalar, got 0.5/);
    expect(() => lax.switch(0, [])).toThrow(/no branches/);
  });
});

describe('keys and state do not pass into loops:', () => {
  const key = random.PRNGKey(0);

  test('keys', () => {
    const noisy = (c: Tensor, x: Tensor) => [c, x.add(random.normal(nn.makeRng(), [])) as Tensor] as const;
    expect(() => nn.stochastic(key, () => lax.scan(noisy, jnp.array(0), jnp.ones([3])))).toThrow(
      /outside of lax\.scan.*Pass split keys into lax\.scan/,
    );
    const carried = ([k]: [Tensor], x: Tensor) => {
      const [next, own] = random.split(k) as unknown as [Tensor, Tensor];
      return [[next] as [Tensor], nn.stochastic(own, () => nn.dropout(x, 0.5))] as const;
    };
    expect(lax.scan(carried, [key], jnp.ones([3, 4]))[1].shape).toEqual([3, 4]);
  });

  test('state', () => {
    const Counter = nn.module(
      class Counter extends nn.Module {
        apply(x: Tensor) {
          const n = this.state('n', [], nn.initializers.zeros);
          if (!this.isInitializing()) n.value = n.value.add(1);
          return x;
        }
      },
    );
    const [[, params], state] = nn.stateful(() => Counter.init(key, jnp.array(1)));
    const run = (c: Tensor, x: Tensor) => [c, Counter.call(params, x)] as const;
    expect(() => nn.stateful(state, () => lax.scan(run, jnp.array(0), jnp.ones([2])))).toThrow(/outside of lax\.scan/);
    const carried = (s: nn.Collection, x: Tensor) => {
      const [y, next] = nn.stateful(s, () => Counter.call(params, x));
      return [next, y] as const;
    };
    const [after] = lax.scan(carried, state, jnp.ones([5]));
    expect(values(after.get('/').n)).toBe(5);
  });
});
