// What must work on every Node that we support, on the built runtime; run by run.mjs.
import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const model = at('test/nodes/model.ts');

const checks = {
  async 'a gradient is computed on TensorFlow'() {
    const { grad, jnp } = await import('distaff');
    const gradient = grad((x) => x.square().sum())(jnp.array([1, 2, 3]));
    assert.deepEqual([...gradient.dataSync()], [2, 4, 6]);
  },

  async 'shapes are worked out without values'() {
    const { evalShape, ShapeDtypeStruct } = await import('distaff');
    const { shape, dtype } = evalShape((x) => x.matMul(x.transpose()), new ShapeDtypeStruct([2, 3]));
    assert.deepEqual({ shape, dtype }, { shape: [2, 2], dtype: 'float32' });
  },

  async 'the command distaff prints the shapes of a file'() {
    const json = execFileSync(process.execPath, [at('runtime/bin/distaff.mjs'), 'shapes', model, '--format', 'json']);
    const { modules, diagnostics } = JSON.parse(json.toString());
    assert.deepEqual(
      modules.map(({ name, outputs }) => [name, outputs]),
      [['Classifier', ['f32[8, 10]']]],
    );
    assert.deepEqual(diagnostics, []);
  },

  async 'the language server gives hints'() {
    const server = fork(at('runtime/dist/server.js'), ['--node-ipc'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ask = (id, method, params) =>
      new Promise((resolve) => {
        const onMessage = (message) => {
          if (message.id !== id || message.method) return;
          server.off('message', onMessage);
          resolve(message.result);
        };
        server.on('message', onMessage);
        server.send({ jsonrpc: '2.0', id, method, params });
      });
    const tell = (method, params) => server.send({ jsonrpc: '2.0', method, params });
    const evaluated = new Promise((resolve) => {
      server.on('message', ({ method }) => method === 'textDocument/publishDiagnostics' && resolve(undefined));
    });
    await ask(1, 'initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    tell('initialized', {});
    const uri = pathToFileURL(model).href;
    tell('textDocument/didOpen', {
      textDocument: { uri, languageId: 'typescript', version: 1, text: readFileSync(model, 'utf8') },
    });
    await evaluated;
    const range = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
    const hints = await ask(2, 'textDocument/inlayHint', { textDocument: { uri }, range });
    server.kill();
    assert.ok(hints.some(({ label }) => label.includes('f32[8, 128]')));
  },
};

for (const [name, check] of Object.entries(checks)) {
  let timer;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within 30 s')), 30_000);
    });
    await Promise.race([check(), late]);
    console.log(`ok   Node ${process.versions.node}: ${name}`);
  } catch (error) {
    console.log(`FAIL Node ${process.versions.node}: ${name}\n     ${error.stack.replaceAll('\n', '\n     ')}`);
    process.exitCode = 1;
  } finally {
    clearTimeout(timer);
  }
}
process.exit();
