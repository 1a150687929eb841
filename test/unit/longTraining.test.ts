/**
 * The guided tour's linear regression, trained for long as a user writes it: no tidy, no dispose, no await. What a step
 * drops is freed by the minor collections that follow, so memory stays where it was.
 */
import { describe, expect, test } from 'vitest';
import { grad, jnp, memory, nn, optim, random, type Tensor } from '../../runtime/src/index';

const STEPS = 10_000;
const MB = 2 ** 20;
/** Milliseconds: seconds on an idle machine, and no reason to fail on a busy one. */
const PATIENCE = 300_000;

const LinearRegression = nn.Dense.partial({ features: 1 });

function problem() {
  const X = random.uniform(random.PRNGKey(0), [20, 1]);
  const Y = X.mul(2)
    .add(1)
    .add(random.normal(random.PRNGKey(1), [20, 1]).mul(0.01));
  const [, params] = LinearRegression.init(random.PRNGKey(2), X);
  return { X, Y, model: nn.Model(LinearRegression, params) };
}

/** Runs the steps; live tensors and process memory (bytes) at most, in each tenth. */
function measured(step: (i: number) => void): { tensors: number[]; rss: number[] } {
  const tensors: number[] = [];
  const rss: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    let most = 0;
    for (let i = 0; i < STEPS / 10; i++) {
      step(tenth * (STEPS / 10) + i);
      most = Math.max(most, memory().tensors);
    }
    tensors.push(most);
    rss.push(process.memoryUsage.rss());
  }
  return { tensors, rss };
}

type Model = ReturnType<typeof problem>['model'];

describe.each([
  ['Momentum', optim.Momentum({ learningRate: 0.1, beta: 0.9 })],
  [
    'an Adam for each kind of parameter',
    optim.MultiOptimizer(
      [optim.ModelParamTraversal((path) => path.includes('kernel')), optim.Adam({ learningRate: 0.01 })],
      [optim.ModelParamTraversal((path) => path.includes('bias')), optim.Adam({ learningRate: 0.01 })],
    ),
  ],
] as [string, { create(model: Model): optim.Optimizer<Model> }][])('%s', (_, definition) => {
  test(`${STEPS} steps hold live tensors and process memory flat`, { timeout: PATIENCE }, () => {
    const { X, Y, model } = problem();
    let optimizer = definition.create(model);
    const loss = (m: Model): Tensor => jnp.mean(jnp.square(jnp.subtract(m(X), Y)));
    const first = loss(optimizer.target);
    const { tensors, rss } = measured(() => {
      optimizer = optimizer.applyGradient(grad(loss)(optimizer.target));
    });
    expect(optimizer.state.step).toBe(STEPS);
    expect(loss(optimizer.target).dataSync()[0]).toBeLessThan((first.dataSync()[0] as number) / 100);
    // A step makes more than ten tensors that nothing frees by name.
    expect(Math.max(...tensors)).toBeLessThan(STEPS);
    expect(Math.max(...tensors.slice(5))).toBeLessThan(1.5 * Math.max(...tensors.slice(0, 5)));
    expect(Math.max(...rss.slice(2)) - Math.max(...rss.slice(0, 2))).toBeLessThan(50 * MB);
  });
});

test('a loop that drops what ops give holds few tensors', () => {
  const [x, half] = [jnp.ones([4]), jnp.asarray(0.5)];
  const { tensors, rss } = measured(() => {
    for (let i = 0; i < 10; i++) x.mul(half);
  });
  expect(Math.max(...tensors)).toBeLessThan(3 * STEPS);
  expect(Math.max(...rss.slice(2)) - Math.max(...rss.slice(0, 2))).toBeLessThan(50 * MB);
});
