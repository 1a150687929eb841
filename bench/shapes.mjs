// Save-to-hints: from sending didSave to the language server until its results are there. `npm run bench:shapes`.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';

const MODELS = {
  'MNIST CNN': 'mnistCnn.ts',
  'Transformer encoder, 12 layers': 'transformer.ts',
  'ResNet-50': 'resnet50.ts',
};
const WARM_UP = 15;
const SAVES = 100;

const server = fork(fileURLToPath(new URL('../runtime/dist/server.js', import.meta.url)), ['--node-ipc']);
const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
let finished = () => {};
connection.onNotification('textDocument/publishDiagnostics', () => finished());
connection.listen();
await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });

/** Sends something and waits for the results it brings; in ms. */
const time = async (send) => {
  const done = new Promise((resolve) => {
    finished = resolve;
  });
  const started = performance.now();
  send();
  await done;
  return performance.now() - started;
};

const rows = [];
for (const [model, file] of Object.entries(MODELS)) {
  const url = new URL(`./shapes/${file}`, import.meta.url);
  const uri = pathToFileURL(fileURLToPath(url)).href;
  const text = readFileSync(url, 'utf8');
  const first = await time(() =>
    connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'typescript', version: 1, text },
    }),
  );
  const times = [];
  for (let i = 0; i < WARM_UP + SAVES; i++) {
    // A changed file each time, as a user's save is.
    const contentChanges = [{ text: `${text}\n// ${i}\n` }];
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: i + 2 },
      contentChanges,
    });
    times.push(await time(() => connection.sendNotification('textDocument/didSave', { textDocument: { uri } })));
  }
  const warm = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (quantile) => warm[Math.floor(quantile * (warm.length - 1))].toFixed(1);
  const range = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
  const hints = await connection.sendRequest('textDocument/inlayHint', { textDocument: { uri }, range });
  rows.push({
    model,
    hints: hints.length,
    'first ms': first.toFixed(1),
    'p50 ms': at(0.5),
    'p95 ms': at(0.95),
    'max ms': at(1),
  });
}
console.table(rows);
await connection.sendRequest('shutdown');
server.kill();
connection.dispose();
