/** vjp, jvp, jacobians, custom rules and checkpoints: what they take, give and refuse. Values against JAX are in test/parity. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  checkpoint,
  customGradient,
  customJvp,
  customVjp,
  evalShape,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jnp,
  jvp,
  lax,
  linearize,
  memory,
  nn,
  random,
  type Tensor,
  tree,
  vjp,
} from '../../runtime/src/index';
import { tf } from './tfjs';

const numbers = (x: Tensor) => [...x.dataSync()];
const number = (x: Tensor) => x.dataSync()[0] as number;
const scalar = (value: number) => jnp.asarray(value);
const square = (x: Tensor) => x.mul(x).sum();

describe('vjp:', () => {
  test('gives the output and cotangents of all arguments, as often as asked', () => {
    const [y, back] = vjp((a: Tensor, b: Tensor) => a.mul(b), jnp.array([2, 3]), jnp.array([5, 7]));
    expect(numbers(y)).toEqual([10, 21]);
    expect(back(jnp.array([1, 10])).map(numbers)).toEqual([
      [5, 70],
      [2, 30],
    ]);
    expect(back(jnp.array([1, 0])).map(numbers)).toEqual([
      [5, 0],
      [2, 0],
    ]);
  });

  test('of pytrees, with outputs that do not depend on the input, and whole numbers', () => {
    const f = (p: { w: Tensor; b: Tensor[] }) => ({
      sum: p.w.add(p.b[0] as Tensor),
      constant: jnp.ones([2]),
      index: jnp.argmax(p.w),
    });
    const [y, back] = vjp(f, { w: jnp.array([1, 2]), b: [jnp.array([3, 4])] });
    expect(tree.map(numbers, y)).toEqual({ sum: [4, 6], constant: [1, 1], index: [1] });
    const [cotangent] = back({ sum: jnp.array([1, 2]), constant: jnp.ones([2]), index: y.index });
    expect(tree.map(numbers, cotangent)).toEqual({ w: [1, 2], b: [[1, 2]] });
  });

  test('hasAux gives aux third', () => {
    const [y, back, aux] = vjp((x: Tensor) => [x.mul(2), { shape: x.shape }] as const, jnp.array([1, 2]), {
      hasAux: true,
    });
    expect([numbers(y), back(jnp.ones([2])).map(numbers), aux]).toEqual([[2, 4], [[2, 2]], { shape: [2] }]);
  });

  test('of a Model gives a Model', () => {
    const module = nn.Dense.partial({ features: 1 });
    const model = nn.Model(module, module.init(random.PRNGKey(0), jnp.ones([1, 2]))[1]);
    const [, back] = vjp((m: typeof model) => m(jnp.array([[2, 3]])), model);
    expect(tree.map(numbers, back(jnp.ones([1, 1]))[0].params)).toEqual({ bias: [1], kernel: [2, 3] });
  });

  test('the pullback inside a gradient is differentiated too', () => {
    const f = (x: Tensor) => {
      const [, back] = vjp((y: Tensor) => y.mul(y).mul(y), x);
      return (back(jnp.asarray(1))[0] as Tensor).mul(2);
    };
    // 6 x^2 → 12 x.
    expect(number(grad(f)(scalar(3)))).toBe(36);
  });

  test('a pullback that leaves the function of another transformation is an error', () => {
    let kept: ((cotangent: Tensor) => unknown) | undefined;
    const f = (x: Tensor) => {
      const [y, back] = vjp((z: Tensor) => z.mul(z), x);
      kept = back;
      return y;
    };
    expect(number(grad(f)(scalar(3)))).toBe(6);
    expect(() => kept?.(scalar(1))).toThrow(/vjp: .*inside of another transformation's function, which has ended/);
  });

  test('what does not fit is an error', () => {
    const [, back] = vjp((x: Tensor) => [x.mul(2)], jnp.array([1, 2]));
    expect(() => back([jnp.ones([3])])).toThrow(/vjp: the cotangent .*expected f32\[2\], got f32\[3\]/);
    expect(() => back(jnp.ones([2]) as never)).toThrow(/the cotangent must have the form \[\*\], got \*/);
    expect(() => vjp((x: Tensor) => x, jnp.array([1], 'int32'))).toThrow(/vjp: argument 0 .*got i32\[1\]/);
    expect(() => vjp((_: Tensor) => 'text', jnp.array([1]))).toThrow(/must return tensors.*got string/);
  });

  test('shapes are worked out without values', () => {
    const f = (x: Tensor) => vjp((y: Tensor) => y.matMul(jnp.ones([3, 4])), x)[1](jnp.ones([5, 4]))[0];
    expect(evalShape(f, [5, 3]).shape).toEqual([5, 3]);
  });
});

