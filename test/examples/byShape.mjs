// The examples' modules from shapes alone. run.mjs runs it by `distaff run … --steps 1`: importing an example runs it, and
// so it costs little.
import { jnp, memory, nn, random, ShapeDtypeStruct, tree } from 'distaff';
import { MnistNet, ResNet50 } from '../../examples/resnet';
import { Transformer } from '../../examples/transformer';

/** More examples than any machine could compute outputs of. */
const MANY = 2 ** 24;

const cases = [
  { name: 'Transformer', module: Transformer, shape: [16], dtype: 'int32' },
  { name: 'MnistNet', module: MnistNet, shape: [28, 28, 1], dtype: 'float32' },
  { name: 'ResNet50', module: ResNet50, shape: [64, 64, 3], dtype: 'float32' },
];
for (const { name, module, shape, dtype } of cases) {
  const key = random.PRNGKey(7);
  globalThis.gc?.();
  const before = memory().bytes;
  const spec = new ShapeDtypeStruct([MANY, ...shape], dtype);
  const [[output, byShape], shapeState] = nn.stateful(() => module.initByShape(key, [spec]));
  globalThis.gc?.();
  const made = memory().bytes - before;
  const kept = [byShape, shapeState]
    .flatMap((values) => tree.leaves(values))
    .reduce((sum, { size }) => sum + 4 * size, 0);

  const [[computed, params], state] = nn.stateful(() => module.init(key, jnp.zeros([1, ...shape], dtype)));
  const same = (a, b) => [...tree.leaves(tree.map(jnp.arrayEqual, a, b))].every((equal) => equal.dataSync()[0] === 1);
  const shapeOnly =
    output instanceof ShapeDtypeStruct && String(output.shape) === String([MANY, ...computed.shape.slice(1)]);
  // An output has several bytes for each of the many examples; keys and the like may wait for the collector.
  const computesNone = shapeOnly && made < kept + MANY;
  console.log(`${name} computes no output: ${computesNone ? 'yes' : `no, ${made} bytes for ${kept}`}`);
  console.log(
    `${name} has init's parameters and state: ${same(params, byShape) && same(state, shapeState) ? 'yes' : 'no'}`,
  );
}
