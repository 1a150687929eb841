/** Training as Flax's examples do it (imagenet: replicate, pmap, pmean, synchronized batch statistics), on two devices. */
import { describe, expect, test } from 'vitest';
import {
  commonUtils,
  config,
  grad,
  jaxUtils,
  jit,
  jnp,
  lax,
  localDeviceCount,
  nn,
  optim,
  pmap,
  random,
  type Tensor,
  tree,
  valueAndGrad,
} from '../../../runtime/src/index';

config.cpuDevices = 2;

const CLASSES = 3;
const BATCH = 8;

/** With `axisName` all devices' examples are one batch to BatchNorm. */
const netOver = (axisName: string | null) =>
  nn.module(
    class Net extends nn.Module {
      apply(x: Tensor, { train = false }: { train?: boolean } = {}) {
        const y = nn.Conv(x, { features: 4, kernelSize: [3, 3], bias: false });
        const normalized = nn.BatchNorm(y, { useRunningAverage: !train, momentum: 0.9, axisName });
        return nn.Dense(jnp.mean(nn.relu(normalized), [1, 2]), { features: CLASSES });
      }
    },
  );
const Net = netOver('batch');
const Plain = netOver(null);

type Batch = { image: Tensor; label: Tensor };
type Optimizer = ReturnType<typeof createTrainState>['optimizer'];
type State = { step: Tensor | number; optimizer: Optimizer; modelState: nn.Collection };

function createTrainState(net: typeof Net) {
  const [[, params], modelState] = nn.stateful(() => net.initByShape(random.PRNGKey(0), [[1, 6, 6, 2]]));
  const optimizer = optim.Momentum({ beta: 0.9, nesterov: true }).create(nn.Model(net, params));
  return { step: 0 as Tensor | number, optimizer, modelState };
}

const crossEntropy = (logits: Tensor, labels: Tensor) =>
  jnp.mean(jnp.sum(commonUtils.onehot(labels, CLASSES).mul(nn.logSoftmax(logits)), -1)).neg();

/** One step on a part of the batch; `across` averages over the parts. */
function trainStep(state: State, batch: Batch, across: <T>(x: T) => T) {
  const [[loss, [logits, modelState]], gradient] = valueAndGrad(
    (model: Optimizer['target']) => {
      const [logits, newState] = nn.stateful(state.modelState, () => model(batch.image, { train: true }));
      return [crossEntropy(logits, batch.label), [logits, newState]] as const;
    },
    { hasAux: true },
  )(state.optimizer.target);
  const step = jnp.asarray(state.step);
  const learningRate = jnp.minimum(step.add(1).toFloat().mul(0.1), 0.2);
  const optimizer = state.optimizer.applyGradient(across(gradient), { learningRate });
  const accuracy = jnp.mean(jnp.equal(jnp.argmax(logits, -1), batch.label).toFloat());
  const metrics = across({ loss, accuracy, learningRate });
  return [{ step: step.add(1), optimizer, modelState } as State, metrics] as const;
}

const batches = [1, 2, 3].map((seed): Batch => {
  const [a, b] = random.split(random.PRNGKey(seed)).unstack() as [Tensor, Tensor];
  return { image: random.normal(a, [BATCH, 6, 6, 2]), label: random.randint(b, [BATCH], 0, CLASSES) };
});

function expectSame(actual: unknown, expected: unknown): void {
  expect(String(tree.structure(actual))).toBe(String(tree.structure(expected)));
  tree.leaves(actual).forEach((leaf, i) => {
    const wanted = tree.leaves(expected)[i] as Tensor | number;
    const [a, b] = [leaf as Tensor, jnp.asarray(wanted)];
    expect(a.shape).toEqual(b.shape);
    // An optimizer counts with numbers until it is replicated.
    expect(a.dtype).toBe(typeof wanted === 'number' ? 'int32' : b.dtype);
    const largest = Math.max(1, b.toFloat().abs().max().arraySync() as number);
    expect(a.toFloat().sub(b.toFloat()).abs().max().arraySync()).toBeLessThan(1e-5 * largest);
  });
}

const alone = <T>(x: T): T => x;
const together = <T>(x: T): T => lax.pmean(x, 'batch');