describe('jvp and linearize:', () => {
  test('give the output and the derivative along the tangents', () => {
    const f = (x: Tensor, p: { y: Tensor }) => ({ product: x.mul(p.y), sin: x.sin() });
    const [y, dy] = jvp(f, [jnp.array([1, 2]), { y: scalar(3) }], [jnp.array([1, 0]), { y: scalar(10) }]);
    expect(numbers(y.product)).toEqual([3, 6]);
    expect(numbers(dy.product)).toEqual([13, 20]);
    expect(numbers(dy.sin.add(0))).toEqual([Math.fround(Math.cos(1)), 0]);
  });

  test('the derivative is a function that can be called again', () => {
    const [y, push] = linearize((x: Tensor) => x.mul(x), jnp.array([1, 2]));
    expect(numbers(y)).toEqual([1, 4]);
    expect([push(jnp.array([1, 0])), push(jnp.array([0, 1]))].map(numbers)).toEqual([
      [2, 0],
      [0, 4],
    ]);
  });

  test('in each other and in gradients', () => {
    const cube = (x: Tensor) => x.mul(x).mul(x);
    const derivative = (f: (x: Tensor) => Tensor) => (x: Tensor) => jvp(f, [x], [jnp.onesLike(x)])[1];
    expect(number(derivative(derivative(cube))(scalar(2)))).toBe(12);
    expect(number(grad(derivative(cube))(scalar(2)))).toBe(12);
    expect(number(derivative(grad(cube))(scalar(2)))).toBe(12);
  });

  test('a whole number in the output has tangent 0; aux comes third', () => {
    const f = (x: Tensor) => [{ y: x.mul(2), n: jnp.argmax(x) }, 'aux'] as const;
    const [, dy, aux] = jvp(f, [jnp.array([1, 2])], [jnp.array([1, 1])], { hasAux: true });
    expect([numbers(dy.y), numbers(dy.n), aux]).toEqual([[2, 2], [0], 'aux']);
  });

  test('what does not fit is an error', () => {
    const f = (x: Tensor) => x;
    expect(() => jvp(f, [scalar(1)], [] as never)).toThrow(/1 primals but 0 tangents/);
    expect(() => jvp(f, [scalar(1)], [jnp.ones([2])])).toThrow(
      /tangent of argument 0 .*expected f32\[\], got f32\[2\]/,
    );
    expect(() => jvp(f, scalar(1) as never, scalar(1) as never)).toThrow(/jvp\(f, \[x\], \[dx\]\)/);
  });
});

