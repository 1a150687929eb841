import { fork } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { type FileShapes, type InitializationOptions, ShapesRequest } from '../../../server/src/protocol';
import { shapesDocument } from '../../../server/src/shapesDocument';

/**
 * Asks the language server, as an editor does, and prints its answer. Returns the exit code: 1 if the file has errors
 * or could not be worked out to the end, 2 if there is no such file.
 */
export async function printShapes(file: string, format: 'table' | 'json', budgetSeconds: number): Promise<number> {
  const absolute = path.resolve(file);
  if (!existsSync(absolute) || !statSync(absolute).isFile()) {
    const what = existsSync(absolute) ? `${absolute} is no file` : `there is no file ${absolute}`;
    console.error(`distaff shapes: ${what}.`);
    return 2;
  }
  let shapes: FileShapes;
  try {
    shapes = await askServer(absolute, budgetSeconds * 1000);
  } catch (error) {
    console.error(`distaff shapes: ${(error as Error).message}`);
    return 1;
  }
  console.log(format === 'json' ? JSON.stringify(shapes, null, 2) : shapesDocument(file, shapes).trimEnd());
  const failed = shapes.status.health !== 'ok' || shapes.diagnostics.some(({ severity }) => severity === 'error');
  return failed ? 1 : 0;
}

async function askServer(file: string, timeBudget: number): Promise<FileShapes> {
  const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)), ['--node-ipc'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  const ended = new Promise<never>((_, reject) => {
    server.once('exit', (code, signal) => reject(new Error(`the language server ended (${signal ?? code}).`)));
  });
  const ask = async () => {
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions: { timeBudget } satisfies InitializationOptions,
    });
    const shapes = await connection.sendRequest(ShapesRequest, { uri: pathToFileURL(file).href });
    await connection.sendRequest('shutdown');
    return shapes;
  };
  try {
    return await Promise.race([ask(), ended]);
  } finally {
    connection.dispose();
    server.removeAllListeners('exit').kill();
  }
}
