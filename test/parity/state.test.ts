/** Module state, outputs and truncation against Flax (test/golden/api.flax0.1.0.*, layers.*: state_rng). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config, jnp, nn, random, type Tensor, tree } from '../../runtime/src/index';
import { expectClose, golden, type Tolerance } from './golden';
import { expectTreeClose, toTensor } from './trees';

type Entry = Record<string, unknown>;

interface Api {
  errors: Record<string, { type?: string; message?: string; ok?: boolean }>;
  behaviour: Record<string, Entry>;
}

const PARAMS: Tolerance = { ofLargest: 1e-6 };
const OUTPUTS: Tolerance = { ofLargest: 1e-5 };

const { zeros } = nn.initializers;
const x = () => jnp.ones([1, 2]);
const key = (seed = 0) => random.PRNGKey(seed);

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

const Counting = applying((self, input) => {
  const s = self.state('s', [1], zeros);
  s.value = s.value.add(1);
  return input;
});

describe('what Flax refuses is refused:', () => {
  const { errors } = golden<Api>('api.flax0.1.0.part1.json');

  const cases: Record<string, [run: () => unknown, message: RegExp]> = {
    state_without_stateful: [() => Counting.init(key(), x()), /inside nn\.stateful only(.|\n)*in module/],
    state_write_when_immutable: [
      () => {
        const [[, params], state] = nn.stateful(() => Counting.init(key(), x()));
        nn.stateful(state, () => Counting.call(params, x()), { mutable: false });
      },
      /not mutable(.|\n)*in module/,
    ],
    state_read_missing: [
      () => nn.stateful(() => applying((self) => self.state('q').value).call({}, x())),
      /no state variable named 'q' in \/; it has none/,
    ],
    two_unnamed_roots: [
      () => nn.stateful(() => [Counting.init(key(), x()), Counting.init(key(), x())]),
      /More than one top-level module call.*Give each a name/,
    ],
    store_outside_module: [
      () => nn.stateful(() => Counting.init(key(), x()))[1].store(1),
      /store is for inside a module's apply/,
    ],
    make_rng_outside_stochastic: [() => nn.makeRng(), /inside nn\.stochastic only/],
  };

  test.each(Object.entries(cases))('%s', (name, [run, message]) => {
    expect(errors[name]).toHaveProperty('message');
    expect(run).toThrow(message);
  });

  test('two_named_roots', () => {
    expect(errors.two_named_roots).toEqual({ ok: true });
    const [, state] = nn.stateful(() => [
      Counting.init(key(), x(), { name: 'a' }),
      Counting.init(key(), x(), { name: 'b' }),
    ]);
    expect(Object.keys(state.asDict())).toEqual(['/a', '/b']);
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

  const Inner = nn.module(
    class Inner extends nn.Module {
      apply(input: Tensor): Tensor {
        const s = this.state('count', [], zeros);
        if (!this.isInitializing()) s.value = s.value.add(1);
        return nn.Dense(input, { features: 2 });
      }
    },
  );
  const Net = applying((_, input) => {
    const shared = Inner.shared({ name: 'sh' });
    return shared(shared(Inner(Inner(input), { name: 'named' })));
  });

  test('the paths of a collection; a shared module counts each of its calls', () => {
    const expected = recorded('collection_paths');
    const [[, params], state] = nn.stateful(() => Net.init(key(), x()));
    expectTreeClose(state.asDict(), expected.init_state, {});
    const [, after] = nn.stateful(state, () => Net.call(params, x()));
    expectTreeClose(after.asDict(), expected.after_call, {});
    expectTreeClose(state.asDict(), expected.init_state, {});
    const [, named] = nn.stateful(() => Net.init(key(), x(), { name: 'top' }));
    expect(Object.keys(named.asDict()).sort()).toEqual(expected.init_state_with_top_name);
  });

  const Plain = applying((_, input) => {
    const hidden = nn.Dense(input, { features: 3, name: 'hidden' });
    return nn.Dense(nn.relu(hidden), { features: 2, name: 'out' });
  });

  test('module outputs', () => {
    const model = nn.Model(Plain, Plain.init(key(), x())[1]);
    const [y, outputs] = nn.captureModuleOutputs(() => model(x()));
    expectTreeClose(outputs.asDict(), recorded('capture_module_outputs').outputs, OUTPUTS);
    expect(outputs.get('/')[0]).toBe(y);
  });

  test('a truncated model', () => {
    const model = nn.Model(Plain, Plain.init(key(), x())[1]);
    const { hidden, both } = recorded('truncate_at');
    expectTreeClose(model.truncateAt('/hidden')(x()), hidden, OUTPUTS);
    const truncated = model.truncateAt({ h: '/hidden', o: '/out' });
    expectTreeClose(truncated(x()), both, OUTPUTS);
    const doubled = tree.map((p: Tensor) => p.mul(2), model.truncateAt('/hidden'));
    expectClose((doubled(x())[0] as Tensor).div(2), (hidden as unknown[])[0], OUTPUTS);
  });

  describe('keys:', () => {
    const { layers } = golden<{ layers: { state_rng: Entry; stochastic: Entry } }>(`layers.flax0.1.0.${part}.json`);
    const isKey = (actual: Tensor, data: unknown) => expectClose(actual, { dtype: 'uint32', shape: [2], data });

    test('of state variables; what is declared after them gets others', () => {
      const { normal } = nn.initializers;
      const made: Tensor[] = [];
      const noting = (k: Tensor, shape: readonly number[]) => {
        made.push(k);
        return normal({ stddev: 1 })(k, shape);
      };
      const StateThenParam = nn.module(
        class StateThenParam extends nn.Module {
          apply(input: Tensor): Tensor {
            const before = this.param('before', [2], normal({ stddev: 1 }));
            const s = this.state('s', [2], noting);
            const t = this.state('t', [2], noting);
            const after = this.param('after', [2], normal({ stddev: 1 }));
            return nn.Dense(input, { features: 2 }).add(before).add(after).add(s.value).add(t.value);
          }
        },
      );
      const { inputs, params: expected, state: expectedState, y_init: y, derivation } = layers.state_rng;
      const input = toTensor((inputs as unknown[])[0]);
      const [[output, params], state] = nn.stateful(() => StateThenParam.init(key(), input));
      expectTreeClose(params, expected, PARAMS);
      expectTreeClose(state.asDict(), expectedState, PARAMS);
      expectClose(output, y, OUTPUTS);
      const keys = derivation as Record<string, unknown>;
      isKey(made[0] as Tensor, keys.state_s_key);
      isKey(made[1] as Tensor, keys.state_t_key);
      // By shape alone the state has values all the same.
      const [[, same], byShape] = nn.stateful(() => StateThenParam.initByShape(key(), [[2, 3]]));
      expectTreeClose(same, expected, PARAMS);
      expectTreeClose(byShape.asDict(), expectedState, PARAMS);
    });

    test('that nn.makeRng gives', () => {
      const { make_rng_1, make_rng_2 } = layers.stochastic;
      const [first, second] = nn.stochastic(key(11), () => [nn.makeRng(), nn.makeRng()]);
      isKey(first as Tensor, make_rng_1);
      isKey(second as Tensor, make_rng_2);
    });
  });

  test('a function as a module', () => {
    const FnNet = nn.module(function FnNet(input: Tensor, { features }: { features: number }): Tensor {
      return nn.Dense(input, { features });
    });
    const { name, y, params: expected } = recorded('module_decorator');
    const [output, params] = FnNet.init(key(), x(), { features: 2 });
    expect(FnNet.name).toBe(name);
    expectClose(output, y, OUTPUTS);
    expectTreeClose(params, expected, PARAMS);
  });
});
