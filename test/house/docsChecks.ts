/** What the code of docs/ calls when it is run as a test (docsSnippets.ts). */
import { inspect } from 'node:util';
import { expect } from 'vitest';

/** A page's sections by their headings, and what adds one. */
export function newPage() {
  const sections = new Map<string, () => Promise<void>>();
  const section = (title: string, run: () => Promise<void>) => {
    sections.set(title, run);
  };
  return { sections, section };
}

/** Compares with what console.log prints of the values, of which a final … stands for the rest; gives the first. */
export function shows<T>(line: number, text: string, first: T, ...others: readonly unknown[]): T {
  const printed = [first, ...others].map((value) =>
    typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY }),
  );
  compare(line, text, printed.join(' '));
  return first;
}

/** Compares with the message of the error that `run` throws. */
export async function fails(line: number, text: string, run: () => Promise<unknown>): Promise<void> {
  let message = 'nothing was thrown';
  try {
    await run();
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  compare(line, text, message);
}

function compare(line: number, expected: string, found: string): void {
  const [start = ''] = expected.split('…');
  expect(expected.endsWith('…') ? `${found.slice(0, start.length)}…` : found, `line ${line}`).toBe(expected);
}