describe('jacobians and hessians:', () => {
  const f = (x: Tensor) => ({ a: x.mul(x), s: x.sum() });

  test.each([
    ['jacrev', jacrev],
    ['jacfwd', jacfwd],
  ])('%s has the form of the output, then of the input', (_, jacobian) => {
    const j = jacobian(f)(jnp.array([1, 2, 3]));
    expect([j.a.shape, j.s.shape]).toEqual([[3, 3], [3]]);
    expect(numbers(j.a)).toEqual([2, 0, 0, 0, 4, 0, 0, 0, 6]);
    const trees = jacobian((p: { w: Tensor; v: Tensor }) => p.w.matMul(p.v.reshape([2, 1])).reshape([2]))({
      w: jnp.array([
        [1, 2],
        [3, 4],
      ]),
      v: jnp.array([5, 6]),
    });
    expect(tree.map((x: Tensor) => x.shape, trees)).toEqual({ v: [2, 2], w: [2, 2, 2] });
    expect(numbers(trees.w)).toEqual([5, 6, 0, 0, 0, 0, 5, 6]);
  });

  test('argnums', () => {
    const g = (x: Tensor, y: Tensor) => x.mul(y);
    const [dx, dy] = jacrev(g, { argnums: [0, 1] })(scalar(2), jnp.array([3, 4]));
    expect([numbers(dx), numbers(dy)]).toEqual([
      [3, 4],
      [2, 0, 0, 2],
    ]);
    expect(numbers(jacfwd(g, { argnums: -1 })(scalar(2), jnp.array([3, 4])))).toEqual([2, 0, 0, 2]);
  });

  test('a hessian of a function of a tree is a tree of trees', () => {
    const h = hessian((p: { a: Tensor; b: Tensor }) => p.a.square().mul(p.b).sum())({
      a: jnp.array([1, 2]),
      b: jnp.array([3, 4]),
    });
    expect(tree.map(numbers, h)).toEqual({
      a: { a: [6, 0, 0, 8], b: [2, 0, 0, 4] },
      b: { a: [2, 0, 0, 4], b: [0, 0, 0, 0] },
    });
  });

  test('shapes are worked out at once, however large', () => {
    const shape = (x: Tensor) => hessian((y: Tensor) => y.tanh().sum())(x);
    expect(evalShape(shape, [1063, 7]).shape).toEqual([1063, 7, 1063, 7]);
  });
});

