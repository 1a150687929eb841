// Who is timed, and how each is started.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileOverTensorflow } from '../../runtime/setup/compileAddon.mjs';
import { ensureLibtensorflow } from '../../runtime/setup/libtensorflow.mjs';
import { run } from '../../runtime/setup/run.mjs';
import { ensureFlax, ensureVenv } from '../../test/python/venv.mjs';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const models = ['linreg', 'linreg100', 'mlp', 'cnn', 'transformer', 'lstm'];
const cli = [process.execPath, at('runtime/dist/cli.js'), 'run', at('bench/peers/distaff/peer.ts')];

/**
 * `prepare` brings what the peer needs and gives its command, which takes a case and its arrays, and `after` them.
 * @type {Record<string, { title: string, cases?: string[], prepare: (options: { log: (line: string) => void }) =>
 *   Promise<{ command: string[], after?: string[] }> }>}
 */
export const PEERS = {
  distaff: { title: 'Distaff', prepare: async () => ({ command: cli }) },
  jax: {
    title: 'JAX + Flax',
    prepare: async ({ log }) => ({ command: [(await ensureFlax({ log })).python, at('bench/peers/jax/peer.py')] }),
  },
  tensorflow: {
    title: 'tf.function',
    cases: [...models, 'dispatch'],
    prepare: async ({ log }) => {
      const requirements = at('bench/peers/tensorflow/requirements.txt');
      const what = 'TensorFlow (1.5 GB on disk)';
      const { python } = await ensureVenv({ name: 'tensorflow', what, requirements, log });
      return { command: [python, at('bench/peers/tensorflow/peer.py')] };
    },
  },
  jaxjs: {
    title: 'jax-js',
    // It has no scan; the others would be unrolled.
    cases: ['linreg', 'mlp', 'cnn', 'transformer', 'dispatch'],
    prepare: async ({ log }) => {
      const folder = at('bench');
      if (!existsSync(at('bench/node_modules/@jax-js/jax'))) {
        log('Installing jax-js in bench/');
        await run('npm', [
          'ci',
          '--prefix',
          folder,
          '--workspaces=false',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
        ]);
      }
      return { command: [process.execPath, at('bench/peers/jaxjs/peer.mjs')] };
    },
  },
  tfjs: {
    title: 'tfjs-node',
    cases: [...models, 'dispatch'],
    prepare: async ({ log }) => {
      const binding = await compileOverTensorflow({
        sources: at('node_modules/@tensorflow/tfjs-node/binding'),
        flags: ['-w', '-DNAPI_VERSION=8'],
        output: at('.cache/bench/tfjs_binding.node'),
        tensorflowDir: await ensureLibtensorflow({ log }),
        log,
      });
      return { command: [process.execPath, at('bench/peers/tfjs/peer.mjs')], after: [binding] };
    },
  },
  eager: { title: 'Distaff, not jitted', cases: models, prepare: async () => ({ command: cli, after: ['--eager'] }) },
};
