// %% [markdown]
// # A guided tour
//
// Flax's guided tour led from a dense layer in plain JAX to training loops, checkpoints and modules that rewrite each
// other's parameters. This is that tour in TypeScript: the same networks, made from the same keys, with the same numbers
// in the end. If you know JAX you will mostly meet old friends in new clothes; if you know TypeScript, everything else is
// explained on the way.
//
// The file is a notebook and a program at once. Each `// %%` begins a cell, and `npx distaff run guided-tour.ts` runs
// them from top to bottom. In the editor the shapes of a module's parameters, and of all that it computes, stand beside
// their names as soon as you save.

// %%
import { grad, jnp, lax, nn, optim, random, serialization, struct, Tensor, tree, valueAndGrad } from 'distaff';

// %% [markdown]
// ## Arrays, keys and gradients
//
// `jnp` is NumPy with names in camel case. Its arrays are immutable tensors, and as TypeScript has no operators for them,
// arithmetic is a chain of methods: Python's `2 * x + 1` is `x.mul(2).add(1)`. What you drop is collected like any other
// object; nothing has to be disposed of.
//
// Randomness is explicit. A *key* is a small array that stands for a stream of random numbers. The same key always gives
// the same numbers, so you never use one twice: you split it. What keys give here are the very bits that JAX gives.

// %%
const keys = random.split(random.PRNGKey(0));
console.log('two keys made of one:', keys);

// %% [markdown]
// `grad` takes a function and returns the function that computes its gradient. It is the reason why everything in this
// tour is a function of all that it depends on: what is not an argument cannot be differentiated.
//
// ## A layer in plain functions
//
// A dense layer is two functions. One makes the parameters from a key; the other uses them.

// %%
type DenseParams = [kernel: Tensor, bias: Tensor];

function denseInit(key: Tensor, inFeatures: number, outFeatures: number): DenseParams {
  const [kernelKey, biasKey] = random.split(key);
  // An initializer takes a key and a shape.
  const kernel = nn.initializers.lecunNormal()(kernelKey, [inFeatures, outFeatures]);
  const bias = nn.initializers.zeros(biasKey, [outFeatures]);
  return [kernel, bias];
}

function denseApply([kernel, bias]: DenseParams, x: Tensor): Tensor {
  return jnp.dot(x, kernel).add(bias);
}

// %% [markdown]
// This is verbose, but nothing is hidden. Parameters are an ordinary value that you hand around, and there is no global
// generator whose state you would have to know to repeat a run.

// %%
const plainParams = denseInit(random.PRNGKey(0), 2, 4);
console.log('parameters:', plainParams);

// %%
const x = jnp.ones([1, 2]);
const plainOutput = denseApply(plainParams, x);
console.log('output:', plainOutput);

// %% [markdown]
// The gradient has the form of what it is taken with respect to, the first argument: here a pair again.

// %%
const meanSquare = (params: DenseParams, input: Tensor) => jnp.mean(denseApply(params, input).square());
const plainGradient = grad(meanSquare)(plainParams, x);
console.log('gradient:', plainGradient);

// %% [markdown]
// ## Modules
//
// A module is both functions at once. You write the forward computation in `apply` and declare a parameter, with
// `this.param`, in the line that needs it. During initialization `this.param` makes the parameter; afterwards it looks it
// up. So shapes can follow from the input and are written once.
//
// `nn.module` turns the class into something you can call. Inputs are positional. Hyper-parameters are one object behind
// them, where Python has keyword arguments: `Dense(x, features=4)` becomes `Dense(x, { features: 4 })`.
//
// The tag `@input` says what the module will be fed with. Only the editor reads it, to show shapes before anything runs.

// %%
interface DenseOptions {
  /** The size of the output's last axis. */
  features: number;
  kernelInit?: nn.Initializer;
  biasInit?: nn.Initializer;
}

/**
 * A learned linear transformation.
 *
 * @input x f32[B, 2]
 * @with { features: 4 }
 */
const Dense = nn.module(
  class Dense extends nn.Module {
    apply(
      x: Tensor,
      { features, kernelInit = nn.initializers.lecunNormal(), biasInit = nn.initializers.zeros }: DenseOptions,
    ): Tensor {
      const inFeatures = x.shape[x.rank - 1];
      const kernel = this.param('kernel', [inFeatures, features], kernelInit);
      const bias = this.param('bias', [features], biasInit);
      return jnp.dot(x, kernel).add(bias);
    }
  },
);

