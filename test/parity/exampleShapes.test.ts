/** The examples' modules get the parameters from shapes alone that inputs would give them, and compute nothing else. */
import { test } from 'vitest';
import { jnp, random } from '../../runtime/src/index';
import { expectSameByShape } from './byShape';
import { runCells, valuesOf } from './exampleCells';

// biome-ignore lint/suspicious/noExplicitAny: an example's values have the types that they have there.
type Values = Record<string, any>;
const example = async (file: string): Promise<Values> => valuesOf(await runCells(file));
/** What an example has before it reads its options and trains. */
const modules = async (file: string): Promise<Values> => valuesOf(await runCells(file, 'const { values } = parseArgs'));
const key = random.PRNGKey(0);

test('guided-tour.ts', async () => {
  const { Dense, MLP, NamedMLP, SimpleRNN, MyModel, LinearRegression, ScaledDense, MultiMethodModule, sizes } =
    await example('guided-tour.ts');
  const x = jnp.ones([3, 2]);
  const series = jnp.linspace(-5, 5);
  expectSameByShape(Dense, key, [x], { features: 4 });
  for (const module of [MLP, NamedMLP]) expectSameByShape(module, key, [x], sizes);
  expectSameByShape(SimpleRNN, key, [x]);
  expectSameByShape(MyModel, key, [x], { training: true });
  expectSameByShape(LinearRegression, key, [series]);
  expectSameByShape(ScaledDense, key, [x]);
  expectSameByShape(MultiMethodModule, key, [series]);
});

test('vae.ts', async () => {
  const { VAE } = await modules('vae.ts');
  expectSameByShape(VAE, key, [jnp.ones([3, 784]), key], { latents: 20 });
});

test('lstm-text.ts', async () => {
  const { CharacterModel } = await modules('lstm-text.ts');
  const carry = [jnp.zeros([3, 256]), jnp.zeros([3, 256])];
  expectSameByShape(CharacterModel, key, [carry, jnp.ones([3, 8], 'int32')], { vocabulary: 63 });
});
