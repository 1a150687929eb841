/** Jitted training for long, and jitted functions that are made and forgotten: memory stays where it was. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { grad, jit, jnp, lax, memory, nn, optim, random, type Tensor } from '../../../runtime/src/index';

const STEPS = 100_000;
const MB = 2 ** 20;
/** Milliseconds: half a minute on an idle machine, and no reason to fail on a busy one. */
const PATIENCE = 600_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const LinearRegression = nn.Dense.partial({ features: 1 });

test(`${STEPS} jitted steps hold live tensors and process memory flat`, { timeout: PATIENCE }, () => {
  const X = random.uniform(random.PRNGKey(0), [20, 1]);
  const Y = X.mul(2).add(1);
  const [, params] = LinearRegression.init(random.PRNGKey(2), X);
  const model = nn.Model(LinearRegression, params);
  type Model = typeof model;
  const loss = (m: Model): Tensor => jnp.mean(jnp.square(jnp.subtract(m(X), Y)));
  const first = loss(model).dataSync()[0] as number;
  let optimizer = optim.Momentum({ learningRate: 0.1, beta: 0.9 }).create(model) as unknown as optim.Optimizer<Model>;
  const step = jit((o: typeof optimizer) => o.applyGradient(grad(loss)(o.target)) as typeof optimizer);
  const tensors: number[] = [];
  const rss: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    let most = 0;
    for (let i = 0; i < STEPS / 10; i++) {
      optimizer = step(optimizer);
      most = Math.max(most, memory().tensors);
    }
    tensors.push(most);
    rss.push(process.memoryUsage.rss());
  }
  expect((optimizer.state.step as unknown as Tensor).arraySync()).toBe(STEPS);
  expect(loss(optimizer.target).dataSync()[0]).toBeLessThan(first / 100);
  expect(jit.explain(step)).toMatch(/recorded (once|2 times)/);
  // A step gives five tensors that nothing frees by name.
  expect(Math.max(...tensors)).toBeLessThan(STEPS / 2);
  expect(Math.max(...tensors.slice(5))).toBeLessThan(1.5 * Math.max(...tensors.slice(0, 5)));
  expect(Math.max(...rss.slice(2)) - Math.max(...rss.slice(0, 2))).toBeLessThan(50 * MB);
});

test('jitted functions that are forgotten leave TensorFlow', { timeout: PATIENCE }, async () => {
  const before = memory().functions;
  const make = (i: number) => {
    const f = jit((x: Tensor) => lax.foriLoop(0, 2, (_, v: Tensor) => v.mul(i) as Tensor, x), { compiler: 'graph' });
    return f(jnp.array(1)).arraySync();
  };
  for (let i = 0; i < 50; i++) expect(make(i)).toBe(i * i);
  // The function, and its loop's condition and body.
  expect(memory().functions).toBeGreaterThan(before);
  for (let i = 0; i < 20 && memory().functions > before; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(memory().functions).toBeLessThanOrEqual(before);
});
