import * as assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { eventually } from '../eventually';
import { type Session, startSession } from './session';

/** From the runner: the packaged extension and a copy of the models. */
const fromRunner = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Run: npm run test:vscode`);
  return value;
};

const FILE = 'mnist.ts';
const LOGITS = "nn.Dense(h, { features: 10, name: 'logits' })";
const WRONG = 'h.matMul(jnp.zeros([512, 10]))';

describe('a user with the installed extension', () => {
  let session: Session;

  before(async function () {
    this.timeout(120_000);
    session = await startSession({
      vsix: fromRunner('DISTAFF_VSIX'),
      workspace: fromRunner('DISTAFF_WORKSPACE'),
      screenshots: fromRunner('DISTAFF_SCREENSHOTS'),
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed())
      await session.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  after(async () => {
    await session?.end();
  });

  it('sees the shapes of a model on opening its file', async () => {
    const { workbench } = session;
    await workbench.openFile(FILE);
    await workbench.see(['f32[B, 784]', 'f32[784, 512]', 'f32[512, 10]'], 60_000);
    await session.screenshot('1-opened');
    // The README's picture: all of a line's hints, nothing in progress.
    await workbench.page.keyboard.press('Control+B');
    await workbench.page
      .locator('.statusbar-item', { hasText: /Analyzing|Initializing/ })
      .waitFor({ state: 'detached' });
    await session.screenshot('readme');
    await workbench.page.keyboard.press('Control+B');
  });

  it('sees @input in a JSDoc comment as code: the shape has colours of its own', async () => {
    const { workbench } = session;
    const line = workbench.page.locator('.view-line', { hasText: '@input' }).first();
    const tokens = (await line.locator('span > span').allTextContents()).map((text) =>
      text.replaceAll('\u00a0', ' ').trim(),
    );
    for (const token of ['@input', 'x', 'f32', 'B', '784']) {
      assert.ok(tokens.includes(token), `${token} in ${JSON.stringify(tokens)}`);
    }
  });

  it('changes a width, saves, and sees it run through the model', async () => {
    const { workbench } = session;
    await workbench.type(FILE, 'features: 512', 'features: 256');
    await workbench.save();
    await workbench.see(['f32[784, 256]', 'f32[256, 10]']);
    await session.screenshot('2-narrower');
  });

  it('makes an inner size wrong, saves, and finds a squiggle on the very call that names both shapes and the module', async () => {
    const { workbench } = session;
    await workbench.type(FILE, LOGITS, WRONG);
    await workbench.save();
    const call = await workbench.goTo(FILE, WRONG);
    await eventually(
      'a squiggle that begins at the call',
      () => workbench.squiggles(),
      (boxes) => boxes.some(({ x, y }) => Math.abs(x - call.x) < 4 && Math.abs(y - call.y) < call.height),
    );
    const message = await workbench.problemAt(call);
    for (const part of ['[B, 256]', '[512, 10]', 'MLP']) assert.ok(message.includes(part), message);
    await session.screenshot('3-wrong-size');
    await workbench.page.keyboard.press('Escape');
    await workbench.type(FILE, WRONG, LOGITS);
    await workbench.save();
    await workbench.see(['f32[784, 256]', 'f32[256, 10]']);
  });

  it('saves an endless loop: the status says so within 3 s, and the next good save shows shapes again', async () => {
    const { workbench } = session;
    await workbench.type(FILE, 'const h = ', 'while (true) {} const h = ');
    const saved = Date.now();
    await workbench.save();
    await workbench.page.locator('.statusbar-item.warning-kind', { hasText: 'Distaff' }).waitFor({ timeout: 3_000 });
    console.log(`      the status said so ${Date.now() - saved} ms after saving`);
    await session.screenshot('4-endless-loop');
    await workbench.status.hover();
    await workbench.page.locator('.monaco-hover', { hasText: 'Click for actions' }).waitFor();
    await session.screenshot('4-endless-loop-tooltip');
    // What was known stays in sight.
    await workbench.see(['f32[256, 10]']);

    await workbench.type(FILE, 'while (true) {} ', '');
    await workbench.type(FILE, 'features: 256', 'features: 128');
    await workbench.save();
    await workbench.see(['f32[784, 128]', 'f32[128, 10]']);
    await workbench.page.locator('.statusbar-item.warning-kind', { hasText: 'Distaff' }).waitFor({ state: 'detached' });
    await session.screenshot('5-good-again');
  });

  it('clicks the status bar item and gets all shapes beside the editor', async () => {
    const { workbench } = session;
    await workbench.status.click();
    const row = (label: string) => workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label });
    for (const label of ['Show Shapes', 'Restart', 'Show Output']) await row(label).first().waitFor();
    await session.screenshot('6-status-menu');
    await row('Show Shapes').first().click();
    await workbench.page.locator('.view-line', { hasText: /Shapes.of.mnist\.ts/ }).waitFor();
    await workbench.page.locator('.view-line', { hasText: /hidden\/kernel.*f32\[784,.128\].*100,352/ }).waitFor();
    await session.screenshot('7-shapes');
  });

  it('asks for the shapes of a file without distaff and is told why there are none', async () => {
    const { workbench } = session;
    await workbench.openFile('progress.ts');
    await workbench.runCommand('Distaff: Show Shapes');
    const notice = workbench.page.locator('.notification-toast', { hasText: 'progress.ts does not import distaff' });
    await notice.waitFor();
    await session.screenshot('8-no-distaff');
  });
});
