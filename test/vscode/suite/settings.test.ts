import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { SETTINGS } from '../../../client/src/contributions';
import { eventually } from '../eventually';
import { picture, pictureWith } from './picture';
import { closeAll, distaff, openCopy, replaceAndSave } from './workspace';

const set = async (setting: string, value: unknown): Promise<void> => {
  await vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Workspace);
};

describe('settings', () => {
  afterEach(async () => {
    for (const setting of Object.values(SETTINGS)) await set(setting, undefined);
    await closeAll();
  });

  it('onSave: false leaves the hints of the last evaluation; true brings the next save to the hints, without a reload', async () => {
    const document = await openCopy('mlp.ts', 'onSave.ts');
    await pictureWith(document, 'f32[784, 512]');
    await set(SETTINGS.onSave, false);
    await replaceAndSave(document, 'features: 512', 'features: 256');
    await sleep(1_500);
    assert.doesNotMatch(await picture(document), /f32\[784, 256\]/);
    await set(SETTINGS.onSave, true);
    await replaceAndSave(document, 'features: 256', 'features: 128');
    await pictureWith(document, 'f32[784, 128]');
  });

  it('timeBudget: an evaluation that takes longer ends with a warning, and the next good save is fine again', async () => {
    const document = await openCopy('mlp.ts', 'endless.ts');
    await pictureWith(document, 'f32[784, 512]');
    await set(SETTINGS.timeBudget, 500);
    const server = await distaff();
    const started = Date.now();
    await replaceAndSave(document, 'const h', 'while (true) {}\n      const h');
    const warned = await eventually(
      'a warning',
      () => server.status,
      (status) => status?.health === 'warning',
      5_000,
    );
    const ms = Date.now() - started;
    assert.ok(ms < 1_900, `the warning took ${ms} ms with a budget of 500`);
    assert.match(warned?.message ?? '', /500|0\.5/);
    await replaceAndSave(document, 'while (true) {}\n', '');
    await eventually(
      'all is well',
      () => server.status,
      (status) => status?.health === 'ok' && status.quiescent,
    );
    await pictureWith(document, 'f32[784, 512]');
  });
});
