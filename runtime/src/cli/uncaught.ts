import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

/** The package's own folder: frames below it say nothing of the user's file. */
const OWN = fileURLToPath(new URL('..', import.meta.url));

/**
 * Prints uncaught errors and unhandled rejections as Node does, at the user's own line rather than at the library's that
 * threw, and ends the process with 1. Code that handles them itself is not disturbed.
 */
export function showUncaughtErrors(): void {
  // Far more calls than Node remembers lie between an op and the line that called it.
  Error.stackTraceLimit = 100;
  const show = (error: unknown): void => {
    if (process.listeners('uncaughtException').some((listener) => listener !== show)) return;
    process.stderr.write(`${described(error)}\n\nNode.js ${process.version}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', show);
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught ${inspect(error)}`;
  const frame = keepUserFrames(error);
  return `${frame === undefined ? '' : excerpt(frame)}${inspect(error)}`;
}

/** Leaves an error and its causes the frames of the user's code; gives the innermost. */
function keepUserFrames(error: Error, seen = new Set<unknown>()): string | undefined {
  seen.add(error);
  if (error.cause instanceof Error && !seen.has(error.cause)) keepUserFrames(error.cause, seen);
  const lines = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  const isFrame = (line: string) => /^\s+at /.test(line);
  const frame = lines.find((line) => isFrame(line) && !isInternal(line));
  if (frame !== undefined && !Object.isFrozen(error)) {
    error.stack = lines.filter((line) => !isFrame(line) || !isInternal(line)).join('\n');
  }
  return frame;
}

function isInternal(frame: string): boolean {
  return frame.includes(OWN) || /[( ]node:|<anonymous>\)?$/.test(frame);
}

/** The frame's line, as Node shows it above an error. */
function excerpt(frame: string): string {
  const found = /\(?([^()\s][^()]*):(\d+):(\d+)\)?$/.exec(frame.trim().replace(/^at (async )?/, ''));
  if (found === null) return '';
  const [, place = '', line, column] = found;
  try {
    const file = place.startsWith('file://') ? fileURLToPath(place) : place;
    const text = readFileSync(file, 'utf8').split('\n')[Number(line) - 1] ?? '';
    const indent = text.slice(0, Number(column) - 1).replace(/[^\t]/g, ' ');
    return `${file}:${line}\n${text.trimEnd()}\n${indent}^\n\n`;
  } catch {
    return '';
  }
}
