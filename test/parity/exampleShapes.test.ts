/** The examples' modules get the parameters from shapes alone that inputs would give them, and compute nothing else. */
import { test } from 'vitest';
import { jnp, random } from '../../runtime/src/index';
import { expectSameByShape } from './byShape';
import { runCells, valuesOf } from './exampleCells';

// biome-ignore lint/suspicious/noExplicitAny: an example's values have the types that they have there.
const example = async (file: string, args?: readonly string[]): Promise<Record<string, any>> =>
  valuesOf(await runCells(file, args));
const key = random.PRNGKey(0);

test('guided-tour.ts', async () => {
  const { Dense, MLP, NamedMLP, SimpleRNN, LinearRegression, ScaledDense, MultiMethodModule, sizes } =
    await example('guided-tour.ts');
  const x = jnp.ones([1, 2]);
  const series = jnp.linspace(-5, 5);
  expectSameByShape(Dense, key, [x], { features: 4 });
  for (const module of [MLP, NamedMLP]) expectSameByShape(module, key, [x], sizes);
  expectSameByShape(SimpleRNN, key, [x]);
  expectSameByShape(LinearRegression, key, [series]);
  expectSameByShape(ScaledDense, key, [x]);
  expectSameByShape(MultiMethodModule, key, [series]);
});