// %% [markdown]
// `init` runs `apply` and returns its output with the parameters that were made on the way.

// %%
const [denseOutput, denseParams] = Dense.init(random.PRNGKey(0), x, { features: 4 });
console.log('output:', denseOutput);
console.log('parameters:', denseParams);

// %% [markdown]
// The kernel differs from the plain layer's, though the key is the same. There the key was split in two; a module gives
// each parameter a key of its own, made of the module's key and the parameter's *name*. So you can add a parameter later,
// or change the order of two, and all others keep their values.
//
// `call` runs `apply` with given parameters and makes none.

// %%
const denseCall = Dense.call(denseParams, x, { features: 4 });
console.log('output:', denseCall);

// %% [markdown]
// `init` and `call` go through the same `apply`, so both have to know `features`. `partial` fills in options once and for
// all, as `functools.partial` does in Python. TypeScript follows: what was filled in is optional from here on.

// %%
const FourFeatures = Dense.partial({ features: 4 });
const [, fourFeaturesParams] = FourFeatures.init(random.PRNGKey(0), x);
const fourFeaturesCall = FourFeatures.call(fourFeaturesParams, x);
console.log('output, again:', fourFeaturesCall);

// %% [markdown]
// ### Modules made of modules
//
// Inside `apply` another module is just a function. Its parameters become a branch of the caller's.

// %%
/** The same as nn.relu. */
const relu = (x: Tensor) => jnp.maximum(0, x);

interface MLPOptions {
  hiddenFeatures: number;
  outputFeatures: number;
  activationFn: (x: Tensor) => Tensor;
}

/**
 * A multi-layer perceptron with one hidden layer.
 *
 * @input x f32[B, 2]
 * @with { hiddenFeatures: 8, outputFeatures: 4, activationFn: relu }
 */
const MLP = nn.module(
  class MLP extends nn.Module {
    apply(x: Tensor, { hiddenFeatures, outputFeatures, activationFn }: MLPOptions): Tensor {
      const z = Dense(x, { features: hiddenFeatures });
      const h = activationFn(z);
      return Dense(h, { features: outputFeatures });
    }
  },
);

const sizes = { hiddenFeatures: 8, outputFeatures: 4, activationFn: relu };
const [mlpOutput, mlpParams] = MLP.partial(sizes).init(random.PRNGKey(0), x);
console.log('output:', mlpOutput);

// %% [markdown]
// Parameters are a *pytree*: arrays inside objects and arrays, as deep as you like. Almost every function of the library
// takes pytrees, and `tree.map` applies a function to each leaf. With `jnp.shape` it shows the structure.

// %%
const mlpShapes = tree.map(jnp.shape, mlpParams);
console.log('shapes:', mlpShapes);

// %% [markdown]
// ### Names
//
// Submodules are numbered in the order of their calls, behind the name of their class: `Dense_0`, `Dense_1`. (With
// `nn.autoNames('integer')` the numbers stand alone.) The option `name`, which every module has, replaces that by a word
// of yours, and checkpoints stay readable when the network grows.

// %%
/**
 * @input x f32[B, 2]
 * @with { hiddenFeatures: 8, outputFeatures: 4, activationFn: relu }
 */
const NamedMLP = nn.module(
  class NamedMLP extends nn.Module {
    apply(x: Tensor, { hiddenFeatures, outputFeatures, activationFn }: MLPOptions): Tensor {
      const z = Dense(x, { features: hiddenFeatures, name: 'hidden' });
      const h = activationFn(z);
      return Dense(h, { features: outputFeatures, name: 'out' });
    }
  },
);

const [namedOutput, namedParams] = NamedMLP.partial(sizes).init(random.PRNGKey(0), x);
const namedShapes = tree.map(jnp.shape, namedParams);
console.log('output:', namedOutput);
console.log('shapes:', namedShapes);

// %% [markdown]
// ### Sharing parameters
//
// Each call of a module has parameters of its own. A module made by `shared` has one set for all its calls, as a recurrent
// network needs. Like `partial` it takes options that hold for each call.

// %%
/** @input x f32[B, 2] */
const SimpleRNN = nn.module(
  class SimpleRNN extends nn.Module {
    apply(x: Tensor, { iterations = 3 }: { iterations?: number } = {}): Tensor[] {
      const features = x.shape[x.rank - 1];
      const cell = Dense.shared({ features, kernelInit: nn.initializers.orthogonal(), name: 'cell' });
      const outputs: Tensor[] = [];
      let state = x;
      for (let i = 0; i < iterations; i++) {
        state = cell(state);
        outputs.push(state);
      }
      return outputs;
    }
  },
);

