/** The guided tour's cells, in TypeScript, against the same cells in Python (test/golden/tour.flax0.1.0.*). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  config,
  grad,
  jnp,
  nn,
  optim,
  random,
  ShapeDtypeStruct,
  serialization,
  type Tensor,
  tree,
  valueAndGrad,
} from '../../runtime/src/index';
import { array, expectClose, golden, type Tolerance } from './golden';
import { expectTreeClose } from './trees';

type Entry = Record<string, unknown>;

const PARAMS: Tolerance = { ofLargest: 1e-6 };
const OUTPUTS: Tolerance = { ofLargest: 1e-5 };

interface DenseOptions {
  features: number;
  kernelInit?: nn.Initializer;
  biasInit?: nn.Initializer;
}

const Dense = nn.module(
  class Dense extends nn.Module {
    apply(
      x: Tensor,
      { features, kernelInit = nn.initializers.lecunNormal(), biasInit = nn.initializers.zeros }: DenseOptions,
    ): Tensor {
      const kernel = this.param('kernel', [x.shape.at(-1) as number, features], kernelInit);
      const bias = this.param('bias', [features], biasInit);
      return jnp.add(jnp.dot(x, kernel), bias);
    }
  },
);

interface MLPOptions {
  hiddenFeatures: number;
  outputFeatures: number;
  activationFn: (x: Tensor) => Tensor;
}

const MLP = nn.module(
  class MLP extends nn.Module {
    apply(x: Tensor, { hiddenFeatures, outputFeatures, activationFn }: MLPOptions): Tensor {
      const z = Dense(x, { features: hiddenFeatures });
      return Dense(activationFn(z), { features: outputFeatures });
    }
  },
);

const NamedMLP = nn.module(
  class NamedMLP extends nn.Module {
    apply(x: Tensor, { hiddenFeatures, outputFeatures, activationFn }: MLPOptions): Tensor {
      const z = Dense(x, { features: hiddenFeatures, name: 'hidden' });
      return Dense(activationFn(z), { features: outputFeatures, name: 'out' });
    }
  },
);

const SimpleRNN = nn.module(
  class SimpleRNN extends nn.Module {
    apply(x: Tensor, { iterations = 3 }: { iterations?: number } = {}): Tensor[] {
      const features = x.shape.at(-1) as number;
      const cell = Dense.shared({ features, kernelInit: nn.initializers.orthogonal(), name: 'cell' });
      const outputs: Tensor[] = [];
      let y = x;
      for (let i = 0; i < iterations; i++) {
        y = cell(y);
        outputs.push(y);
      }
      return outputs;
    }
  },
);

const LinearRegression = nn.module(
  class LinearRegression extends nn.Module {
    apply(x: Tensor): Tensor {
      return jnp.squeeze(nn.Dense(jnp.expandDims(x, -1), { features: 1 }), -1);
    }
  },
);

/** What Flax wrote in the tour's serialization cell. */
const trainState = (part: string) =>
  serialization.msgpackRestore(
    readFileSync(path.join(import.meta.dirname, `../golden/tour_state.flax0.1.0.${part}.msgpack`)),
  );

const shapesOf = (params: unknown) => tree.map(jnp.shape, params as nn.Params);

