import { describe, expect, it } from 'vitest';
import { importsDistaff, isDistaffFile } from '../../../client/src/distaffFiles';

describe('a file uses Distaff', () => {
  it.each([
    ["import { nn } from 'distaff';"],
    ['import { nn } from "distaff"'],
    ["import {\n  jnp,\n  nn,\n} from 'distaff';"],
    ["import type { Tensor } from 'distaff';"],
    ["import * as distaff from 'distaff'"],
    ["import 'distaff';"],
    ["export { nn } from 'distaff';"],
    ["const { nn } = require('distaff');"],
    ["const { nn } = await import('distaff');"],
    ["import { Dense } from 'distaff/layers';"],
  ])('when it says %j', (text) => {
    expect(importsDistaff(text)).toBe(true);
  });

  it.each([
    ["import { spin } from './distaff';"],
    ["import { nn } from 'distaff-extras';"],
    ["import { nn } from '@someone/distaff';"],
    ["// import { nn } from 'distaff';"],
    [" * import { nn } from 'distaff';"],
    ['// A distaff holds the flax.'],
    ["const name = 'distaff';"],
    [''],
  ])('but not when it says %j', (text) => {
    expect(importsDistaff(text)).toBe(false);
  });

  it('only as TypeScript on disk', () => {
    const file = (languageId: string, scheme: string) => ({
      languageId,
      uri: { scheme },
      getText: () => "import { nn } from 'distaff';",
    });
    expect(isDistaffFile(file('typescript', 'file'))).toBe(true);
    expect(isDistaffFile(file('typescriptreact', 'file'))).toBe(true);
    expect(isDistaffFile(file('javascript', 'file'))).toBe(false);
    expect(isDistaffFile(file('typescript', 'git'))).toBe(false);
  });

  it('is told of a file of a million characters within a keystroke', () => {
    const text = `${"const a = 'from distaff import';\n".repeat(30_000)}${'x'.repeat(100_000)}`;
    const started = performance.now();
    expect(importsDistaff(text)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
