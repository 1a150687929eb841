/**
 * The module API against Flax (test/golden/api.flax0.1.0.*, layers.*, tour.*): what is an error, names, keys, methods.
 * Messages are our own; an error is compared by what it must name.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config, jnp, nn, random, ShapeDtypeStruct, type Tensor, tree } from '../../runtime/src/index';
import { foldInStr } from '../../runtime/src/random/key';
import { expectClose, golden, type Tolerance } from './golden';
import { expectTreeClose, toTensor } from './trees';

type Entry = Record<string, unknown>;

interface Api {
  errors: Record<string, { type?: string; message?: string }>;
  behaviour: Record<string, Entry>;
}

const PARAMS: Tolerance = { ofLargest: 1e-6 };
const OUTPUTS: Tolerance = { ofLargest: 1e-5 };

const { ones } = nn.initializers;
const x = () => jnp.ones([1, 2]);
const key = (seed = 0) => random.PRNGKey(seed);
const shapesOf = (params: nn.Params) => tree.map(jnp.shape, params);

/** A module of one method. */
function applying<R>(apply: (self: nn.Module, x: Tensor) => R) {
  return nn.module(
    'M',
    class extends nn.Module {
      apply(input: Tensor): R {
        return apply(this, input);
      }
    },
  );
}

describe('what Flax refuses is refused:', () => {
  const { errors } = golden<Api>('api.flax0.1.0.part1.json');

  const Dense2 = nn.Dense.partial({ features: 2 });
  const dense = (name?: string) => (_: nn.Module, input: Tensor) => nn.Dense(input, { features: 2, name });
  const init = <R>(apply: (self: nn.Module, x: Tensor) => R) => applying(apply).init(key(), x());

  const cases: Record<string, [run: () => unknown, message: RegExp]> = {
    module_outside_module: [
      () => nn.Dense(x(), { features: 2 }),
      /Dense was called outside of a module.*Dense\.init.*nn\.Model\(Dense, params\)/,
    ],
    shared_outside_module: [
      () => nn.Dense.shared({ features: 2 }),
      /Dense\.shared was called outside of a module.*inside a module's apply/,
    ],
    duplicate_module_name: [
      () =>
        init((_, input) => {
          nn.Dense(input, { features: 2, name: 'a' });
          return nn.Dense(input, { features: 2, name: 'a' });
        }),
      /A module named 'a' already exists in \//,
    ],
    name_with_slash: [() => init(dense('a/b')), /slashes or colons, got 'a\/b'/],
    name_not_string: [() => init(dense(3 as unknown as string)), /name must be a string, got number/],
    duplicate_shared_name: [
      () =>
        init((_, input) => {
          nn.Dense.shared({ features: 2, name: 'a' });
          nn.Dense.shared({ features: 2, name: 'a' });
          return input;
        }),
      /A shared module named 'a' already exists/,
    ],
    override_shared_name: [
      () => init((_, input) => nn.Dense.shared({ features: 2, name: 'a' })(input, { name: 'b' })),
      /name of a shared module is given to shared.*'a'/,
    ],
    shared_and_unshared_name: [
      () =>
        init((_, input) => {
          nn.Dense.shared({ features: 2, name: 'a' })(input);
          return nn.Dense(input, { features: 2, name: 'a' });
        }),
      /'a' is used for both a shared and an unshared module/,
    ],
    duplicate_param: [
      () =>
        init((self, input) => {
          self.param('w', [1], ones);
          self.param('w', [1], ones);
          return input;
        }),
      /The name 'w' is already used for another parameter/,
    ],
    missing_param_on_call: [
      () => Dense2.call({ kernel: jnp.ones([2, 2]) }, x()),
      /no parameter named 'bias'.*kernel(.|\n)*in module/,
    ],
    get_param_missing: [() => init((self) => self.getParam('nope')), /no parameter named 'nope'.*none/],
    param_shape_mismatch: [
      () => Dense2.call({ kernel: jnp.ones([3, 2]), bias: jnp.ones([2]) }, x()),
      /'kernel' has another shape: stored f32\[3, 2\], requested f32\[2, 2\]/,
    ],
    missing_submodule_on_call: [
      () => applying(dense()).call({}, x()),
      /No module named 'Dense_0' was created during initialization/,
    ],
    param_name_equals_module_name: [
      () =>
        init((self, input) => {
          self.param('a', [1], ones);
          return nn.Dense(input, { features: 2, name: 'a' });
        }),
      /module 'a' in \/ should have an object of parameters.*a tensor f32\[1\].*cannot have one name/,
    ],
    model_missing_attribute: [
      () => (nn.Model(Dense2, Dense2.init(key(), x())[1]) as unknown as { nothing(): void }).nothing(),
      /nothing is not a function/,
    ],
  };

  test.each(Object.entries(cases))('%s', (name, [run, message]) => {
    expect(errors[name]).toHaveProperty('message');
    expect(run).toThrow(message);
  });

  test('each case that needs modules only is here', () => {
    // What the others are about: state, dropout, optimizers, traversals and dataclasses have tests of their own.
    const other =
      /state|root|store|make_rng|dropout|batch_norm|embed|group_norm|learning_rate|traversal|dataclass|flatten/;
    const expected = Object.keys(errors).filter((name) => !other.test(name));
    expect(Object.keys(cases).sort()).toEqual(expected.sort());
  });
});

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

  const { behaviour } = golden<Api>(`api.flax0.1.0.${part}.json`);
  const recorded = (name: string) => behaviour[name] as Entry;

  test("a module is named by its class, the ones it calls by theirs and the frame's counter", () => {
    const FnNet = nn.module(
      class FnNet extends nn.Module {
        apply(input: Tensor, { features }: { features: number }): Tensor {
          return nn.Dense(input, { features });
        }
      },
    );
    const { name, y, params: expected } = recorded('module_decorator');
    const [output, params] = FnNet.init(key(), x(), { features: 2 });
    expect(FnNet.name).toBe(name);
    expectClose(output, y, OUTPUTS);
    expectTreeClose(params, expected, PARAMS);
  });

  test('unnamed, named and shared modules: names of parameters', () => {
    const Inner = nn.module(
      class Inner extends nn.Module {
        apply(input: Tensor): Tensor {
          return nn.Dense(input, { features: 2 });
        }
      },
    );
    const Net = applying((_, input) => {
      const shared = Inner.shared({ name: 'sh' });
      return shared(shared(Inner(Inner(input), { name: 'named' })));
    });
    expect(shapesOf(Net.init(key(), x())[1])).toEqual(recorded('collection_paths').param_shapes);
  });

  test('parameters of named modules', () => {
    const Plain = applying((_, input) => {
      const hidden = nn.Dense(input, { features: 3, name: 'hidden' });
      return nn.Dense(nn.relu(hidden), { features: 2, name: 'out' });
    });
    const { params: expected, outputs } = recorded('capture_module_outputs');
    const [y, params] = Plain.init(key(), x());
    expectTreeClose(params, expected, PARAMS);
    expectClose(y, (outputs as Record<string, unknown[]>)['/out']?.[0], OUTPUTS);
  });

  test('initByShape with a dtype', () => {
    const Embed = nn.module(
      class Embed extends nn.Module {
        apply(ids: Tensor, { numEmbeddings, features }: { numEmbeddings: number; features: number }): Tensor {
          const embedding = this.param(
            'embedding',
            [numEmbeddings, features],
            nn.initializers.varianceScaling(1, 'fan_in', 'normal', { outAxis: 0 }),
          );
          return jnp.take(embedding, ids, 0);
        }
      },
    );
    const { out_spec: spec, params: expected } = recorded('init_by_shape_dtype') as {
      out_spec: { spec: { shape: number[]; dtype: 'float32' } };
      params: unknown;
    };
    const module = Embed.partial({ numEmbeddings: 3, features: 2 });
    for (const input of ['i32[2, 4]', new ShapeDtypeStruct([2, 4], 'int32')]) {
      const [output, params] = module.initByShape(key(), [input]);
      expect(output).toEqual(new ShapeDtypeStruct(spec.spec.shape, spec.spec.dtype));
      expectTreeClose(params, expected, PARAMS);
    }
  });

  test("a shared module's other method reads the parameters that its apply made", () => {
    const AutoEncoder = applying((_, input) => {
      const Lin = nn.module(
        class Lin extends nn.Module {
          apply(v: Tensor, { features }: { features: number }): Tensor {
            const shape = [v.shape.at(-1) as number, features];
            return jnp.dot(v, this.param('kernel', shape, nn.initializers.lecunNormal()));
          }
          transpose(v: Tensor): Tensor {
            return jnp.dot(v, jnp.transpose(this.getParam('kernel')));
          }
        },
      );
      const lin = Lin.shared({ features: 3, name: 'lin' });
      return lin.transpose(lin(input));
    });
    const [y, params] = AutoEncoder.init(key(), x());
    expectClose(y, recorded('module_method_on_shared').y, OUTPUTS);
    expectTreeClose(params, recorded('module_method_on_shared').params, PARAMS);
  });

  test("a partial's name is the module's name where it is called", () => {
    const preset = nn.Dense.partial({ features: 2, name: 'preset' });
    const [, params] = applying((_, input) => preset(input)).init(key(), x());
    expect(shapesOf(params)).toEqual(recorded('partial_name').param_shapes);
  });

  test('leaves of a dict come sorted; null is an empty container', () => {
    const { dict_sorted, none_is_empty } = recorded('tree_leaves_order');
    expect(tree.leaves({ b: 1, a: 2, B: 3, '10': 4, '9': 5 })).toEqual(dict_sorted);
    expect(tree.leaves({ a: null, b: [] })).toHaveLength(none_is_empty as number);
  });

  describe('nested modules:', () => {
    const { nested } = golden<{ layers: { nested: Entry & { rng_paths: Record<string, [number, number]> } } }>(
      `layers.flax0.1.0.${part}.json`,
    ).layers;

    test('the key of each module and parameter', () => {
      for (const [path, expected] of Object.entries(nested.rng_paths)) {
        const names = path.split('/').filter(Boolean);
        const derived = names.reduce((k, name) => foldInStr(k, name), key(7));
        expectClose(derived, { dtype: 'uint32', shape: [2], data: expected });
      }
    });

    test('each parameter is made from its key, whatever was declared before it', () => {
      const seen: Record<string, Tensor> = {};
      const noting = (path: string) => (k: Tensor, shape: readonly number[]) => {
        seen[path] = k;
        return jnp.zeros([...shape]);
      };
      const Inner = nn.module(
        class Inner extends nn.Module {
          apply(input: Tensor, { at }: { at: string }): Tensor {
            const inits = (path: string) => ({
              kernelInit: noting(`${path}/kernel`),
              biasInit: noting(`${path}/bias`),
            });
            const h = nn.Dense(input, { features: 2, ...inits(`${at}/Dense_0`) });
            nn.Dense(h, { features: 2, name: 'named', ...inits(`${at}/named`) });
            nn.Dense.shared({ features: 2, ...inits(`${at}/1`) })(h);
            this.param('own', [2], noting(`${at}/own`));
            return h;
          }
        },
      );
      const Outer = applying((_, input) => {
        const inits = (path: string) => ({ kernelInit: noting(`${path}/kernel`), biasInit: noting(`${path}/bias`) });
        Inner(input, { at: '/Inner_0' });
        nn.Dense(input, { features: 3, ...inits('/Dense_1') });
        Inner(input, { at: '/second', name: 'second' });
        return nn.Dense(input, { features: 2, ...inits('/Dense_2') });
      });
      Outer.init(key(7), toTensor((nested.inputs as unknown[])[0]));
      const made = Object.keys(nested.rng_paths).filter((path) => path in seen);
      expect(made).toHaveLength(Object.keys(seen).length);
      expect(made.length).toBeGreaterThan(15);
      for (const path of made) {
        expectClose(seen[path] as Tensor, { dtype: 'uint32', shape: [2], data: nested.rng_paths[path] });
      }
    });
  });

  describe("the tour's last cells:", () => {
    const tour = golden<Record<string, Entry>>(`tour.flax0.1.0.${part}.json`);
    const cell = (name: string) => tour[name] as Entry;

    test('a module with several methods', () => {
      const MultiMethodModule = nn.module(
        class MultiMethodModule extends nn.Module {
          apply(v: Tensor): Tensor {
            return v.mul(this.param('kernel', [], (_, shape) => jnp.full([...shape], 2)));
          }
          decode(v: Tensor): Tensor {
            return jnp.multiply(v, this.getParam('kernel'));
          }
        },
      );
      const xs = jnp.power(2, jnp.arange(5));
      const [y, params] = MultiMethodModule.init(key(), xs);
      const model = nn.Model(MultiMethodModule, params);
      const ys: Tensor[] = [];
      let carry = jnp.asarray(1);
      for (let i = 0; i < 4; i++) {
        carry = model.decode(carry);
        ys.push(carry);
      }
      const expected = cell('multi_method');
      expectClose(xs, expected.x);
      expectClose(y, expected.y);
      expectTreeClose(params, expected.params, {});
      expectClose(model.decode(jnp.asarray(1)), expected.decode_one);
      expectClose(MultiMethodModule.decode(params, jnp.asarray(1)), expected.decode_one);
      expectClose(carry, expected.scan_carry);
      expectClose(jnp.stack(ys), expected.scan_ys);
    });

    const wrapped = () => {
      const ScaleWrapper = nn.module(
        class ScaleWrapper extends nn.Module {
          apply(input: Tensor, { features }: { features: number }): Tensor {
            const params = this.param('params', null, (rng) => nn.Dense.init(rng, input, { features })[1]);
            const scale = this.param('scale', [params.kernel.shape.at(-1)], ones);
            return nn.Dense.call({ ...params, kernel: params.kernel.mul(scale) }, input, { features });
          }
        },
      );
      return ScaleWrapper.partial({ features: 4 });
    };

    test('a module that transforms the parameters of another one', () => {
      const expected = cell('scale_wrapper');
      const [y, params] = wrapped().init(key(), x());
      expectClose(y, expected.y, OUTPUTS);
      expectTreeClose(params, expected.params, PARAMS);
      expect(shapesOf(params)).toEqual(expected.shapes);
      const scaled = { params: params.params, scale: jnp.array([1, 2, 3, 4]) };
      expectClose(wrapped().call(scaled, x()), expected.call_with_scale_1234, OUTPUTS);
    });

    test('the same by shape', () => {
      const [output, params] = wrapped().initByShape(key(), [[1, 2]]);
      expect(output).toEqual(new ShapeDtypeStruct([1, 4]));
      expectTreeClose(params, cell('scale_wrapper').params, PARAMS);
    });
  });
});
