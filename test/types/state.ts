/** Types only: state, keys, captured outputs, truncated Models, functions as modules. */
import { nn, type ShapeDtypeStruct, type Tensor, tree } from 'distaff';

declare const key: Tensor;
declare const x: Tensor;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

const Meter = nn.module(
  class Meter extends nn.Module {
    apply(v: Tensor, { decay = 0.9 }: { decay?: number } = {}) {
      const ema = this.state('ema', v.shape, nn.initializers.zeros);
      ok<Equal<typeof ema.value, Tensor>>();
      ema.value = ema.value.mul(decay);
      // @ts-expect-error a state variable made as a tensor stays one
      ema.value = 3;
      const pair = this.state('pair', null, (k) => ({ k, n: 0 }));
      ok<Equal<typeof pair.value, { k: Tensor; n: number }>>();
      const later = this.state<[Tensor, Tensor]>('later');
      later.value = [v, v];
      return this.isStateful() && this.isInitializing() ? v : ema.value;
    }
  },
);

const [[y, params], state] = nn.stateful(() => Meter.init(key, x));
ok<Equal<typeof y, Tensor>>();
ok<Equal<typeof state, nn.Collection>>();
const [z, newState] = nn.stateful(state, () => Meter.call(params, x).mean(), { mutable: false });
z.add(1);
newState.asDict();
nn.stateful(undefined, () => 1)[0].toFixed();
// @ts-expect-error a dict is no Collection
nn.stateful({}, () => 1);
// @ts-expect-error there is no such option
nn.stateful(state, () => 1, { frozen: true });
const doubled = tree.map((leaf: Tensor) => leaf.mul(2), state);
ok<Equal<typeof doubled, typeof state>>();

const drawn = nn.stochastic(key, () => ({ key: nn.makeRng(), n: 1 }));
ok<Equal<typeof drawn, { key: Tensor; n: number }>>();

const [out, outputs] = nn.captureModuleOutputs(() => Meter.call(params, x));
ok<Equal<typeof out, Tensor>>();
ok<Equal<ReturnType<typeof outputs.get>, unknown[]>>();

const [spec, model] = Meter.createByShape(key, [[1, 2]]);
ok<Equal<typeof spec, ShapeDtypeStruct>>();
ok<Equal<ReturnType<typeof model>, Tensor>>();
const [made, same] = Meter.create(key, x, { decay: 0.5 });
made.add(1);
same.replace({ params })(x).add(1);

const inner = model.truncateAt({ h: '/hidden', both: ['/a', '/b'] })(x);
inner.h[0].shape;
inner.both[1][0].shape;
model.truncateAt('/hidden')(x, { decay: 1 })[0];
// @ts-expect-error decay is a number
model.truncateAt('/hidden')(x, { decay: 'slow' });

const Block = nn.module(function Block(v: Tensor, { features }: { features: number }) {
  return nn.Dense(v, { features });
});
ok<Equal<ReturnType<typeof Block>, Tensor>>();
Block(x, { features: 3, name: 'block' });
// @ts-expect-error features is missing
Block(x);
nn.module('Named', (v: Tensor) => v.relu())
  .init(key, x)[0]
  .add(1);
Block.partial({ features: 2 }).initByShape(key, [[1, 2]])[0].shape;