describe('customVjp:', () => {
  const clip = () => {
    const f = customVjp((x: Tensor) => x.mul(1));
    return f.defvjp(
      (x) => [x.mul(1), null],
      (_, g) => [g.clipByValue(-1, 1)],
    );
  };

  test('the rule takes the place of the derivative, under every transformation', () => {
    const f = clip();
    const loss = (x: Tensor) => f(x).mul(5).sum();
    expect(numbers(f(jnp.array([1, 2])))).toEqual([1, 2]);
    expect(numbers(grad(loss)(jnp.array([1, 2])))).toEqual([1, 1]);
    expect(numbers(vjp(f, jnp.array([1, 2]))[1](jnp.array([0.5, 7]))[0])).toEqual([0.5, 1]);
    expect(numbers(jacrev(f)(jnp.array([1, 2])))).toEqual([1, 0, 0, 1]);
    expect(evalShape(grad(loss), [3]).shape).toEqual([3]);
  });

  test('residuals, pytrees and arguments that are not differentiated', () => {
    const seen: unknown[] = [];
    const f = customVjp((n: number, p: { a: Tensor; b: Tensor }) => p.a.mul(n).add(p.b), { nondiffArgnums: [0] });
    f.defvjp(
      (n, p) => [p.a.mul(n).add(p.b), p.a],
      (n, a, g) => {
        seen.push(n, numbers(a), numbers(g));
        return [{ a: g.mul(100), b: null }];
      },
    );
    const gradient = grad((p: { a: Tensor; b: Tensor }) => f(3, p).sum())({ a: scalar(2), b: scalar(5) });
    expect(seen).toEqual([3, [2], [1]]);
    expect(tree.map(numbers, gradient)).toEqual({ a: [100], b: [0] });
  });

  test('second derivatives differentiate the rule', () => {
    // The rule says 3x where the derivative is 2x.
    const f = customVjp((x: Tensor) => x.mul(x));
    f.defvjp(
      (x) => [x.mul(x), x],
      (x, g) => [x.mul(3).mul(g)],
    );
    const twice = grad((x: Tensor) => grad((y: Tensor) => f(y))(x));
    expect(number(grad((x: Tensor) => f(x))(scalar(5)))).toBe(15);
    expect(number(twice(scalar(5)))).toBe(3);
    expect(number(hessian((x: Tensor) => f(x))(scalar(5)))).toBe(3);
    // Differentiated outside of another variable's gradient, it still uses the rule.
    const outside = (x: Tensor) => grad((y: Tensor) => y.mul(f(x)))(scalar(1));
    expect(number(grad(outside)(scalar(5)))).toBe(15);
  });

  test('outside of the transformation that used the rule, what fwd did counts', () => {
    // As in JAX: the inner gradient is 7 g, whatever x; the outer one sees fwd's own x * x.
    const f = customVjp((x: Tensor) => x.mul(x));
    f.defvjp(
      (x) => [x.mul(x), null],
      (_, g) => [g.mul(7)],
    );
    const inner = (x: Tensor) => {
      const [y, back] = vjp((z: Tensor) => f(z), x);
      return y.add((back(scalar(1))[0] as Tensor).mul(x));
    };
    expect(number(grad(inner)(scalar(5)))).toBe(2 * 5 + 7);
  });

  test('a tensor of the closure is a constant, and an error where it is being differentiated', () => {
    const scaled = (w: Tensor) => {
      const f = customVjp((x: Tensor) => x.mul(w));
      return f.defvjp(
        (x) => [x.mul(w), null],
        (_, g) => [g.mul(w)],
      );
    };
    expect(number(grad((x: Tensor) => scaled(scalar(3))(x))(scalar(2)))).toBe(3);
    const both = (w: Tensor) => scaled(w)(w);
    expect(() => grad(both)(scalar(2))).toThrow(/uses a tensor from outside that is being differentiated/);
    expect(number(grad((w: Tensor) => scaled(lax.stopGradient(w))(w))(scalar(2)))).toBe(2);
  });

  test('what bwd keeps stays usable', () => {
    const kept: Tensor[] = [];
    const f = customVjp((x: Tensor) => x.mul(2));
    f.defvjp(
      (x) => [x.mul(2), x],
      (x, g) => {
        const dx = g.mul(2);
        kept.push(x, g, dx);
        return [dx];
      },
    );
    grad((x: Tensor) => f(x.mul(3)).mul(5).sum())(jnp.array([1, 2]));
    expect(kept.map(numbers)).toEqual([
      [3, 6],
      [5, 5],
      [10, 10],
    ]);
  });

  test.each<[string, () => readonly unknown[], RegExp]>([
    ['too few', () => [], /must return an array with a cotangent for each of the 1 arguments .*got an array of 0/],
    ['no array', () => scalar(1) as never, /got f32\[\]/],
    ['another shape', () => [jnp.ones([3])], /gave the cotangent f32\[3\] for an argument f32\[2\]/],
    ['another form', () => [{ a: jnp.ones([2]) }], /gave the cotangent object for an argument f32\[2\]/],
  ])('%s cotangents from bwd are an error', (_, bwd, message) => {
    const f = customVjp(function double(x: Tensor) {
      return x.mul(2);
    });
    f.defvjp((x) => [x.mul(2), null], bwd as never);
    expect(() => grad((x: Tensor) => f(x).sum())(jnp.ones([2]))).toThrow(message);
    expect(() => grad((x: Tensor) => f(x).sum())(jnp.ones([2]))).toThrow(/double/);
  });

  test('without a rule the call is an error', () => {
    expect(() => customVjp(square)(scalar(1))).toThrow(/has no rule yet.*defvjp\(fwd, bwd\)/);
  });
});