describe('training on two devices', () => {
  test('there are two', () => {
    expect(localDeviceCount()).toBe(2);
  });

  test('is training on one with the whole batch', () => {
    let single: State = createTrainState(Plain as typeof Net);
    let replicated: State = jaxUtils.replicate(createTrainState(Net) as State);
    const step = pmap((state: State, batch: Batch) => trainStep(state, batch, together), {
      axisName: 'batch',
      donateArgnums: 0,
    });
    const expected = [];
    const deviceMetrics = [];
    for (const batch of jaxUtils.prefetchToDevice(batches.map(commonUtils.shard), 2)) {
      const [state, metrics] = step(replicated, batch);
      replicated = state;
      deviceMetrics.push(metrics);
    }
    for (const batch of batches) {
      const [state, metrics] = trainStep(single, batch, alone);
      single = state;
      expected.push(metrics);
    }
    expectSame(commonUtils.getMetrics(deviceMetrics), commonUtils.stackForest(expected));
    const { optimizer, modelState, step: count } = jaxUtils.unreplicate(replicated);
    expect((count as Tensor).arraySync()).toBe(3);
    expectSame(optimizer.target.params, single.optimizer.target.params);
    expectSame(optimizer.state, single.optimizer.state);
    expectSame(modelState.asDict(), single.modelState.asDict());
    // Every device has the same.
    for (const leaf of tree.leaves(replicated.optimizer) as Tensor[]) {
      const [first, second] = leaf.unstack() as [Tensor, Tensor];
      expect(second.sub(first).abs().max().arraySync()).toBe(0);
    }
  });

  test('batch statistics that were kept apart are averaged', () => {
    const net = Plain as typeof Net;
    let state: State = jaxUtils.replicate(createTrainState(net) as State);
    const step = pmap((s: State, batch: Batch) => trainStep(s, batch, together), { axisName: 'batch' });
    const [batch] = batches as [Batch];
    [state] = step(state, commonUtils.shard(batch));
    const average = pmap((x: unknown) => lax.pmean(x, 'x'), { axisName: 'x' });
    const synchronized = jaxUtils.unreplicate(average(state.modelState.asDict()));
    const halves = [0, 1].map((i) => {
      const half = tree.map((leaf: Tensor) => leaf.slice(i * 4, 4), batch);
      return trainStep(createTrainState(net), half, alone)[0].modelState.asDict();
    });
    expectSame(
      synchronized,
      tree.map((a: Tensor, b: Tensor) => a.add(b).div(2), halves[0] as unknown, halves[1] as unknown),
    );
  });

  test('what is not mapped is the same on both', () => {
    const { optimizer, modelState } = createTrainState(Plain as typeof Net);
    const [batch] = batches as [Batch];
    const evaluate = (model: Optimizer['target'], state: nn.Collection, image: Tensor) =>
      nn.stateful(state, () => model(image), { mutable: false })[0];
    const onDevices = pmap(evaluate, { inAxes: [null, null, 0] });
    const logits = onDevices(optimizer.target, modelState, commonUtils.shard(batch).image);
    expectSame(logits.reshape([BATCH, CLASSES]), evaluate(optimizer.target, modelState, batch.image));
  });

  test('a part runs on each device', () => {
    const step = (w: Tensor, x: Tensor) => lax.pmean(grad((v: Tensor) => v.mul(x).sum() as Tensor)(w), 'batch');
    const text = jit.trace(pmap(step, { axisName: 'batch' }))(jnp.ones([2, 3]), jnp.ones([2, 3]));
    expect(text).toMatch(/Mul .* on cpu:0/);
    expect(text).toMatch(/Mul .* on cpu:1/);
    expect(text).toMatch(/AddN.* on cpu:0/);
  });

  test('gradients that overflow on one device are not finite on any', () => {
    const scale = new optim.DynamicScale();
    const step = (w: Tensor, x: Tensor) => {
      const { dynamicScale, finite, aux, grad } = scale.valueAndGrad((v: Tensor) => v.mul(x).sum() as Tensor, {
        axisName: 'batch',
      })(w);
      return { scale: jnp.asarray(dynamicScale.scale as Tensor), finite, aux, grad };
    };
    const over = pmap(step, { axisName: 'batch' });
    const w = jnp.ones([2, 2]);
    const fine = over(w, jnp.array([[1, 2], [3, 4]])); // biome-ignore format: a matrix
    expect(fine.grad.arraySync()).toEqual([[2, 3], [2, 3]]); // biome-ignore format: a matrix
    expect(fine.finite.arraySync()).toEqual([1, 1]);
    const bad = over(w, jnp.array([[1, 2], [1e38, 4]])); // biome-ignore format: a matrix
    expect(bad.finite.arraySync()).toEqual([0, 0]);
    expect(bad.scale.arraySync()).toEqual([32768, 32768]);
  });
});
