import * as assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../client/src/contributions';
import { eventually } from '../eventually';
import { pictureWith } from './picture';
import { closeAll, distaff, openCopy } from './workspace';

describe('the language server', () => {
  afterEach(closeAll);

  it('is a new process after Distaff: Restart, and the hints are back', async () => {
    const document = await openCopy('mlp.ts', 'restarted.ts');
    await pictureWith(document, 'f32[784, 512]');
    const server = await distaff();
    const { processId } = server;
    await vscode.commands.executeCommand(COMMANDS.restart);
    assert.equal(server.state.kind, 'running');
    assert.ok(server.processId);
    assert.notEqual(server.processId, processId);
    await pictureWith(document, 'f32[784, 512]');
  });

  it('comes back by itself when its process dies, and the state says so meanwhile', async () => {
    const document = await openCopy('mlp.ts', 'crashed.ts');
    await pictureWith(document, 'f32[784, 512]');
    const server = await distaff();
    const kinds: string[] = [];
    const listener = server.onDidChange(() => kinds.push(server.state.kind));
    assert.ok(server.processId);
    process.kill(server.processId, 'SIGKILL');
    await eventually(
      'restarting, then running',
      () => kinds,
      (seen) => seen.includes('restarting') && seen.at(-1) === 'running',
    );
    listener.dispose();
    await pictureWith(document, 'f32[784, 512]');
  });

  it('is given up when it dies again and again, and Distaff: Restart brings it back', async () => {
    const document = await openCopy('mlp.ts', 'dying.ts');
    const server = await distaff();
    await vscode.commands.executeCommand(COMMANDS.restart);
    let crashes = 0;
    await eventually(
      'given up',
      () => {
        const { state, processId } = server;
        // Until the client notices a death, the state and the process are still those from before.
        if (state.kind === 'running' && processId && isAlive(processId)) {
          process.kill(processId, 'SIGKILL');
          crashes += 1;
        }
        return state.kind;
      },
      (kind) => kind === 'failed',
      30_000,
    );
    assert.ok(crashes >= 5, `given up after ${crashes} crashes`);
    await vscode.commands.executeCommand(COMMANDS.restart);
    await pictureWith(document, 'f32[784, 512]');
  });
});

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
