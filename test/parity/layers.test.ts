/** Layers, pooling and activations against Flax (test/golden/layers.flax0.1.0.*). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config, grad, jnp, nn, type Tensor } from '../../runtime/src/index';
import { expectClose, golden, type Tolerance } from './golden';
import { expectTreeClose, toTensor, toTensors } from './trees';

interface Layer {
  module: string;
  hp: Record<string, unknown>;
  key: [number, number];
  inputs: unknown[];
  params: unknown;
  params2: unknown;
  y_init: unknown;
  y2: unknown;
  grad_params: unknown;
  grad_inputs: unknown[];
}

interface Pooling {
  x: unknown;
  cases: {
    fn: string;
    window: number[];
    strides: number[] | null;
    padding: 'SAME' | 'VALID';
    y: unknown;
    grad: unknown;
  }[];
}

interface Activations {
  x: unknown;
  fns: Record<string, { x?: unknown; y: unknown; grad?: unknown; y_axis0?: unknown }>;
}

type Layers = { pooling: Pooling; activations: Activations } & { [name: string]: unknown };

const PARAMS: Tolerance = { ofLargest: 1e-6 };
const OUTPUTS: Tolerance = { ofLargest: 1e-5 };
/** Gradients that are zero in exact arithmetic are rounding only, for which the data asks an absolute floor. */
const GRADIENTS: Tolerance = { ofLargest: 1e-5, absolute: 1e-6 };

const PARTS = [
  ['part1', true],
  ['part0', false],
] as const;

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** sum(y * cos(0.5 * i)), the factors rounded to 3 decimals. */
function lossOf(y: Tensor): Tensor {
  const factors = Array.from({ length: y.size }, (_, i) => Math.round(Math.cos(0.5 * i) * 1000) / 1000);
  return jnp.sum(jnp.multiply(y, jnp.reshape(factors, y.shape)));
}

// biome-ignore lint/suspicious/noExplicitAny: the recorded options are those of either module.
type AnyModule = { init(...args: any[]): [Tensor, nn.Params]; call(...args: any[]): Tensor; initByShape: any };
const modules = { Dense: nn.Dense, Conv: nn.Conv } as unknown as Record<string, AnyModule>;

const initializers: Record<string, nn.Initializer> = {
  glorot_uniform: nn.initializers.glorotUniform(),
  normal: nn.initializers.normal(),
};

function optionsOf(hp: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(hp).map(([name, value]) => [
    camelCase(name),
    name.endsWith('_init') ? initializers[value as string] : value,
  ]);
  return Object.fromEntries(entries);
}

/** bfloat16 has no tensors in TensorFlow.js; the last test shows what users are told. */
function covered(layers: Layers): [string, Layer][] {
  const entries = Object.entries(layers) as [string, Layer][];
  return entries.filter(([, { module, hp }]) => module in modules && hp.dtype !== 'bfloat16');
}

describe.each(PARTS)('%s:', (part, partitionable) => {
  beforeAll(() => {
    config.threefryPartitionable = partitionable;
  });
  afterAll(() => {
    config.threefryPartitionable = true;
  });

  const { layers } = golden<{ layers: Layers }>(`layers.flax0.1.0.${part}.json`);

  describe.each(covered(layers))('%s', (_, layer) => {
    const module = modules[layer.module] as AnyModule;
    const options = optionsOf(layer.hp);
    const key = () => jnp.asarray(layer.key, 'int32');

    test('init makes the same parameters and output', () => {
      const [y, params] = module.init(key(), ...toTensors<Tensor[]>(layer.inputs), options);
      expectTreeClose(params, layer.params, PARAMS);
      expectClose(y, layer.y_init, OUTPUTS);
    });

    test('initByShape makes the same parameters and the output shape', () => {
      const shapes = toTensors<Tensor[]>(layer.inputs).map((x) => x.shape);
      const [y, params] = module.initByShape(key(), shapes, options);
      expectTreeClose(params, layer.params, PARAMS);
      expect(y.shape).toEqual(toTensor(layer.y_init).shape);
    });

    test('call gives the same output, and the same gradients by parameters and inputs', () => {
      const [x] = toTensors<[Tensor]>(layer.inputs);
      const params = toTensors<nn.Params>(layer.params2);
      expectClose(module.call(params, x, options), layer.y2, OUTPUTS);
      const loss = (p: nn.Params, input: Tensor) => lossOf(module.call(p, input, options));
      const [ofParams, ofInput] = grad(loss, { argnums: [0, 1] })(params, x);
      expectTreeClose(ofParams, layer.grad_params, GRADIENTS);
      expectClose(ofInput, layer.grad_inputs[0], GRADIENTS);
    });
  });

  test('all 16 recordings of Dense and Conv in float32 ran', () => {
    expect(covered(layers)).toHaveLength(16);
  });

  test.each(layers.pooling.cases)(
    '$fn over $window by $strides, $padding',
    ({ fn, window, strides, padding, y, grad: dx }) => {
      const pool = fn === 'max_pool' ? nn.maxPool : nn.avgPool;
      const run = (x: Tensor) => pool(x, window, { strides, padding });
      const x = toTensor(layers.pooling.x);
      expectClose(run(x), y, OUTPUTS);
      expectClose(grad((v: Tensor) => lossOf(run(v)))(x), dx, GRADIENTS);
    },
  );
});

