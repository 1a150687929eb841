/** Activations and jax.nn's other functions against JAX (test/golden/activations.json, layers.flax0.1.0.*). */
import { describe, expect, test } from 'vitest';
import { evalShape, grad, jnp, nn, type Tensor } from '../../runtime/src/index';
import { array, expectClose, golden, type Tolerance } from './golden';
import { camelCase, describeParts, layersOf } from './layerCases';
import { toTensor } from './trees';

type Fn = (x: Tensor) => Tensor;

interface Recorded {
  x: unknown;
  elementwise: Record<string, { y: unknown; grad: unknown; grad2: unknown }>;
  over_axes: Record<string, { x: unknown; y: unknown; grad: unknown }>;
  one_hot: Record<string, unknown>;
}

const recorded = golden<Recorded>('activations.json');
const VALUES: Tolerance = { relative: 1e-5, absolute: 1e-7 };
/** 1 + tanh has no digits below 1.2e-7; at -4 it is near 0 and is multiplied by that. */
const ROUNDED: Tolerance = { relative: 1e-5, absolute: 2.4e-7 };
const GRADIENTS: Tolerance = { ofLargest: 1e-5, absolute: 1e-6 };

const elementwise: Record<string, Fn> = {
  relu: nn.relu,
  relu6: nn.relu6,
  leaky_relu: (v) => nn.leakyRelu(v),
  'leaky_relu 0.2': (v) => nn.leakyRelu(v, 0.2),
  elu: (v) => nn.elu(v),
  'elu 2': (v) => nn.elu(v, 2),
  celu: (v) => nn.celu(v),
  'celu 0.5': (v) => nn.celu(v, 0.5),
  selu: nn.selu,
  gelu: (v) => nn.gelu(v),
  'gelu exact': (v) => nn.gelu(v, { approximate: false }),
  sigmoid: nn.sigmoid,
  log_sigmoid: nn.logSigmoid,
  softplus: nn.softplus,
  soft_sign: nn.softSign,
  swish: nn.swish,
  silu: nn.silu,
  tanh: nn.tanh,
  hard_tanh: nn.hardTanh,
  hard_sigmoid: nn.hardSigmoid,
  hard_swish: nn.hardSwish,
  hard_silu: nn.hardSilu,
};

/** JAX has NaN for derivatives of gelu where the cube of a number overflows; what they tend to is known. */
const LIMITS: Record<string, (x: number) => number> = { grad: (x) => (x > 0 ? 1 : 0), grad2: () => 0 };

function expected(name: string, order: 'grad' | 'grad2'): unknown {
  const { data, ...rest } = array(recorded.elementwise[name]?.[order]);
  const at = array(recorded.x).data;
  const isMissing = (value: number, i: number) => name === 'gelu' && Number.isNaN(value) && Math.abs(at[i] ?? 0) > 1e29;
  return { ...rest, data: data.map((v, i) => (isMissing(v, i) ? (LIMITS[order]?.(at[i] as number) ?? v) : v)) };
}

describe('at kinks, at small and at large numbers:', () => {
  const x = () => toTensor(recorded.x);
  const slope = (fn: Fn) => (v: Tensor) => grad((u: Tensor) => fn(u).sum())(v);

  test.each(Object.entries(elementwise))('%s and its derivatives', (name, fn) => {
    expectClose(fn(x()), recorded.elementwise[name]?.y, name === 'gelu' ? ROUNDED : VALUES);
    expectClose(slope(fn)(x()), expected(name, 'grad'), GRADIENTS);
    expectClose(slope(slope(fn))(x()), expected(name, 'grad2'), GRADIENTS);
    expect(evalShape(fn, [3, 2]).shape).toEqual([3, 2]);
  });

  test('every recorded function ran', () => {
    expect(Object.keys(recorded.elementwise)).toEqual(Object.keys(elementwise));
  });
});

