/** Types of dataclasses and of their serialization: `npm run check` holds what compiles here and what must not. */
import { nn, optim, serialization, struct, type Tensor, tree } from 'distaff';

declare const x: Tensor;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

const Dense = nn.module(
  class Dense extends nn.Module {
    apply(x: Tensor, { features }: { features: number }) {
      return x.mul(features);
    }
  },
);
const model = nn.Model(Dense.partial({ features: 4 }), {});
const optimizer = optim.Momentum({ learningRate: 0.1 }).create(model);

export class TrainState extends struct.dataclass<{ optimizer: optim.Optimizer<typeof model>; step: number }>() {
  get next() {
    return this.step + 1;
  }

  advanced() {
    return this.replace({ step: this.next });
  }
}

const state = new TrainState({ optimizer, step: 5 });
ok<Equal<typeof state.step, number>>();
ok<Equal<typeof state.next, number>>();
state.optimizer.target(x).add(1);
const replaced = state.replace({ step: 6 });
ok<Equal<typeof replaced, TrainState>>();
const advanced = state.advanced();
ok<Equal<typeof advanced, TrainState>>();
// @ts-expect-error a dataclass is immutable
replaced.step = 7;
// @ts-expect-error there is no such field
state.replace({ stp: 6 });
// @ts-expect-error a field of another type
state.replace({ step: '6' });
// @ts-expect-error a field is missing
new TrainState({ step: 1 });
// @ts-expect-error there is no such field
new TrainState({ optimizer, step: 1, epoch: 2 });

/** Exported with static fields and defaults. */
export class Config extends struct.dataclass<{ params: nn.Params; step?: number; act: (v: Tensor) => Tensor }>({
  step: struct.field({ default: 0 }),
  act: struct.field({ pytreeNode: false }),
}) {}

const config = new Config({ params: {}, act: (v) => v.relu() });
ok<Equal<typeof config.step, number>>();
config.act(x);
new Config({ params: {}, step: 3, act: (v) => v });
// @ts-expect-error what may be left out needs a default
struct.dataclass<{ step?: number }>();
// @ts-expect-error a default of another type
struct.dataclass<{ step?: number }>({ step: struct.field({ default: '0' }) });
// @ts-expect-error a field with a default may be left out: its type needs a question mark
struct.dataclass<{ step: number }>({ step: struct.field({ default: 0 }) });
// @ts-expect-error there is no such field
struct.dataclass<{ step: number }>({ stp: struct.field() });

const mapped = tree.map((leaf: Tensor) => leaf.mul(2), state);
ok<Equal<typeof mapped, TrainState>>();
const restored = serialization.fromStateDict(state, {});
ok<Equal<typeof restored, TrainState>>();
const raw = serialization.fromStateDict(null, {});
ok<Equal<typeof raw, unknown>>();

/** A state of any Model, and an optimizer with any hyper-parameters. */
export class AnyState extends struct.dataclass<{ optimizer: optim.Optimizer<nn.Model>; model: nn.Model }>() {}
new AnyState({ optimizer, model }).optimizer.target(x);