// %% [markdown]
// The layer named `cell` runs three times, and yet there is only one kernel.

// %%
const [rnnOutputs, rnnParams] = SimpleRNN.init(random.PRNGKey(0), x);
const rnnShapes = tree.map(jnp.shape, rnnParams);
console.log('outputs:', rnnOutputs);
console.log('shapes:', rnnShapes);

// %% [markdown]
// ### Shapes are enough
//
// To initialize a network you rarely care for its output. `initByShape` takes shapes in place of inputs, one for each of
// them, and computes nothing but the parameters: `apply` runs on *abstract* tensors, which have a shape and a dtype and no
// values. The parameters are those that `init` makes; for the output you get what is known of it. This is also how the
// editor works out what it shows.

// %%
const [rnnOutputSpecs, inferredParams] = SimpleRNN.initByShape(random.PRNGKey(0), [[1, 2]]);
const inferredShapes = tree.map(jnp.shape, inferredParams);
console.log('output specs:', rnnOutputSpecs);
console.log('shapes:', inferredShapes);

// %% [markdown]
// ### Models
//
// A `Model` is a module with its parameters. You call it like a function, and it never changes: new parameters make a new
// Model.

// %%
const [, initialParams] = FourFeatures.init(random.PRNGKey(0), x);
const model = nn.Model(FourFeatures, initialParams);
const modelShapes = tree.map(jnp.shape, model.params);
console.log('shapes:', modelShapes);

// %%
const modelOutput = model(x);
console.log('output:', modelOutput);

// %%
console.log('parameters:', model.params);

// %%
const biasedModel = model.replace({ params: { ...model.params, bias: model.params.bias.add(1) } });
const biasedOutput = biasedModel(x);
console.log('parameters with another bias:', biasedModel.params);
console.log('output with another bias:', biasedOutput);

// %% [markdown]
// A Model is a pytree as well, whose leaves are its parameters. So the gradient with respect to a Model is a Model, with
// a gradient in the place of each parameter.

// %%
const modelGradient = grad((m: typeof model) => jnp.mean(m(x).square()))(model);
console.log('gradient:', modelGradient.params);

// %% [markdown]
// ## State
//
// Some layers remember. Batch normalization keeps running averages of its inputs' mean and variance while it trains, and
// uses them when it is tested. Such values are no parameters, as no gradient moves them: they are the module's *state*.
// `this.state` declares a state variable, and its `value` can be read and assigned.
//
// This is nn.BatchNorm, simplified.

// %%
interface BatchNormOptions {
  axis?: number;
  epsilon?: number;
  /** How much of the running averages each batch leaves. */
  momentum?: number;
  training?: boolean;
  gammaInit?: nn.Initializer;
  betaInit?: nn.Initializer;
}

/** @input x f32[B, 4] */
const BatchNorm = nn.module(
  class BatchNorm extends nn.Module {
    apply(
      x: Tensor,
      {
        axis = 0,
        epsilon = 1e-5,
        momentum = 0.99,
        training = false,
        gammaInit = nn.initializers.ones,
        betaInit = nn.initializers.zeros,
      }: BatchNormOptions = {},
    ): Tensor {
      let mean = jnp.mean(x, axis, { keepdims: true });
      let variance = jnp.mean(x.sub(mean).square(), axis, { keepdims: true });

      const runningMean = this.state('mean', mean.shape, nn.initializers.zeros);
      const runningVariance = this.state('var', variance.shape, nn.initializers.ones);
      // While parameters are being made, the averages are left as they begin.
      if (!this.isInitializing()) {
        if (training) {
          const alpha = 1 - momentum;
          runningMean.value = runningMean.value.add(mean.sub(runningMean.value).mul(alpha));
          runningVariance.value = runningVariance.value.add(variance.sub(runningVariance.value).mul(alpha));
        } else {
          mean = runningMean.value;
          variance = runningVariance.value;
        }
      }

      const normalized = x.sub(mean).div(variance.add(epsilon).sqrt());
      const gamma = this.param('gamma', mean.shape, gammaInit);
      const beta = this.param('beta', mean.shape, betaInit);
      return normalized.mul(gamma).add(beta);
    }
  },
);

