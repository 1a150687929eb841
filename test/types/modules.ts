/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import { evalShape, grad, nn, optim, type ShapeDtypeStruct, type Tensor, tree, valueAndGrad } from 'distaff';

declare const key: Tensor;
declare const x: Tensor;
declare const zeros: nn.Initializer;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

type DenseOptions = { features: number; kernelInit?: nn.Initializer };
const Dense = nn.module(
  class Dense extends nn.Module {
    apply(x: Tensor, { features, kernelInit = zeros }: DenseOptions) {
      return x.mul(this.param('kernel', [2, features], kernelInit));
    }
  },
);
const Activation = nn.module(
  class Activation extends nn.Module {
    apply(x: Tensor) {
      return x;
    }
  },
);
const Optional = nn.module(
  class Optional extends nn.Module {
    apply(x: Tensor, { k = 1 }: { k?: number } = {}) {
      return x.mul(k);
    }
  },
);
const VAE = nn.module(
  class VAE extends nn.Module {
    apply(x: Tensor, _key: Tensor, { latents: _ }: { latents: number }) {
      return [this.decode(x), x] as const;
    }
    decode(z: Tensor) {
      return Dense(z, { features: 3, name: 'out' });
    }
  },
);
const Cell = nn.module(
  class Cell extends nn.Module {
    apply(carry: [Tensor, Tensor], x: Tensor) {
      return [carry, x] as [[Tensor, Tensor], Tensor];
    }
  },
);
/** Exported, so that declarations of modules can be emitted. */
export const Named = nn.module(
  'Named',
  class extends nn.Module {
    apply(x: Tensor) {
      return x;
    }
  },
);

Dense(x, { features: 4 });
Dense(x, { features: 4, name: 'hidden' });
// @ts-expect-error features is missing
Dense(x);
// @ts-expect-error there is no such option
Dense(x, { features: 4, feature: 3 });
// @ts-expect-error an option of another type
Dense(x, { features: '4' });
Activation(x);
Activation(x, { name: 'a' });
Optional(x);
Optional(x, { k: 2 });

const D4 = Dense.partial({ features: 4 });
D4(x);
D4(x, { features: 5 });
D4(x, { kernelInit: zeros });
D4.partial({ kernelInit: zeros })(x);
// @ts-expect-error there is no such option
Dense.partial({ featurs: 4 });

const [y, params] = D4.init(key, x);
ok<Equal<typeof y, Tensor>>();
const [[decoded], vaeParams] = VAE.init(key, x, key, { latents: 3 });
ok<Equal<typeof decoded, Tensor>>();
const [spec] = D4.initByShape(key, [[1, 2]]);
ok<Equal<typeof spec, ShapeDtypeStruct>>();
D4.initByShape(key, ['i32[8, 128]']);
const [cellSpec] = Cell.initByShape(key, [
  [
    [1, 2],
    [1, 2],
  ],
  [1, 2],
]);
cellSpec[0][0].shape;
// @ts-expect-error one spec is missing
Cell.initByShape(key, [[1, 2]]);

const model = nn.Model(D4, params);
ok<Equal<ReturnType<typeof model>, Tensor>>();
model(x);
model.params.kernel;
model.replace({ params })(x);
// @ts-expect-error a Model is immutable
model.params = {};
const vae = nn.Model(VAE.partial({ latents: 3 }), vaeParams);
vae(x, key)[0].add(1);
vae.decode(x).add(1);
VAE.decode(vaeParams, x).add(1);
// @ts-expect-error there is no such method
vae.encode(x);

const gradient = grad((m: typeof model) => m(x).mean())(model);
gradient(x);
const [value, gradient2] = valueAndGrad((m: typeof model) => m(x).mean())(model);
ok<Equal<typeof value, Tensor>>();
gradient2(x);
const [[, aux], gradient3] = valueAndGrad((m: typeof model) => [m(x).mean(), { n: 1 }] as const, { hasAux: true })(
  model,
);
aux.n.toFixed();
gradient3.params;

const optimizer = optim.Momentum({ learningRate: 0.1 }).create(model);
optimizer.applyGradient(gradient).target(x);
const cell = Cell.shared({ name: 'cell' });
cell([x, x], x)[0][1].add(1);

const shapes = tree.map((leaf) => leaf.shape, { a: x, b: [x, x] as [Tensor, Tensor] });
type Shape = Tensor['shape'];
ok<Equal<typeof shapes, { a: Shape; b: [Shape, Shape] }>>();

/** Exported with its static member. */
export const Counted = nn.module(
  class Counted extends nn.Module {
    static initialCount(start: number) {
      return start;
    }
    apply(x: Tensor, { k = 1 }: { k?: number } = {}) {
      return x.mul(k);
    }
  },
);
Counted.initialCount(3).toFixed();
Counted.partial({ k: 2 });
nn.Model(Counted, params)(x);

// A dict of tensors is an input.
const Batch = nn.module(
  class Batch extends nn.Module {
    apply({ image, labels }: { image: Tensor; labels: Tensor[] }) {
      return [image, ...labels] as const;
    }
  },
);
Batch({ image: x, labels: [x] }, { name: 'batch' });
Batch.initByShape(key, [{ image: [1, 2], labels: ['i32[1]'] }])[0][0].shape;
// @ts-expect-error the labels are missing
Batch.init(key, { image: x });
// Optional tensors are options.
const Masked = nn.module(
  class Masked extends nn.Module {
    apply(x: Tensor, { mask }: { mask?: Tensor } = {}) {
      return mask ? x.mul(mask) : x;
    }
  },
);
Masked(x, { mask: x, name: 'masked' });
Masked.partial({ mask: x })(x);
Masked.initByShape(key, [[1, 2]], { mask: x });

const doubledModel = tree.map((p: Tensor) => p.mul(2), model);
ok<Equal<typeof doubledModel, typeof model>>();
const doubledOptimizer = tree.map((p: Tensor) => p.mul(2), optimizer);
ok<Equal<typeof doubledOptimizer, typeof optimizer>>();
const annotated = tree.map((p: Tensor, q: Tensor) => p.add(q).shape, { a: x }, { a: x });
ok<Equal<typeof annotated, { a: Shape }>>();
// @ts-expect-error a leaf is a tensor
tree.map((p: string) => p, { a: x });

const abstract = evalShape((m: typeof model, v: Tensor) => ({ y: m(v), n: 1 }), model, [7, 2]);
ok<Equal<typeof abstract, { y: ShapeDtypeStruct; n: number }>>();
// @ts-expect-error a spec of the input is missing
evalShape((v: Tensor) => v);
