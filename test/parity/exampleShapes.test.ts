/** The examples' modules get the parameters from shapes alone that inputs would give them, and compute nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'vitest';
import { jnp, random } from '../../runtime/src/index';
import { expectSameByShape } from './byShape';
import { runCells, valuesOf } from './exampleCells';

// biome-ignore lint/suspicious/noExplicitAny: an example's values have the types that they have there.
const example = async (file: string, args?: readonly string[]): Promise<Record<string, any>> =>
  valuesOf(await runCells(file, args));
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
  const out = mkdtempSync(path.join(tmpdir(), 'distaff-vae-'));
  const { VAE } = await example('vae.ts', ['--steps', '0', '--out', out]);
  rmSync(out, { recursive: true });
  expectSameByShape(VAE, key, [jnp.ones([3, 784]), key], { latents: 20 });
});

test('lstm-text.ts', async () => {
  const { CharacterModel } = await example('lstm-text.ts', ['--steps', '0', '--characters', '1']);
  const carry = [jnp.zeros([3, 256]), jnp.zeros([3, 256])];
  expectSameByShape(CharacterModel, key, [carry, jnp.ones([3, 8], 'int32')], { vocabulary: 63 });
});