describe('checkpoint:', () => {
  const deep = (x: Tensor, w: Tensor) => {
    let y = x;
    for (let i = 0; i < 4; i++) y = y.mul(w).tanh().add(x.sin());
    return y;
  };
  const x = jnp.array([0.3, -0.7]);
  const w = jnp.array([1.1, 0.4]);

  test('changes no gradient: of arguments, of closed-over tensors, in each other, twice', () => {
    const gradients = (f: typeof deep) => {
      const loss = (a: Tensor, b: Tensor) => f(a, b).square().sum();
      const closed = (b: Tensor) => checkpoint((a: Tensor) => f(a, b).mul(b))(x).sum();
      return [
        ...(grad(loss, { argnums: [0, 1] })(x, w) as Tensor[]),
        grad(closed)(w),
        hessian((a: Tensor) => loss(a, w))(x),
        jvp((a: Tensor) => f(a, w), [x], [w])[1],
        grad((a: Tensor) => checkpoint((b: Tensor) => f(b.mul(2), w))(a).sum())(x),
      ].map(numbers);
    };
    expect(gradients(checkpoint(deep))).toEqual(gradients(deep));
  });

  test('the function itself runs once', () => {
    let runs = 0;
    const f = checkpoint((y: Tensor) => {
      runs++;
      return y.exp();
    });
    grad((y: Tensor) => f(y).sum())(x);
    expect(runs).toBe(1);
  });

  test('a gradient and a rule inside', () => {
    const f = customVjp((y: Tensor) => y.mul(y));
    f.defvjp(
      (y) => [y.mul(y), y],
      (y, g) => [y.mul(3).mul(g)],
    );
    const inside = checkpoint((y: Tensor) => f(y.mul(2)).add(grad((z: Tensor) => z.mul(z).mul(z))(y)));
    const plain = (y: Tensor) => f(y.mul(2)).add(grad((z: Tensor) => z.mul(z).mul(z))(y));
    expect(number(grad((y: Tensor) => inside(y))(scalar(5)))).toBe(number(grad((y: Tensor) => plain(y))(scalar(5))));
    const ruled = checkpoint((y: Tensor) => grad((z: Tensor) => checkpoint(f)(z))(y));
    expect(number(grad((y: Tensor) => ruled(y))(scalar(5)))).toBe(3);
  });

  test('a module inside', () => {
    const Block = nn.module(
      class Block extends nn.Module {
        apply(y: Tensor): Tensor {
          return checkpoint((z: Tensor) => nn.logSoftmax(nn.Dense(z, { features: 3 })))(y);
        }
      },
    );
    const [, params] = Block.init(random.PRNGKey(0), jnp.ones([2, 3]));
    const model = nn.Model(Block, params);
    const gradient = grad((m: typeof model) =>
      m(jnp.ones([2, 3]))
        .square()
        .sum(),
    )(model);
    const Plain = nn.module(
      'Block',
      class extends nn.Module {
        apply(y: Tensor): Tensor {
          return nn.logSoftmax(nn.Dense(y, { features: 3 }));
        }
      },
    );
    const plain = nn.Model(Plain, params);
    const expected = grad((m: typeof plain) =>
      m(jnp.ones([2, 3]))
        .square()
        .sum(),
    )(plain);
    expect(tree.map(numbers, gradient.params)).toEqual(tree.map(numbers, expected.params));
  });

  test('shapes are worked out without values', () => {
    expect(
      evalShape(
        grad((y: Tensor) => checkpoint(deep)(y, w).sum()),
        [2],
      ).shape,
    ).toEqual([2]);
  });
});

describe('customJvp and customGradient:', () => {
  // Three times the true derivative.
  const tripled = () => customJvp((x: Tensor) => x.mul(x)).defjvp(([x], [dx]) => [x.mul(x), x.mul(6).mul(dx)]);

  test('the rule serves derivatives of both modes, twice too', () => {
    const f = tripled();
    expect(number(f(scalar(5)))).toBe(25);
    expect(number(jvp(f, [scalar(5)], [scalar(2)])[1])).toBe(60);
    expect(number(grad((x: Tensor) => f(x))(scalar(5)))).toBe(30);
    expect(number(hessian((x: Tensor) => f(x))(scalar(5)))).toBe(6);
  });

  test('of several arguments and trees', () => {
    const f = customJvp((p: { a: Tensor }, y: Tensor) => p.a.mul(y));
    f.defjvp(([p, y], [dp, dy]) => [p.a.mul(y), dp.a.mul(y).add(p.a.mul(dy).mul(10))]);
    const [da, dy] = grad((p: { a: Tensor }, y: Tensor) => f(p, y), { argnums: [0, 1] })({ a: scalar(2) }, scalar(3));
    expect([number(da.a), number(dy)]).toEqual([3, 20]);
  });

  test('a function that gives its own gradient', () => {
    const f = customGradient((x: Tensor, y: Tensor) => [x.mul(y), (g: Tensor) => [g.mul(100), g.mul(y)]] as const);
    expect(grad((x: Tensor, y: Tensor) => f(x, y), { argnums: [0, 1] })(scalar(2), scalar(3)).map(number)).toEqual([
      100, 3,
    ]);
    const one = customGradient((x: Tensor) => [x.exp(), (g: Tensor) => g.mul(7)] as const);
    expect(number(grad((x: Tensor) => one(x))(scalar(0)))).toBe(7);
  });

  test('a missing or wrong rule is an error', () => {
    expect(() => customJvp(square)(scalar(1))).toThrow(/square has no rule yet.*defjvp\(rule\)/);
    expect(() => customJvp(square).defjvp(3 as never)).toThrow(/defjvp takes a function/);
    const f = customJvp(square).defjvp((() => 3) as never);
    expect(() => grad((x: Tensor) => f(x))(scalar(1))).toThrow(/must return \[output, tangent\], got number/);
  });
});

