import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asOne, countStep, fromClosingLine, fromVitestReport } from '../../../scripts/testing/counts.mjs';

describe('npm test counts a step', () => {
  it('that is one test itself', () => {
    expect(countStep({ code: 0, output: '' }, asOne)).toEqual({ passed: 1, failed: 0 });
    expect(countStep({ code: 1, output: '' }, asOne)).toEqual({ passed: 0, failed: 1 });
  });

  it('by its closing line', () => {
    const output = '3 passed, 9 failed\nok 1\n12 passed, 0 failed\nbye\n';
    expect(countStep({ code: 0, output }, fromClosingLine)).toEqual({ passed: 12, failed: 0 });
  });

  it('that ends badly as failed whatever its line says', () => {
    expect(countStep({ code: 1, output: '12 passed, 0 failed\n' }, fromClosingLine)).toEqual({ passed: 12, failed: 1 });
    expect(countStep({ code: 1, output: '12 passed, 3 failed\n' }, fromClosingLine)).toEqual({ passed: 12, failed: 3 });
  });

  it('that took too long as failed', () => {
    expect(countStep({ code: undefined, output: '' }, fromClosingLine)).toEqual({ passed: 0, failed: 1 });
  });

  it('that says nothing, or that nothing was run, as failed', () => {
    expect(countStep({ code: 0, output: 'fine\n' }, fromClosingLine)).toEqual({ passed: 0, failed: 1 });
    expect(countStep({ code: 0, output: '0 passed, 0 failed\n' }, fromClosingLine)).toEqual({ passed: 0, failed: 1 });
  });

  it('of Vitest by its report, where a file that cannot be loaded is a failure', () => {
    const folder = mkdtempSync(join(tmpdir(), 'distaff-counts-'));
    const file = join(folder, 'report.json');
    const testResults = [
      { status: 'passed', assertionResults: [{}, {}] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [] },
    ];
    writeFileSync(file, JSON.stringify({ numPassedTests: 2, numFailedTests: 1, testResults }));
    expect(countStep({ code: 1, output: '' }, fromVitestReport(file))).toEqual({ passed: 2, failed: 2 });
    rmSync(folder, { recursive: true });
    expect(countStep({ code: 0, output: '' }, fromVitestReport(file))).toEqual({ passed: 0, failed: 1 });
  });
});
