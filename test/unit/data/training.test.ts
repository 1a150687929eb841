import { expect, test } from 'vitest';
import { data, jnp, nn, optim, random, serialization, type Tensor, valueAndGrad } from '../../../runtime/src/index';

const key = random.PRNGKey(7);
const arrays = { x: random.normal(key, [50, 3]), y: random.normal(random.foldIn(key, 1), [50, 1]) };
const Regression = nn.module(
  class Regression extends nn.Module {
    apply(x: Tensor) {
      return nn.Dense(x, { features: 1 });
    }
  },
);
const [, params] = Regression.initByShape(key, [[1, 3]]);
const start = optim.Adam({ learningRate: 0.1 }).create(nn.Model(Regression, params));

function step(optimizer: typeof start, { x, y }: { x: Tensor; y: Tensor }): typeof start {
  const [, gradient] = valueAndGrad((model: (typeof start)['target']) => jnp.mean(jnp.square(model(x).sub(y))))(
    optimizer.target,
  );
  return optimizer.applyGradient(gradient);
}

test('training continues bit for bit from a checkpoint and the state of its pipeline', async () => {
  const make = () => data.from(data.batches(arrays, { size: 8, key, epochs: 3 })).prefetch(2);
  let whole = start;
  let kept: { bytes: Uint8Array; state: string } | undefined;
  const batches = make().iterator();
  for await (const batch of batches) {
    whole = step(whole, batch);
    if (batches.progress().position === 10) {
      kept = { bytes: serialization.toBytes(whole), state: JSON.stringify(batches.state()) };
    }
  }
  let resumed = serialization.fromBytes(start, kept?.bytes as Uint8Array);
  let steps = 0;
  for await (const batch of make().iterator(JSON.parse(kept?.state as string))) {
    resumed = step(resumed, batch);
    steps++;
  }
  expect(steps).toBe(11);
  expect(serialization.toBytes(resumed)).toEqual(serialization.toBytes(whole));
  expect(serialization.toBytes(resumed)).not.toEqual(kept?.bytes);
});