// %% [markdown]
// State is allowed to change in one place only: inside `nn.stateful`. In Python that is a `with` block; here it is a
// function that you pass. You get what the function returned and the state afterwards, in an `nn.Collection` that nobody
// can change any more:
//
// - `nn.stateful(() => …)` begins without state. Initialize in it.
// - `nn.stateful(state, () => …)` begins with a copy of `state` and gives the changed copy.
// - `nn.stateful(state, () => …, { mutable: false })` lets modules read the state. Changing it is an error, so a test can
//   never leak into the model.

// %%
/** @input x f32[B, 2] */
const MyModel = nn.module(
  class MyModel extends nn.Module {
    apply(x: Tensor, { training = false }: { training?: boolean } = {}): Tensor {
      const h = Dense(x, { features: 4 });
      return BatchNorm(h, { training, momentum: 0, name: 'batch_norm' });
    }
  },
);

const inputA = random.normal(random.PRNGKey(1), [1024, 2]).mul(jnp.array([[1, 3]]));
const stdInput = jnp.std(inputA, 0);
console.log('standard deviation of the input:', stdInput);

const [[initOutput, statefulParams], initState] = nn.stateful(() => MyModel.init(random.PRNGKey(2), inputA));
const stdInit = jnp.std(initOutput, 0);
console.log('standard deviation of the output, init:', stdInit);

const [trainOutput, newState] = nn.stateful(initState, () => MyModel.call(statefulParams, inputA, { training: true }));
const stdTraining = jnp.std(trainOutput, 0);
console.log('standard deviation of the output, training:', stdTraining);

const [testOutput] = nn.stateful(newState, () => MyModel.call(statefulParams, inputA), { mutable: false });
const stdTesting = jnp.std(testOutput, 0);
console.log('standard deviation of the output, testing:', stdTesting);

// %% [markdown]
// A collection holds the state of each module under its path, `/some_module/nested_module`, and `asDict` shows it. With a
// momentum of 0 the averages are those of the last batch.

// %%
for (const [when, collection] of Object.entries({ init: initState, training: newState })) {
  console.log(`state after ${when}:`, collection.asDict());
}

// %% [markdown]
// As the state is a value, you can have several. Say the same network is also to be used on data with other statistics.
// The averages it has learned are wrong for them:

// %%
const inputB = random.normal(random.PRNGKey(1), [1024, 2]).mul(jnp.array([[2, 5]]));
const [wrongOutput] = nn.stateful(newState, () => MyModel.call(statefulParams, inputB), { mutable: false });
const stdWrongState = jnp.std(wrongOutput, 0);
console.log('standard deviation, badly normalized:', stdWrongState);

// %% [markdown]
// One pass that begins with the first state gives a second one, for the second kind of data. The parameters are the same.

// %%
const [trainOutputB, stateB] = nn.stateful(initState, () => MyModel.call(statefulParams, inputB, { training: true }));
const stdTrainingB = jnp.std(trainOutputB, 0);
console.log('standard deviation of the output, training:', stdTrainingB);

const [testOutputB] = nn.stateful(stateB, () => MyModel.call(statefulParams, inputB), { mutable: false });
const stdTestingB = jnp.std(testOutputB, 0);
console.log('standard deviation of the output, testing:', stdTestingB);

// %% [markdown]
// ## Optimizers
//
// `optim` fits any pytree of arrays to a loss. Let us fit a line to thirty noisy points around y = 2 x.
//
// To show numbers we read them: `dataSync` gives a tensor's values as a typed array. It waits until they are computed, so
// read in the end, or now and then, and keep the computation itself in tensors.

// %%
const line = (x: Tensor) => x.mul(2);
const [regressionRng, inputKey, noiseKey] = random.split(random.PRNGKey(0), 3);
const X = random.uniform(inputKey, [30], { minval: -5, maxval: 5 });
const Y = line(X).add(random.normal(noiseKey, [30]));

/** Where lines are drawn. */
const xs = jnp.linspace(-5, 5);
const ys = line(xs);

/** Shows a few points of lines over `xs`, one column each. */
function showLines(columns: Record<string, Tensor>): void {
  const values = Object.entries({ x: xs, ...columns }).map(([name, tensor]) => [name, tensor.dataSync()] as const);
  const points = [0, 12, 25, 37, 49];
  console.table(points.map((i) => Object.fromEntries(values.map(([name, data]) => [name, data[i].toFixed(3)]))));
}
showLines({ '2 x': ys });

