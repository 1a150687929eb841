import * as assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { picture, pictureWith } from './picture';
import { closeAll, openCopy, replace, replaceAndSave } from './workspace';

describe('hints', () => {
  afterEach(closeAll);

  it('show the shapes of parameters and activations when a file is opened', async () => {
    const seen = await pictureWith(await openCopy('mlp.ts', 'opened.ts'), 'f32[784, 512]', 'f32[512, 10]');
    assert.match(seen, /x: Tensor«f32\[B, 784\]»/);
    assert.match(seen, /const h«: f32\[B, 512\]»/);
  });

  it('follow a saved edit', async () => {
    const document = await openCopy('mlp.ts', 'edited.ts');
    await pictureWith(document, 'f32[784, 512]');
    await replaceAndSave(document, 'features: 512', 'features: 256');
    const seen = await pictureWith(document, 'f32[784, 256]', 'f32[256, 10]');
    assert.doesNotMatch(seen, /\b512\b/);
  });

  it('stay at their code while lines are typed above them', async () => {
    const document = await openCopy('mlp.ts', 'shifted.ts');
    const before = await pictureWith(document, 'f32[784, 512]');
    await replace(document, 'import', '// a new line\nimport');
    assert.equal(await picture(document), `// a new line\n${before}`);
  });
});
