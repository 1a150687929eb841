import { describe, expect, it } from 'vitest';
import { present, summary } from '../../../client/src/statusPresentation';

const running = { kind: 'running' } as const;

describe('the status bar item', () => {
  it('is quiet when all is well', () => {
    const status = { health: 'ok', quiescent: true, message: 'Shapes are up to date.' } as const;
    expect(present(running, status)).toEqual({
      text: '$(symbol-ruler) Distaff',
      tooltip: 'Shapes are up to date.',
      busy: false,
    });
  });

  it('spins while shapes are worked out', () => {
    const status = { health: 'ok', quiescent: false, message: 'Working out shapes…' } as const;
    expect(present(running, status)).toMatchObject({ text: '$(loading~spin) Distaff', busy: true });
  });

  it('warns in words of the message where they are short enough, and says all of it in the tooltip', () => {
    const message = 'Timed out: the file took longer than 2 s. Look for an endless loop.';
    expect(present(running, { health: 'warning', quiescent: true, message })).toEqual({
      text: '$(warning) Distaff: timed out',
      tooltip: message,
      severity: 'warning',
      busy: false,
    });
  });

  it('warns in its own words where the message has no short beginning', () => {
    const message = 'Working out the shapes took longer than 2 s and was stopped. Look for an endless loop.';
    expect(present(running, { health: 'warning', quiescent: true, message }).text).toBe(
      '$(warning) Distaff: stopped early',
    );
  });

  it('keeps the warning while the next save is worked out', () => {
    const status = { health: 'warning', quiescent: false, message: 'Timed out: …' } as const;
    expect(present(running, status)).toMatchObject({ severity: 'warning', busy: true });
  });

  it('tells a crash that is being mended from one that is not', () => {
    expect(present({ kind: 'restarting', crashes: 2 })).toMatchObject({
      text: '$(warning) Distaff: restarting',
      severity: 'warning',
    });
    expect(present({ kind: 'failed', reason: 'It stopped.' })).toMatchObject({
      text: '$(error) Distaff: stopped',
      tooltip: 'It stopped.',
      severity: 'error',
    });
  });

  it('says what an untrusted workspace lacks', () => {
    expect(present({ kind: 'untrusted' }).tooltip).toContain('trusted workspace');
  });
});

describe('the short form of a message', () => {
  it.each([
    ['Timed out: the file took longer than 2 s.', 'timed out'],
    ['Timed out. Hints are old.', 'timed out'],
    ['Timed out.', 'timed out'],
    ['Crashed; restarted.', 'crashed'],
    ['A sentence that is far too long for a status bar.', ''],
    ['', ''],
  ])('of %j is %j', (message, short) => {
    expect(summary(message)).toBe(short);
  });
});
