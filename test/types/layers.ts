/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import { grad, nn, type ShapeDtypeStruct, type Tensor } from 'distaff';

declare const key: Tensor;
declare const x: Tensor;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

// Cells: a carry and an input, a carry and an output; options may be left out.
const [[lstmCarry, output], params] = nn.LSTMCell.init(key, [x, x], x);
ok<Equal<typeof lstmCarry, [c: Tensor, h: Tensor]>>();
ok<Equal<typeof output, Tensor>>();
nn.OptimizedLSTMCell.call(params, nn.OptimizedLSTMCell.initializeCarry(key, [2], 4), x, { gateFn: nn.hardSigmoid });
// @ts-expect-error: the carry of an LSTM is two tensors.
nn.LSTMCell.call(params, x, x);
const gruCarry = nn.GRUCell.initializeCarry(key, [2], 4, { initFn: nn.initializers.normal() });
ok<Equal<typeof gruCarry, Tensor>>();
const cell = nn.Model(nn.GRUCell, nn.GRUCell.init(key, gruCarry, x)[1]);
ok<Equal<ReturnType<typeof cell>, [carry: Tensor, output: Tensor]>>();
const [shapes] = nn.LSTMCell.initByShape(key, [
  [
    [2, 4],
    [2, 4],
  ],
  [2, 3],
]);
ok<Equal<(typeof shapes)[1], ShapeDtypeStruct>>();
nn.ConvLSTM.initializeCarry(key, [2], [8, 8, 3]);
// @ts-expect-error: the size of what a ConvLSTM keeps has spatial axes.
nn.ConvLSTM.initializeCarry(key, [2], 3);

// Options that are required stay so until a partial gives them.
// @ts-expect-error: features are missing.
nn.DenseGeneral(x, { axis: 1 });
nn.DenseGeneral(x, { features: [2, 3], axis: [-2, -1], batchDims: 0 });
nn.Conv(x, { features: 2, kernelSize: 3 });
nn.ConvTranspose.partial({ kernelSize: [3, 3] })(x, { features: 2 });
// @ts-expect-error: kernelSize is missing.
nn.ConvTranspose.partial({ features: 2 })(x);
nn.BatchNorm(x);
nn.BatchNorm.partial({ useRunningAverage: true })(x, { batchStats: new nn.Collection() });
nn.GroupNorm(x, { numGroups: null, groupSize: 4 });
// @ts-expect-error: there is no such option.
nn.LayerNorm(x, { axis: 1 });

// An embedding's other method is there wherever the embedding is.
const Embed = nn.Embed.partial({ numEmbeddings: 5, features: 3 });
const embed = nn.Model(Embed, Embed.init(key, x)[1]);
ok<Equal<ReturnType<typeof embed.attend>, Tensor>>();
Embed.attend(params, x);
Embed.shared({ name: 'embed' }).attend(x);
const slope = grad((model: typeof embed) => model.attend(x).sum())(embed);
ok<Equal<typeof slope, typeof embed>>();

nn.dropout(x, 0.5, { deterministic: true });
nn.softmax(x, [0, 1]);
// @ts-expect-error: the rate comes before the options.
nn.dropout(x, { rng: key });