describe('what is kept for the way back:', () => {
  const layers = 30;
  const size = 50_000;
  const deep = (x: Tensor) => {
    let y = x;
    for (let i = 0; i < layers; i++) y = y.sin();
    return y;
  };

  /** Bytes that stay alive between the way there and the way back. */
  async function bytesHeld(f: (x: Tensor) => Tensor): Promise<number> {
    const x = jnp.ones([size]);
    const before = await collected();
    const [y, back] = vjp(f, x);
    const held = (await collected()) - before;
    expect(numbers(back(jnp.onesLike(y))[0].slice(0, 1))[0]).toBeGreaterThan(0);
    return held;
  }

  async function collected(): Promise<number> {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    for (let i = 0; i < 3; i++) {
      gc();
      // Finalizers run when the thread is free.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return memory().bytes;
  }

  test('a checkpoint keeps its arguments only', async () => {
    const plain = await bytesHeld(deep);
    const checkpointed = await bytesHeld(checkpoint(deep));
    // Without it the input of each layer is kept; with it, at most the argument and the output.
    expect(plain).toBeGreaterThan(layers * size * 4 * 0.9);
    expect(checkpointed).toBeLessThan(3 * size * 4);
  });

  test('the gradient of a loop frees cotangents on its way', () => {
    const x = jnp.ones([size]);
    const { state } = tf.engine();
    const before = state.numBytes;
    grad((y: Tensor) => deep(y).sum())(x);
    // The argument's alias, the outputs of the layers, which are the user's, and the gradient.
    expect(state.numBytes - before).toBeLessThan((layers + 4) * size * 4);
  });
});

describe('state and keys of modules:', () => {
  const Counter = nn.module(
    class Counter extends nn.Module {
      apply(x: Tensor): Tensor {
        const sum = this.state('sum', [], nn.initializers.zeros);
        sum.value = sum.value.add(x.sum());
        return x.mul(x).sum();
      }
    },
  );
  const [, state] = nn.stateful(() => Counter.init(random.PRNGKey(0), jnp.ones([2])));
  const x = jnp.array([1, 2]);
  const transformed: [string, (f: (y: Tensor) => Tensor) => unknown][] = [
    ['grad', (f) => grad(f)(x)],
    ['vjp', (f) => vjp(f, x)],
    ['jvp', (f) => jvp(f, [x], [x])],
    ['linearize', (f) => linearize(f, x)],
    ['jacrev', (f) => jacrev(f)(x)],
    ['jacfwd', (f) => jacfwd(f)(x)],
    ['hessian', (f) => hessian(f)(x)],
    ['checkpoint', (f) => grad((y: Tensor) => checkpoint(f)(y))(x)],
  ];

  test.each(transformed)('state changes inside a function under %s when nn.stateful is inside too', (_, run) => {
    run((y) => nn.stateful(state, () => Counter.call({}, y))[0]);
  });

  test.each(transformed)('state from outside does not change under %s', (name, run) => {
    const crossing = () => nn.stateful(state, () => run((y) => Counter.call({}, y)));
    expect(crossing).toThrow(/State cannot be changed here: its collection became mutable outside of/);
    expect(crossing).toThrow(name === 'hessian' || name === 'checkpoint' ? /outside of/ : `outside of ${name},`);
  });

  test('dropout in a checkpoint drops the same on the way back', () => {
    const f = (y: Tensor) => nn.dropout(y, 0.5).exp();
    const gradientOf = (g: typeof f) => {
      return numbers(nn.stochastic(random.PRNGKey(0), () => grad((y: Tensor) => g(y).sum())(jnp.ones([20]))));
    };
    expect(gradientOf(checkpoint(f))).toEqual(gradientOf(f));
  });
});
