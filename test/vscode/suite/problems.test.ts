import * as assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from '../eventually';
import { pictureWith } from './picture';
import { closeAll, openCopy, replaceAndSave } from './workspace';

const problems = (document: vscode.TextDocument): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'distaff');

describe('problems', () => {
  afterEach(closeAll);

  it('stand at the very call whose shapes do not fit, and name both shapes and the module', async () => {
    const document = await openCopy('mlp.ts', 'wrong.ts');
    await pictureWith(document, 'f32[784, 512]');
    const call = 'x.matMul(jnp.zeros([783, 512]))';
    await replaceAndSave(document, 'import { nn', 'import { jnp, nn');
    await replaceAndSave(document, 'nn.Dense(x, { features: 512 })', call);
    const [problem] = await eventually(
      'a problem',
      () => problems(document),
      ({ length }) => length > 0,
    );
    assert.ok(problem);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(document.getText(problem.range).startsWith('x.matMul('), document.getText(problem.range));
    for (const part of ['[B, 784]', '[783, 512]', 'MLP']) assert.ok(problem.message.includes(part), problem.message);

    await replaceAndSave(document, call, 'nn.Dense(x, { features: 128 })');
    await eventually(
      'no problem',
      () => problems(document),
      ({ length }) => length === 0,
    );
    await pictureWith(document, 'f32[784, 128]');
  });
});
