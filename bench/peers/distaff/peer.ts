/** Distaff: `distaff run peer.ts <case> <arrays> [--eager]`. */
import { evalShape, jit, jnp, lax, nn, optim, random, ShapeDtypeStruct, type Tensor, valueAndGrad } from 'distaff';
import { CNN } from '../../models/cnn';
import { LinearRegression } from '../../models/linearRegression';
import { LSTM } from '../../models/lstm';
import { MLP } from '../../models/mlp';
import { ResNet50 } from '../../models/resnet50';
import { Transformer } from '../../models/transformer';
import { type Call, readArrays, serve, type Values } from '../serve.mjs';

type Data = Readonly<Record<string, Tensor>>;
type Loss = (y: Tensor, data: Data) => Tensor;

const crossEntropy: Loss = (logits, { labels }) =>
  jnp.mean(jnp.sum(nn.oneHot(labels, 10).mul(nn.logSoftmax(logits)), -1)).neg();
const meanSquare: Loss = (output, { y }) => jnp.mean(output.sub(y).square());
const momentum = (learningRate: number) => optim.Momentum({ learningRate, beta: 0.9 });
const adam = (learningRate: number) => optim.Adam({ learningRate });

const TRAINED = {
  linreg: [LinearRegression, meanSquare, momentum(0.1)],
  linreg100: [LinearRegression, meanSquare, momentum(0.1)],
  mlp: [MLP, crossEntropy, adam(1e-3)],
  cnn: [CNN, crossEntropy, momentum(0.01)],
  transformer: [Transformer, meanSquare, adam(1e-4)],
  lstm: [LSTM, meanSquare, adam(1e-3)],
} as const;

const [name = '', header = '', ...flags] = process.argv.slice(2);
const maybeJit = <F extends (...args: never[]) => unknown>(fn: F, options: { donateArgnums?: number } = {}): F =>
  flags.includes('--eager') ? fn : jit(fn, options);

function training(name: keyof typeof TRAINED): Record<string, Call> {
  const [module, lossOf, definition] = TRAINED[name];
  const arrays = readArrays(header);
  const params = nested(arrays.params);
  const data = Object.fromEntries(Object.entries(arrays.data).map(([key, array]) => [key, tensorOf(array)]));
  const model = nn.Model(module as typeof MLP, params);
  let optimizer = (definition as ReturnType<typeof adam>).create(nn.Model(module as typeof MLP, nested(arrays.params)));
  type State = typeof optimizer;

  function one(optimizer: State, data: Data): [State, Tensor] {
    const [loss, grad] = valueAndGrad((model: typeof optimizer.target) => lossOf(model(data.x), data))(
      optimizer.target,
    );
    return [optimizer.applyGradient(grad), loss];
  }
  function hundred(optimizer: State, data: Data): [State, Tensor] {
    const [after, losses] = lax.scan((optimizer: State) => one(optimizer, data), optimizer, null, { length: 100 });
    return [after, losses.slice([99]).squeeze()];
  }

  // The steps donate the parameters that they replace.
  const step = maybeJit(name === 'linreg100' ? hundred : one, { donateArgnums: 0 });
  const forward = maybeJit((m: typeof model, x: Tensor) => m(x));
  const train = () => {
    const [next, loss] = step(optimizer, data);
    optimizer = next;
    return loss;
  };
  const calls: Record<string, Call> = { train: { run: train, loss: (loss) => (loss as Tensor).dataSync()[0] } };
  if (name === 'linreg100') return calls;
  return { ...calls, forward: { run: () => forward(model, data.x), loss: (y) => jnp.sum(y as Tensor).dataSync()[0] } };
}

function tensorOf({ values, shape, dtype }: Values): Tensor {
  return jnp.array(values, dtype).reshape(shape);
}

type Params = { [name: string]: Tensor | Params };

/** `{ 'a/b': x }` as `{ a: { b: x } }`. */
function nested(arrays: Readonly<Record<string, Values>>): Params {
  const tree: Params = {};
  for (const [path, array] of Object.entries(arrays)) {
    const folders = path.split('/');
    const name = folders.pop() as string;
    let node = tree;
    for (const folder of folders) {
      node[folder] ??= {};
      node = node[folder] as Params;
    }
    node[name] = tensorOf(array);
  }
  return tree;
}

function shapes(module: typeof MLP, shape: number[]): Call {
  const key = random.PRNGKey(0);
  const x = ShapeDtypeStruct(shape, 'float32');
  return { run: () => evalShape((key: Tensor, x: Tensor) => module.init(key, x), key, x) };
}

function resnet50(): Record<string, Call> {
  const module = ResNet50 as unknown as typeof MLP;
  const x = jnp.zeros([1, 224, 224, 3]);
  const init = () => nn.stateful(() => module.init(random.PRNGKey(0), x));
  return { init: { run: init }, evalShape: shapes(module, [1, 224, 224, 3]) };
}

function dispatch(): Record<string, Call> {
  const repeat = 1000;
  const x = jnp.ones([4]);
  const add = jit((x: Tensor) => x.add(x));
  const repeated = (fn: (x: Tensor) => Tensor): Call => ({
    repeat,
    run: () => {
      for (let i = 0; i < repeat; i++) fn(x);
    },
  });
  return { op: repeated((x) => x.add(x)), jit: repeated(add) };
}

if (name in TRAINED) await serve(training(name as keyof typeof TRAINED));
else if (name === 'resnet50') await serve(resnet50());
else if (name === 'transformerShapes') await serve({ evalShape: shapes(Transformer as typeof MLP, [8, 128, 256]) });
else await serve(dispatch());
