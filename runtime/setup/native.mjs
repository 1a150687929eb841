import { compileAddon } from './compileAddon.mjs';
import { ensureCompiler } from './compiler.mjs';
import { ensureLibtensorflow } from './libtensorflow.mjs';

/**
 * Everything that evaluating on TensorFlow needs: libtensorflow and the native addon. Does only what is missing.
 * @param {{ log: (line: string) => void }} options
 */
export async function setUpNative({ log }) {
  const tensorflowDir = await ensureLibtensorflow({ log });
  await ensureCompiler({ log });
  await compileAddon({ tensorflowDir, log });
}
