import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from '../eventually';
import { activatedExtension, distaff, open, replace } from './workspace';

describe('activation', () => {
  it('starts no server for a TypeScript file that does not import distaff', async () => {
    await open('plain.ts');
    const { exports } = await activatedExtension();
    await sleep(1_000);
    assert.deepEqual(exports.state, { kind: 'idle' });
    assert.equal(exports.processId, undefined);
  });

  it('starts the server as soon as an import of distaff is typed', async () => {
    const document = await open('plain.ts');
    await replace(document, 'export', "import { nn } from 'distaff';\nexport");
    const server = await distaff();
    await eventually(
      'the server runs',
      () => server.state.kind,
      (kind) => kind === 'running',
    );
    assert.ok(server.processId);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('registers the commands that the manifest promises', async () => {
    const { packageJSON } = await activatedExtension();
    const promised: string[] = packageJSON.contributes.commands.map(({ command }: { command: string }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(promised.length > 0);
    assert.deepEqual(
      promised.filter((command) => !registered.has(command)),
      [],
    );
  });
});