describe('activations:', () => {
  const { x, fns } = golden<{ layers: Layers }>('layers.flax0.1.0.part1.json').layers.activations;

  const elementwise: Record<string, (x: Tensor) => Tensor> = {
    celu: (v) => nn.celu(v),
    elu: (v) => nn.elu(v),
    gelu: (v) => nn.gelu(v),
    leaky_relu: (v) => nn.leakyRelu(v),
    log_sigmoid: nn.logSigmoid,
    relu: nn.relu,
    sigmoid: nn.sigmoid,
    soft_sign: nn.softSign,
    softplus: nn.softplus,
    swish: nn.swish,
    tanh: nn.tanh,
    selu: nn.selu,
    relu6: nn.relu6,
    silu: nn.silu,
    gelu_exact: (v) => nn.gelu(v, { approximate: false }),
  };

  test.each(Object.entries(elementwise))('%s and its gradient', (name, run) => {
    expectClose(run(toTensor(x)), fns[name]?.y, { relative: 1e-5, absolute: 1e-7 });
    expectClose(grad((v: Tensor) => run(v).sum())(toTensor(x)), fns[name]?.grad, { relative: 1e-5, absolute: 1e-6 });
  });

  test.each([
    ['softmax', nn.softmax],
    ['log_softmax', nn.logSoftmax],
  ] as const)('%s over the last and the first axis', (name, run) => {
    const m = toTensor(fns[name]?.x);
    expectClose(run(m), fns[name]?.y, OUTPUTS);
    expectClose(run(m, 0), fns[name]?.y_axis0, OUTPUTS);
  });

  test('glu', () => {
    expectClose(nn.glu(toTensor(fns.glu?.x)), fns.glu?.y, OUTPUTS);
  });

  test('every function that Flax exports is here', () => {
    const recorded = Object.entries(fns).filter(
      ([, fn]) => (fn as { 'in_flax_nn_0.1.0'?: boolean })['in_flax_nn_0.1.0'],
    );
    for (const [name] of recorded) expect(nn, name).toHaveProperty(camelCase(name));
  });
});

describe('what does not fit is said in terms of the layer:', () => {
  const key = () => jnp.asarray([0, 0], 'int32');
  const image = () => jnp.ones([1, 5, 5, 4]);

  test('a kernel with too few axes', () => {
    expect(() => nn.Conv.init(key(), image(), { features: 2, kernelSize: [3] })).toThrow(
      /nn\.Conv: a kernel of size \[3\] needs an input with the axes batch, 1 spatial and features, got f32\[1, 5, 5, 4\]/,
    );
  });

  test('groups that do not divide the features', () => {
    expect(() => nn.Conv.init(key(), image(), { features: 3, kernelSize: [3, 3], featureGroupCount: 3 })).toThrow(
      /featureGroupCount 3 should divide both the 4 features of the input f32\[1, 5, 5, 4\] and the 3/,
    );
  });

  test('a window larger than the image', () => {
    expect(() => nn.Conv.init(key(), image(), { features: 2, kernelSize: [7, 7], padding: 'VALID' })).toThrow(
      /the kernel f32\[7, 7, 4, 2\] spans 7 elements on spatial axis 0, but the padded input f32\[1, 5, 5, 4\] has 5/,
    );
    expect(() => nn.maxPool(image(), [6, 2])).toThrow(
      /nn\.maxPool: the window \[6,2\] is larger than the padded input/,
    );
  });

  test('an input without axes', () => {
    expect(() => nn.Dense.init(key(), jnp.asarray(1), { features: 2 })).toThrow(
      /nn\.Dense: the input needs a last axis/,
    );
  });

  test('parameters of another size', () => {
    const params = { kernel: jnp.ones([3, 2]), bias: jnp.ones([2]) };
    expect(() => nn.Dense.call(params, jnp.ones([1, 5]), { features: 2 })).toThrow(
      /'kernel' has another shape: stored f32\[3, 2\], requested f32\[5, 2\]/,
    );
  });

  test('a dtype that tensors cannot have', () => {
    const options = { features: 2, dtype: 'bfloat16' as 'float32' };
    expect(() => nn.Dense.init(key(), jnp.ones([1, 5]), options)).toThrow(/no dtype 'bfloat16'.*float32, int32/);
  });
});