// %% [markdown]
// The model is a dense layer with one feature, between an axis added and the same axis taken away. Python's indexing with
// `None` and `0` is `expandDims` and `squeeze`.

// %%
/** @input x f32[N] */
const LinearRegression = nn.module(
  class LinearRegression extends nn.Module {
    apply(x: Tensor): Tensor {
      return jnp.squeeze(nn.Dense(jnp.expandDims(x, -1), { features: 1 }), -1);
    }
  },
);

const [, regressionKey] = random.split(regressionRng);
const [, regressionParams] = LinearRegression.init(regressionKey, X);
const regression = nn.Model(LinearRegression, regressionParams);
const untrainedLine = regression(xs);
showLines({ '2 x': ys, untrained: untrainedLine });

// %% [markdown]
// `optim.Momentum({…})` is the definition of an algorithm: its hyper-parameters and what it does in a step, but no values.
// `create` joins it with a *target*, what is to be optimized, and with what the algorithm keeps of each parameter. The
// result is an `Optimizer`. It is immutable too: `applyGradient` returns the next one.

// %%
const lossFn = (m: typeof regression) => jnp.mean(Y.sub(m(X)).square());

/** Takes some steps; gives the optimizer after the last, and what was measured at each. */
function train(optimizer: optim.Optimizer<typeof regression>, steps: number) {
  const history: { loss: number; slope: number; intercept: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const [loss, gradient] = valueAndGrad(lossFn)(optimizer.target);
    optimizer = optimizer.applyGradient(gradient);
    const { kernel, bias } = optimizer.target.params.Dense_0;
    history.push({ loss: loss.dataSync()[0], slope: kernel.dataSync()[0], intercept: bias.dataSync()[0] });
  }
  return { optimizer, history };
}

const optimizer = optim.Momentum({ learningRate: 0.1, beta: 0.9 }).create(regression);
const trained = train(optimizer, 100);
console.table(Object.fromEntries([0, 1, 2, 3, 4, 19, 39, 59, 79, 99].map((step) => [step, trained.history[step]])));
console.log('mean square error:', trained.history.at(-1)?.loss);

const trainedModel = trained.optimizer.target;
const trainedLine = trainedModel(xs);
console.log('parameters:', trainedModel.params);
showLines({ '2 x': ys, untrained: untrainedLine, trained: trainedLine });

// %% [markdown]
// ## Saving and restoring
//
// `struct.dataclass` makes the base class of an immutable record. A record is a pytree, so it passes through `grad` and
// `tree.map` like everything else, and it can be saved. Models and Optimizers are such records too.
//
// A *state dict* is what an object holds, as plain objects with arrays and numbers in them.

// %%
class TrainState extends struct.dataclass<{ optimizer: typeof trained.optimizer; step: number }>() {}

const state = new TrainState({ optimizer: trained.optimizer, step: 5 });
const stateDict = serialization.toStateDict(state);
console.dir(stateDict, { depth: null, customInspect: true });

// %% [markdown]
// Assigning to a field is an error. `replace` makes a record with other values.

// %%
const nextState = state.replace({ step: 6 });
console.log('steps:', state.step, nextState.step);

// %% [markdown]
// `toBytes` writes a state dict as MessagePack, byte for byte as Flax does, so either side reads the other's files.

// %%
const bytes = serialization.toBytes(state);
console.log('number of bytes:', bytes.length);

// %% [markdown]
// Now we lose everything.

// %%
const corruptedState = tree.map((leaf: Tensor | number) => (leaf instanceof Tensor ? leaf.mul(0) : 0), state);
const corruptedStateDict = serialization.toStateDict(corruptedState);
console.dir(corruptedStateDict, { depth: null, customInspect: true });

// %% [markdown]
// `fromBytes` needs an object of the right form, whose values do not count, and gives a copy with those that were saved.
// It complains about everything that does not fit.

// %%
const restoredState = serialization.fromBytes(corruptedState, bytes);
const restoredStateDict = serialization.toStateDict(restoredState);
console.dir(restoredStateDict, { depth: null, customInspect: true });

// %% [markdown]
// ## Further on
//
// ### Different optimizers for different parameters
//
// `optim.MultiOptimizer` takes pairs: which parameters, and how to optimize them. A *traversal* selects; the one of Models
// goes by paths, such as `/Dense_0/kernel`. Here weight decay, on the bias alone, keeps the line close to the origin.

