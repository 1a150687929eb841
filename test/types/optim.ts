/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import { nn, optim, type Tensor, traverse } from 'distaff';

declare const x: Tensor;
declare const rate: optim.HyperParam;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

const Scale = nn.module(
  class Scale extends nn.Module {
    apply(x: Tensor) {
      return x.mul(this.param('scale', [], nn.initializers.ones));
    }
  },
);
const makeModel = () => nn.Model(Scale, { scale: x });
const model = makeModel();

// An optimizer keeps its target's type.
const optimizer = optim.Momentum({ learningRate: 0.1 }).create(model);
ok<Equal<typeof optimizer.target, typeof model>>();
const stepped = optimizer.applyGradient(model, { learningRate: rate, nesterov: true });
ok<Equal<typeof stepped, typeof optimizer>>();
stepped.target(x).shape;
const ofDict = optim.Adam().create({ w: x, layers: [x, x] });
ok<Equal<typeof ofDict.target, { w: Tensor; layers: Tensor[] }>>();
// @ts-expect-error there is no such hyper-parameter
optim.Momentum({ learningrate: 0.1 });
// @ts-expect-error nor in a step
optimizer.applyGradient(model, { beta1: 0.9 });
// @ts-expect-error a hyper-parameter of another type
optim.Adam({ beta1: '0.9' });
// @ts-expect-error the gradient has another structure
ofDict.applyGradient({ w: x });

// With a focus the overrides are the optimizer's own.
const kernels = optim.ModelParamTraversal((path, param: Tensor) => path.includes('kernel') && param.rank > 1);
const focused = optim.Adam().create(model, { focus: kernels });
ok<Equal<typeof focused.target, typeof model>>();
focused.applyGradient(model, { learningRate: 0.1, beta2: 0.99 });

// Several optimizers: what a step overrides by name they all have; or all at once.
const biases = optim.ModelParamTraversal((path) => path.includes('bias'));
const multi = optim.MultiOptimizer([kernels, optim.Momentum({ beta: 0.5 })], [biases, optim.Adam()]);
ok<Equal<typeof multi.hyperParams, [optim.MomentumHyperParams, optim.AdamHyperParams]>>();
const ofModel = multi.create(model);
ok<Equal<typeof ofModel.target, typeof model>>();
ofModel.applyGradient(model, { learningRate: 0.1, weightDecay: rate });
const [momentum, adam] = multi.hyperParams;
ofModel.applyGradient(model, { hyperParams: [momentum, { ...adam, learningRate: 0.2 }] });
// @ts-expect-error Adam has no beta
ofModel.applyGradient(model, { beta: 0.1 });
// @ts-expect-error one optimizer's hyper-parameters are missing
ofModel.applyGradient(model, { hyperParams: [momentum] });
// @ts-expect-error a pair without its traversal
optim.MultiOptimizer([optim.Adam()]);

const normed = optim.WeightNorm(optim.Momentum(), { wnDecay: 0.1 }).create(model);
normed.applyGradient(model, { learningRate: 0.1, wnEps: 1e-6 });
// @ts-expect-error Momentum has no beta1
normed.applyGradient(model, { beta1: 0.1 });
optim
  .MultiOptimizer([traverse.tIdentity, optim.WeightNorm(optim.Adam())])
  .create([x])
  .applyGradient([x], { wnEps: 1 });

// Optimizers of any definition fit where nothing is asked of it.
const optimizers: optim.Optimizer<typeof model>[] = [optimizer, focused, ofModel, normed];
optimizers[0]?.applyGradient(model);
const withRates: optim.Optimizer<typeof model, { learningRate: optim.HyperParam | null }>[] = [optimizer];
withRates[0]?.applyGradient(model, { learningRate: 0.1 });

/** Exported, so that declarations of one's own optimizers can be emitted. */
export class SignDescent extends optim.OptimizerDef<{ learningRate: number }, Tensor> {
  override initParamState(param: Tensor): Tensor {
    return param;
  }
  override applyParamGradient(
    _: optim.HyperParam,
    { learningRate }: { learningRate: number },
    param: Tensor,
    state: Tensor,
    grad: Tensor,
  ) {
    return [param.sub(grad.sign().mul(learningRate)), state] as const;
  }
}
new SignDescent({ learningRate: 0.1 }).create({ w: x }).applyGradient({ w: x }, { learningRate: 0.2 }).target.w.shape;

// Schedules give what they take.
const schedule = optim.schedules.warmUp(optim.schedules.cosine(0.1, 100), 10);
ok<Equal<typeof schedule, optim.schedules.Schedule>>();
schedule(3).toFixed();
schedule(x).shape;
optimizer.applyGradient(model, { learningRate: schedule(optimizer.state.step) });

const clipped = optim.clipByGlobalNorm(model, 1);
ok<Equal<typeof clipped, typeof model>>();

const scale = new optim.DynamicScale({ growthInterval: 10 });
const result = scale.valueAndGrad((m: typeof model) => m(x).mean())(model);
ok<Equal<typeof result.grad, typeof model>>();
ok<Equal<typeof result.aux, Tensor>>();
const withAux = scale.valueAndGrad((m: typeof model, n: number) => [m(x).mean(), n] as const, { hasAux: true })(
  model,
  3,
);
ok<Equal<typeof withAux.aux, [value: Tensor, aux: number]>>();

const data = [{ foo: 1 }, { foo: 2 }];
const doubled = traverse.tIdentity
  .each()
  .item('foo')
  .update((v: number) => v * 2, data);
ok<Equal<typeof doubled, typeof data>>();
