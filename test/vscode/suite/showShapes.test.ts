import * as assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS, SHAPES_LANGUAGE, SHAPES_SCHEME } from '../../../client/src/contributions';
import { eventually } from '../eventually';
import { closeAll, open, openCopy, replaceAndSave } from './workspace';

const shapesDocuments = (): vscode.TextDocument[] =>
  vscode.window.visibleTextEditors.map(({ document }) => document).filter(({ uri }) => uri.scheme === SHAPES_SCHEME);

describe('Distaff: Show Shapes', () => {
  afterEach(closeAll);

  it('lists the modules and their parameters beside the editor, and keeps up with saves', async () => {
    const source = await openCopy('mlp.ts', 'shown.ts');
    await vscode.commands.executeCommand(COMMANDS.showShapes);
    const [document] = shapesDocuments();
    assert.ok(document);
    assert.equal(document.languageId, SHAPES_LANGUAGE);
    assert.match(document.getText(), /^Shapes of shown\.ts\n/);
    assert.match(document.getText(), /\/Dense_0\/kernel +f32\[784, 512\] +401,408/);
    assert.match(document.getText(), /total +.* 407,050/);
    assert.equal(vscode.window.activeTextEditor?.document, source, 'the source keeps the focus');

    await replaceAndSave(source, 'features: 512', 'features: 256');
    await eventually(
      'new shapes',
      () => document.getText(),
      (text) => /kernel +f32\[784, 256\]/.test(text),
    );
  });

  it('opens nothing for a file without distaff', async () => {
    await open('plain.ts');
    await vscode.commands.executeCommand(COMMANDS.showShapes);
    assert.deepEqual(shapesDocuments(), []);
  });
});