describe('over axes:', () => {
  const run: Record<string, Fn> = {
    softmax: (v) => nn.softmax(v),
    'softmax over axis 1': (v) => nn.softmax(v, 1),
    'softmax over axes 0 and 2': (v) => nn.softmax(v, [0, 2]),
    'softmax of large numbers': (v) => nn.softmax(v),
    log_softmax: (v) => nn.logSoftmax(v),
    'log_softmax over axis 0': (v) => nn.logSoftmax(v, 0),
    'log_softmax over axes 2 and 1': (v) => nn.logSoftmax(v, [2, 1]),
    'log_softmax of large numbers': (v) => nn.logSoftmax(v),
    logsumexp: (v) => nn.logsumexp(v),
    'logsumexp over axis 1': (v) => nn.logsumexp(v, 1),
    'logsumexp over axes 0 and 2, kept': (v) => nn.logsumexp(v, [0, 2], { keepdims: true }),
    'logsumexp of large numbers': (v) => nn.logsumexp(v, -1),
    glu: (v) => nn.glu(v),
    'glu over axis 0': (v) => nn.glu(v, 0),
    normalize: (v) => nn.normalize(v),
    'normalize over axes 0 and 1': (v) => nn.normalize(v, [0, 1], { epsilon: 0.01 }),
    'normalize with mean and variance': (v) => nn.normalize(v, -1, { mean: 1, variance: 2 }),
  };

  /** The sum of the finite values, weighted 1, 2, 3, … */
  const loss = (y: Tensor) => {
    const finite = jnp.where(jnp.isfinite(y), y, 0);
    return finite.mul(jnp.reshape(jnp.arange(1, y.size + 1), y.shape)).sum();
  };

  test.each(Object.entries(run))('%s and its gradient', (name, fn) => {
    const { x, y, grad: slope } = recorded.over_axes[name] as Recorded['over_axes'][string];
    expectClose(fn(toTensor(x)), y, { relative: 1e-5, absolute: 1e-6 });
    expectClose(grad((v: Tensor) => loss(fn(v)))(toTensor(x)), slope, { ofLargest: 1e-5, absolute: 1e-5 });
    expect(evalShape(fn, array(x).shape).shape).toEqual(array(y).shape);
  });

  test('every recorded function ran', () => {
    expect(Object.keys(recorded.over_axes)).toEqual(Object.keys(run));
  });

  test('an axis that is not there is an error that names the function', () => {
    const m = jnp.ones([2, 4]);
    expect(() => nn.softmax(m, 2)).toThrow(/nn\.softmax: there is no axis 2; the array has 2 axes/);
    expect(() => nn.normalize(m, [0, 0])).toThrow(/nn\.normalize: the axes \[0, 0\] repeat one/);
    expect(() => nn.logsumexp(m, -3)).toThrow(/nn\.logsumexp: there is no axis -3/);
    expect(() => nn.glu(jnp.ones([2, 3]))).toThrow(/axis 1 of f32\[2, 3\] does not divide into 2 equal parts/);
  });
});

test.each([
  ['numbers in and out of range', () => nn.oneHot([0, 2, -1, 3, 1], 3)],
  [
    'along the first axis',
    () =>
      nn.oneHot(
        [
          [0, 1],
          [2, 0],
        ],
        3,
        { axis: 0 },
      ),
  ],
  ['of whole numbers', () => nn.oneHot([1, 0], 2, { dtype: 'int32' })],
])('oneHot: %s', (name, run) => {
  expectClose(run(), recorded.one_hot[name]);
});

interface LayersRecording {
  x: unknown;
  fns: Record<string, { 'in_flax_nn_0.1.0'?: boolean; x?: unknown; y: unknown; grad?: unknown; y_axis0?: unknown }>;
}

describeParts((part) => {
  const { x, fns } = layersOf<LayersRecording>(part).activations as LayersRecording;
  const overAxes = { softmax: nn.softmax, log_softmax: nn.logSoftmax, glu: nn.glu };

  test("what is recorded with the layers, and every function that Flax's exports is here", () => {
    for (const [name, fn] of Object.entries(fns)) {
      if (fn['in_flax_nn_0.1.0']) expect(nn, name).toHaveProperty(camelCase(name));
      const run = elementwise[name === 'gelu_exact' ? 'gelu exact' : name];
      if (run !== undefined) {
        expectClose(run(toTensor(x)), fn.y, VALUES);
        expectClose(grad((v: Tensor) => run(v).sum())(toTensor(x)), fn.grad, GRADIENTS);
        continue;
      }
      const along = overAxes[name as keyof typeof overAxes];
      expectClose(along(toTensor(fn.x)), fn.y, VALUES);
      if (fn.y_axis0 !== undefined) expectClose(along(toTensor(fn.x), 0), fn.y_axis0, VALUES);
    }
  });
});
