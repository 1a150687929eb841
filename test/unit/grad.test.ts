/** grad and valueAndGrad: what they take, give, refuse and leave behind. Values of kernels' gradients are in test/parity. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  evalShape,
  grad,
  jnp,
  lax,
  memory,
  nn,
  random,
  type Tensor,
  tree,
  valueAndGrad,
} from '../../runtime/src/index';
import { tf } from './tfjs';

const numbers = (x: Tensor) => [...x.dataSync()];
const number = (x: Tensor) => x.dataSync()[0] as number;
const scalar = (value: number) => jnp.asarray(value);
const square = (x: Tensor) => x.mul(x).sum();

describe('argnums:', () => {
  const f = (a: Tensor, b: Tensor, c: Tensor) => a.mul(b).add(b.mul(c)).sum();
  const args = () => [scalar(2), scalar(3), scalar(5)] as const;
  const by = (argnums: number | number[]) => grad(f, { argnums })(...args());

  test('the first argument by default', () => {
    expect(number(grad(f)(...args()))).toBe(3);
  });

  test('one number gives one gradient, several a list in their order', () => {
    expect(number(by(1))).toBe(7);
    expect(by([2, 0, 1]).map(number)).toEqual([3, 3, 7]);
    expect(by([1]).map(number)).toEqual([7]);
  });

  test('negative ones count from the end', () => {
    expect(number(by(-1))).toBe(3);
    expect(by([-2, 0]).map(number)).toEqual([7, 3]);
  });

  test('what is not an argument is an error', () => {
    expect(() => by(3)).toThrow(/argument 3 was asked for, but there are 3: 0 is the first, -1 the last/);
    expect(() => by(-4)).toThrow(/argument -4 was asked for/);
    expect(() => by(0.5)).toThrow(/argument 0\.5/);
    expect(() => by([1, -2])).toThrow(/argument -2 was asked for twice/);
  });

  test('the other arguments may be anything', () => {
    const g = grad((x: Tensor, { power }: { power: number }, name: string) => jnp.power(x, power).mul(name.length));
    expect(number(g(scalar(3), { power: 2 }, 'ab'))).toBe(12);
  });
});

describe('pytrees:', () => {
  test('the gradient has the form of the argument', () => {
    const params = { b: [scalar(1), { c: scalar(2) }], a: scalar(3) } as const;
    const gradient = grad((p: typeof params) => p.a.mul(p.b[0]).add(p.b[1].c.square()))(params);
    expect(tree.map(number, gradient)).toEqual({ a: 1, b: [3, { c: 4 }] });
  });

  test('numbers are leaves', () => {
    const gradient = grad((p: { w: number }) => jnp.multiply(p.w, p.w))({ w: 3 });
    expect(number(gradient.w as unknown as Tensor)).toBe(6);
    expect(number(grad((x: number) => jnp.multiply(x, 2))(4) as unknown as Tensor)).toBe(2);
  });

  test('null and empty containers stay', () => {
    const gradient = grad((p: { w: Tensor; b: null; rest: never[] }) => square(p.w))({
      w: scalar(3),
      b: null,
      rest: [],
    });
    expect(number(gradient.w)).toBe(6);
    expect([gradient.b, gradient.rest]).toEqual([null, []]);
  });

  test('a tensor that stands in the tree twice has a gradient at each place', () => {
    const x = scalar(3);
    const [first, second] = grad(([a, b]: [Tensor, Tensor]) => a.mul(a).mul(b))([x, x]);
    expect([number(first), number(second)]).toEqual([18, 9]);
  });

  test('a tensor given as two arguments too', () => {
    const x = scalar(3);
    const gradients = grad((a: Tensor, b: Tensor) => a.mul(b).mul(b), { argnums: [0, 1] })(x, x) as Tensor[];
    expect(gradients.map(number)).toEqual([9, 18]);
  });

  test('leaves that the value does not depend on get zeros of their shape', () => {
    const unused = { used: scalar(2), unused: jnp.ones([2, 3]), rounded: scalar(2.5), stopped: jnp.ones([2]) };
    const gradient = grad((p: typeof unused) => {
      const whole = p.rounded.cast('int32').cast('float32');
      return p.used.mul(whole).add(lax.stopGradient(p.stopped).sum());
    })(unused);
    expect(number(gradient.used)).toBe(2);
    expect(gradient.unused.shape).toEqual([2, 3]);
    expect(numbers(gradient.unused)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...numbers(gradient.rounded), ...numbers(gradient.stopped)]).toEqual([0, 0, 0]);
  });

  test('the gradient of a Model is a Model', () => {
    const module = nn.Dense.partial({ features: 1 });
    const model = nn.Model(module, module.init(random.PRNGKey(0), jnp.ones([1, 2]))[1]);
    const gradient = grad((m: typeof model, x: Tensor) => m(x).sum())(model, jnp.array([[2, 3]]));
    expect(tree.map(numbers, gradient.params)).toEqual({ bias: [1], kernel: [2, 3] });
    expect(numbers(gradient(jnp.array([[1, 1]])))).toEqual([6]);
  });
});

describe('constants:', () => {
  test('a tensor of the closure is one, even the one that is the argument', () => {
    const x = scalar(3);
    expect(number(grad((y: Tensor) => y.mul(x))(x))).toBe(3);
  });

  test('a function that ignores its argument has gradient 0', () => {
    expect(number(grad((_: Tensor) => scalar(5))(scalar(2)))).toBe(0);
    expect(number(grad(((_: Tensor) => 5) as unknown as (x: Tensor) => Tensor)(scalar(2)))).toBe(0);
  });

  test('the identity has gradient 1', () => {
    expect(number(grad((x: Tensor) => x)(scalar(2)))).toBe(1);
  });
});

describe('value and aux:', () => {
  test('the value comes with the gradient', () => {
    const [value, gradient] = valueAndGrad(square)(jnp.array([1, 2]));
    expect(number(value)).toBe(5);
    expect(numbers(gradient)).toEqual([2, 4]);
  });

  test('aux is given back as it is: tensors, trees of them, and other things', () => {
    class Metrics {
      constructor(readonly parts: Map<string, Tensor>) {}
    }
    const loss = (x: Tensor) => {
      const doubled = x.mul(2);
      const aux = { doubled, list: [x.add(1), 'text'], metrics: new Metrics(new Map([['m', x.mul(3)]])), none: null };
      return [square(doubled), aux] as const;
    };
    const [[value, aux], gradient] = valueAndGrad(loss, { hasAux: true })(jnp.array([1, 2]));
    expect(number(value)).toBe(20);
    expect(numbers(gradient)).toEqual([8, 16]);
    expect(numbers(aux.doubled)).toEqual([2, 4]);
    expect(numbers(aux.list[0] as Tensor)).toEqual([2, 3]);
    expect(numbers(aux.metrics.parts.get('m') as Tensor)).toEqual([3, 6]);
    expect(aux.none).toBeNull();
  });

  test('grad gives [gradient, aux]', () => {
    const [gradient, aux] = grad((x: Tensor) => [square(x), x.shape] as const, { hasAux: true })(jnp.array([1, 2]));
    expect(numbers(gradient)).toEqual([2, 4]);
    expect(aux).toEqual([2]);
  });

  test('what the function kept stays usable', () => {
    const kept: Tensor[] = [];
    const x = jnp.array([1, 2]);
    const gradient = grad((y: Tensor) => {
      const doubled = y.mul(2);
      kept.push(y, doubled, doubled.exp());
      return square(doubled);
    })(x);
    expect(kept.slice(0, 2).map(numbers)).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(numbers((kept[2] as Tensor).log())).toEqual([2, expect.closeTo(4, 5)]);
    expect([numbers(x), numbers(gradient)]).toEqual([
      [1, 2],
      [8, 16],
    ]);
  });
});

describe('gradients of gradients:', () => {
  const derivative = (f: (x: Tensor) => Tensor, order: number): ((x: Tensor) => Tensor) =>
    order === 0 ? f : derivative(grad(f), order - 1);
  const at = (f: (x: Tensor) => Tensor, order: number, x: number) => number(derivative(f, order)(scalar(x)));

  test('of polynomials', () => {
    const f = (x: Tensor) => x.mul(x).mul(x).mul(x).add(x.mul(3));
    expect([0, 1, 2, 3, 4, 5].map((order) => at(f, order, 2))).toEqual([22, 35, 48, 48, 24, 0]);
    const power = (x: Tensor) => jnp.power(x, 3);
    expect([1, 2, 3].map((order) => at(power, order, 2))).toEqual([12, 12, 6]);
  });

  test('of sin, exp, log and tanh', () => {
    for (const [order, expected] of [Math.cos(0.5), -Math.sin(0.5), -Math.cos(0.5), Math.sin(0.5)].entries()) {
      expect(at((x) => x.sin(), order + 1, 0.5)).toBeCloseTo(expected, 5);
    }
    for (const order of [1, 2, 3]) expect(at((x) => x.mul(2).exp(), order, 0.5)).toBeCloseTo(2 ** order * Math.E, 4);
    expect(at((x) => x.log(), 3, 2)).toBeCloseTo(2 / 8, 5);
    const t = Math.tanh(0.5);
    expect(at((x) => x.tanh(), 2, 0.5)).toBeCloseTo(-2 * t * (1 - t * t), 5);
    expect(at((x) => x.tanh(), 3, 0.5)).toBeCloseTo((6 * t * t - 2) * (1 - t * t), 5);
  });

  test('of matrix products', () => {
    const a = jnp.array([
      [1, 2],
      [3, 4],
    ]);
    // f = sum((a x)^2); its gradient is 2 aᵀ a x, the gradient of that one's sum 2 aᵀ a 1.
    const f = (x: Tensor) => square(a.matMul(x));
    const x = jnp.array([[1], [-1]]);
    expect(numbers(grad(f)(x))).toEqual([-8, -12]);
    expect(numbers(grad((y: Tensor) => grad(f)(y).sum())(x))).toEqual([48, 68]);
  });

  test('a Hessian by rows', () => {
    const f = (x: Tensor) =>
      x
        .slice([0], [1])
        .mul(x.slice([1], [1]).square())
        .sum();
    const row = (i: number) => numbers(grad((x: Tensor) => grad(f)(x).slice([i], [1]).sum())(jnp.array([2, 3])));
    expect([row(0), row(1)]).toEqual([
      [0, 6],
      [6, 4],
    ]);
  });

  test('with respect to different variables: no perturbation is confused with another', () => {
    // d/dx (x * d/dy (x * y)) = 2x; counting dy for dx would give 1.
    const f = (x: Tensor) => x.mul(grad((y: Tensor) => x.mul(y))(scalar(5)));
    expect(number(grad(f)(scalar(3)))).toBe(6);
  });

  test('through the value of an inner valueAndGrad', () => {
    const f = (x: Tensor) => {
      const [value, gradient] = valueAndGrad((y: Tensor) => y.mul(y).mul(y))(x);
      return value.add(gradient);
    };
    expect(number(grad(f)(scalar(2)))).toBe(24);
  });
});

describe('inside a module:', () => {
  const Potential = nn.module(
    class Potential extends nn.Module {
      apply(x: Tensor): Tensor {
        const w = this.param('w', [], nn.initializers.ones);
        return grad((y: Tensor) => y.mul(y).mul(w).sum())(x);
      }
    },
  );

  test("grad in a module's apply, and the gradient of that", () => {
    const x = jnp.array([1, 2]);
    const [force, params] = Potential.init(random.PRNGKey(0), x);
    expect(numbers(force)).toEqual([2, 4]);
    const model = nn.Model(Potential, params);
    expect(number(grad((m: typeof model) => m(x).sum())(model).params.w)).toBe(6);
    expect(evalShape((v: Tensor) => model(v), [7]).shape).toEqual([7]);
  });

  test('parameters may be made inside a gradient', () => {
    const f = (x: Tensor) => Potential.init(random.PRNGKey(0), x)[0].sum();
    expect(numbers(grad(f)(jnp.array([1, 2])))).toEqual([2, 2]);
  });
});

describe('errors:', () => {
  const of = (f: (x: Tensor) => unknown, x: unknown = jnp.array([1, 2])) => {
    return () => grad(f as (x: Tensor) => Tensor)(x as Tensor);
  };

  test.each<[string, () => unknown, RegExp]>([
    [
      'an output that is no scalar',
      of((x) => x.mul(2)),
      /float32 scalar output, got f32\[2\].*\.mean\(\) or \.sum\(\)/,
    ],
    ['a whole number as output', of((x) => x.sum().cast('int32')), /float32 scalar output, got i32\[\]/],
    ['no output', of(() => undefined), /must return a scalar, got nothing/],
    ['another output', of((x) => [x.sum()]), /must return a scalar, got an array/],
    ['a leaf of whole numbers', of(square, jnp.array([1, 2], 'int32')), /argument 0 .*got i32\[2\]\. Give what is not/],
    ['one inside a tree', of(square, { a: [scalar(1), jnp.ones([2], 'bool')] }), /got bool\[2\] at \/a\/1/],
    ['a string', of(square, { a: 'x' }), /got string at \/a/],
    ['a boolean', of(square, true), /got boolean/],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
  });

  test('no arguments', () => {
    expect(() => (grad(square) as () => unknown)()).toThrow(/argument 0 was asked for, but there are 0/);
  });

  test('with hasAux, no pair', () => {
    const run = (f: (x: Tensor) => unknown) => () =>
      grad(f as (x: Tensor) => readonly [Tensor, unknown], { hasAux: true })(scalar(1));
    expect(run((x) => x)).toThrow(/must return \[value, aux\], got f32\[\]/);
    expect(run((x) => [x])).toThrow(/got an array of 1/);
    expect(run(() => undefined)).toThrow(/got nothing/);
  });

  test('an async function, whose own failure is not reported a second time', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const later = async () => {
      await Promise.resolve();
      throw new Error('later');
    };
    expect(of(later)).toThrow(/grad: the function returned a promise.*Await what is asynchronous before/);
    expect(() => grad(later as never, { hasAux: true })(scalar(1) as never)).toThrow(/returned a promise/);
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('what the function throws comes out, and leaves the tape clean', () => {
    const failing = of((x) => {
      square(x.mul(2));
      throw new RangeError('mine');
    });
    const { state } = tf.engine();
    const kept = state.numTensors;
    for (let i = 0; i < 3; i++) expect(failing).toThrow(new RangeError('mine'));
    // Each time the argument, its alias, the double and its square and sum; what the tape saved for the way back is gone.
    expect(state.numTensors - kept).toBeLessThanOrEqual(3 * 5);
    expect([state.activeTape, state.gradientDepth]).toEqual([null, 0]);
    expect(numbers(grad(square)(jnp.array([1, 2])))).toEqual([2, 4]);
  });

  test('an inner gradient that fails leaves the outer one as it is', () => {
    const f = (x: Tensor) => {
      expect(() => grad((y: Tensor) => y.mul(2))(x)).toThrow(/scalar output/);
      return square(x);
    };
    expect(numbers(grad(f)(jnp.array([1, 2])))).toEqual([2, 4]);
  });
});

/** Collects garbage until nothing more is freed. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) gc();
}

test('2,000 steps leave no tensors behind', async () => {
  const module = nn.Dense.partial({ features: 3 });
  const x = random.normal(random.PRNGKey(1), [8, 4]);
  const loss = (m: typeof model) => square(nn.relu(m(x)).sub(1));
  let model = nn.Model(module, module.init(random.PRNGKey(0), x)[1]);
  const train = (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const gradient = grad(loss)(model);
      model = tree.map((p: Tensor, g: Tensor) => p.sub(g.mul(1e-3)), model, gradient);
    }
  };
  const counted = async () => {
    // Finalizers run when the thread is free.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
    return memory().tensors;
  };
  train(20);
  const before = await counted();
  train(2000);
  expect(await counted()).toBeLessThanOrEqual(before + 5);
});