describe.each([
  ['part1', true],
  ['part0', false],
] as const)('%s:', (part, partitionable) => {
  beforeAll(() => {
    config.threefryPartitionable = partitionable;
  });
  afterAll(() => {
    config.threefryPartitionable = true;
  });

  const tour = golden<Record<string, Entry>>(`tour.flax0.1.0.${part}.json`);
  const cell = (name: string) => tour[name] as Entry;
  const key = (seed: number) => random.PRNGKey(seed);
  const x = () => jnp.ones([1, 2]);

  test('a dense layer in plain functions', () => {
    const { lecunNormal, zeros } = nn.initializers;
    const denseInit = (rng: Tensor, inFeatures: number, outFeatures: number) => {
      const [k1, k2] = random.split(rng) as unknown as [Tensor, Tensor];
      return [lecunNormal()(k1, [inFeatures, outFeatures]), zeros(k2, [outFeatures])] as [Tensor, Tensor];
    };
    const denseApply = ([kernel, bias]: [Tensor, Tensor], inputs: Tensor) => jnp.add(jnp.dot(inputs, kernel), bias);
    const params = denseInit(key(0), 2, 4);
    const loss = (p: [Tensor, Tensor], inputs: Tensor) => jnp.mean(jnp.power(denseApply(p, inputs), 2));

    expectClose(random.split(key(0)), cell('plain_jax').split_keys);
    expectTreeClose(params, cell('plain_jax').params, PARAMS);
    expectClose(denseApply(params, x()), cell('plain_jax').y, OUTPUTS);
    expectTreeClose(grad(loss)(params, x()), cell('plain_jax').grad, OUTPUTS);
  });

  test('Dense: init, call, partial', () => {
    const [y, params] = Dense.init(key(0), x(), { features: 4 });
    expectClose(y, cell('dense').y, OUTPUTS);
    expectTreeClose(params, cell('dense').params, PARAMS);
    expectClose(Dense.call(params, x(), { features: 4 }), cell('dense').call, OUTPUTS);
    const module = Dense.partial({ features: 4 });
    const [, ofPartial] = module.init(key(0), x());
    expectClose(module.call(ofPartial, x()), cell('dense').partial_call, OUTPUTS);
  });

  test.each([
    ['mlp', MLP],
    ['named_mlp', NamedMLP],
  ] as const)('%s: submodules and their names', (name, module) => {
    const relu = (v: Tensor) => jnp.maximum(0, v);
    const [y, params] = module.partial({ hiddenFeatures: 8, outputFeatures: 4, activationFn: relu }).init(key(0), x());
    expectClose(y, cell(name).y, OUTPUTS);
    expectTreeClose(params, cell(name).params, PARAMS);
    expect(shapesOf(params)).toEqual(cell(name).shapes);
  });

  test('SimpleRNN: shared parameters', () => {
    const [ys, params] = SimpleRNN.init(key(0), x());
    expectTreeClose(ys, cell('simple_rnn').ys, OUTPUTS);
    expectTreeClose(params, cell('simple_rnn').params, PARAMS);
    expect(shapesOf(params)).toEqual(cell('simple_rnn').shapes);
  });

  test('SimpleRNN: init by shape', () => {
    const [outSpec, params] = SimpleRNN.initByShape(key(0), [[1, 2]]);
    const expected = (cell('simple_rnn_by_shape').out_spec as { spec: { shape: number[]; dtype: 'float32' } }[]).map(
      ({ spec }) => new ShapeDtypeStruct(spec.shape, spec.dtype),
    );
    expect(outSpec).toEqual(expected);
    expectTreeClose(params, cell('simple_rnn_by_shape').params, PARAMS);
    expect(shapesOf(params)).toEqual(cell('simple_rnn_by_shape').shapes);
  });

  test('Model: call, replace, gradient', () => {
    const module = Dense.partial({ features: 4 });
    const [, params] = module.init(key(0), x());
    const model = nn.Model(module, params);
    const biased = model.replace({ params: { ...model.params, bias: jnp.add(model.params.bias, 1) } });
    const gradient = grad((m: typeof model) => jnp.mean(jnp.power(m(x()), 2)))(model);

    expect(shapesOf(model.params)).toEqual(cell('model').shapes);
    expectTreeClose(model.params, cell('model').params, PARAMS);
    expectClose(model(x()), cell('model').y, OUTPUTS);
    expectTreeClose(biased.params, cell('model').biased_params, PARAMS);
    expectClose(biased(x()), cell('model').biased_y, OUTPUTS);
    expectTreeClose(gradient.params, cell('model').grad_params, OUTPUTS);
  });

  describe('linear regression:', () => {
    const line = (v: Tensor) => jnp.multiply(2, v);
    const data = () => {
      const [rng, key1, key2] = random.split(key(0), 3) as unknown as [Tensor, Tensor, Tensor];
      const X = random.uniform(key1, [30], { minval: -5, maxval: 5 });
      const Y = jnp.add(line(X), random.normal(key2, [30]));
      return { rng, key1, key2, X, Y, x: jnp.linspace(-5, 5) };
    };
    const initialized = () => {
      const { rng, ...rest } = data();
      const [, paramsKey] = random.split(rng) as unknown as [Tensor, Tensor];
      const [, params] = LinearRegression.init(paramsKey, rest.X);
      return { ...rest, paramsKey, model: nn.Model(LinearRegression, params) };
    };
    const keyData = (words: unknown) => ({ dtype: 'uint32', shape: [2], data: words });

    test('the data', () => {
      const { rng, key1, key2, X, Y, x: points } = data();
      const expected = cell('regression_data');
      expectClose(rng, keyData(expected.rng));
      expectClose(key1, keyData(expected.key1));
      expectClose(key2, keyData(expected.key2));
      expectClose(points, expected.x, { ulps: 1, absolute: 1e-6 });
      expectClose(line(points), expected.fx, { ulps: 1, absolute: 1e-6 });
      expectClose(X, expected.X);
      expectClose(Y, expected.Y, { ulps: 1 });
    });

    test('the model before training', () => {
      const { paramsKey, model, x: points } = initialized();
      const expected = cell('regression_init');
      expectClose(paramsKey, keyData(expected.key));
      expectTreeClose(model.params, expected.params, PARAMS);
      expectClose(model(points), expected.untrained_line, OUTPUTS);
    });

    test('100 steps with Momentum', () => {
      const { model, X, Y, x: points } = initialized();
      const expected = cell('regression_momentum');
      const lossFn = (m: typeof model) => jnp.mean(jnp.square(jnp.subtract(Y, m(X))));
      const losses: number[] = [];
      const kernels: number[] = [];
      const biases: number[] = [];
      let optimizer = optim.Momentum({ learningRate: 0.1, beta: 0.9 }).create(model);
      for (let step = 0; step < 100; step++) {
        const [loss, gradient] = valueAndGrad(lossFn)(optimizer.target);
        optimizer = optimizer.applyGradient(gradient);
        const { kernel, bias } = optimizer.target.params.Dense_0;
        losses.push(loss.dataSync()[0] as number);
        kernels.push(kernel.dataSync()[0]);
        biases.push(bias.dataSync()[0]);
      }
      // The recorded trainings, step by step and jitted, differ from exact arithmetic by this much.
      const trained: Tolerance = { ofLargest: 1e-5 };
      expectClose(losses, expected.losses, trained);
      expectClose(kernels, expected.kernel_after_step, trained);
      expectClose(biases, expected.bias_after_step, trained);
      expectTreeClose(optimizer.target.params, expected.final_params, trained);
      expectClose(optimizer.target(points), expected.trained_line, trained);
      expect(array(losses.at(-1)).data[0]).toBeCloseTo(expected.final_loss_printed as number, 5);

      const { target, state } = (trainState(part) as { optimizer: { target: nn.Params; state: nn.Params } }).optimizer;
      expectTreeClose(optimizer.target.params, tree.map(array, target.params), trained);
      expect(optimizer.state.step).toBe(state.step);
    });
  });
});