// %%
const kernels = optim.ModelParamTraversal((path) => path.includes('kernel'));
const biases = optim.ModelParamTraversal((path) => path.includes('bias'));
const separately = optim.MultiOptimizer(
  [kernels, optim.Momentum({ learningRate: 0.1 })],
  [biases, optim.Momentum({ learningRate: 0.1, weightDecay: 10 })],
);

const [, otherParams] = LinearRegression.init(random.PRNGKey(0), X);
const separateOptimizer = separately.create(nn.Model(LinearRegression, otherParams));
const decayed = train(separateOptimizer, 100);
console.log('mean square error:', decayed.history.at(-1)?.loss);

const decayedModel = decayed.optimizer.target;
const decayedLine = decayedModel(xs);
console.log('parameters:', decayedModel.params);
showLines({ '2 x': ys, 'without decay': trainedLine, 'with decay': decayedLine });

// %% [markdown]
// ### Modules with several methods
//
// A module may have more methods than `apply`, and each works on the same parameters. Where Python marks them with
// `@nn.module_method`, here every public method is one. They become methods of the module and of its Models. `getParam`
// reads what `apply` declared.
//
// This module learns a sequence in which each number follows from the last. In training it sees the true numbers all at
// once ("teacher forcing"); afterwards `decode` goes one step at a time, from its own output.

// %%
/** @input x f32[T] */
const MultiMethodModule = nn.module(
  class MultiMethodModule extends nn.Module {
    apply(x: Tensor): Tensor {
      const kernel = this.param('kernel', [], (_key, shape) => jnp.full(shape, 2));
      return x.mul(kernel);
    }

    decode(x: Tensor | number): Tensor {
      return jnp.multiply(x, this.getParam('kernel'));
    }
  },
);

const sequence = jnp.power(2, jnp.arange(5));
const [sequenceOutput, sequenceParams] = MultiMethodModule.init(random.PRNGKey(0), sequence);
const sequenceModel = nn.Model(MultiMethodModule, sequenceParams);
const target = sequence.slice([1]);
const teacherForced = sequenceOutput.slice([0], [4]);
const oneStep = sequenceModel.decode(1);
console.log('target:', target, 'teacher forced:', teacherForced);
console.log('one step of decoding:', oneStep);

// %% [markdown]
// A loop over steps is `lax.scan`. Its function takes the *carry*, what one step hands to the next, and the step's input.
// It returns the next carry and an output, and the outputs come back stacked. Here the carry is all the input there is, so
// `null` stands for inputs, and `length` says how many steps to take.

// %%
const decodeStep = (last: Tensor): [carry: Tensor, output: Tensor] => {
  const next = sequenceModel.decode(last);
  // What comes out of a step goes into the next.
  return [next, next];
};
const [carry, decoded] = lax.scan(decodeStep, jnp.array(1), null, { length: 4 });
console.log('carry:', carry);
console.log('decoded:', decoded);

// %% [markdown]
// ### Modules that change other modules' parameters
//
// A parameter need not be an array. With `null` for its shape it is whatever its initializer makes, so it can be all the
// parameters of another module. A wrapper can then do with them what it likes before it calls that module. This one
// multiplies the kernel of any module that has one with a scale, which is learned too.

// %%
/** Any module that makes a tensor of a tensor, with options `O`. */
interface TensorModule<O> {
  init(key: Tensor, x: Tensor, options: O): [output: Tensor, params: nn.Params];
  call(params: nn.Params, x: Tensor, options: O): Tensor;
}

function addScale<O extends object>(module: TensorModule<O>) {
  return nn.module(
    class ScaleWrapper extends nn.Module {
      apply(x: Tensor, options: O): Tensor {
        const params = this.param('params', null, (key) => module.init(key, x, options)[1]);
        const { kernel } = params;
        const scale = this.param('scale', [kernel.shape.at(-1)], nn.initializers.ones);
        return module.call({ ...params, kernel: kernel.mul(scale) }, x, options);
      }
    },
  );
}

const ScaledDense = addScale(Dense).partial({ features: 4 });
const [scaledOutput, scaledParams] = ScaledDense.init(random.PRNGKey(0), x);
const scaledShapes = tree.map(jnp.shape, scaledParams);
console.log('shapes:', scaledShapes);
console.log('parameters:', scaledParams);

// %%
const rescaledOutput = ScaledDense.call({ ...scaledParams, scale: jnp.array([1, 2, 3, 4]) }, x);
console.log('output:', scaledOutput);
console.log('output with a scale of 1, 2, 3, 4:', rescaledOutput);
