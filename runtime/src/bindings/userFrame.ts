/** Where Distaff's own code lives: `dist/` when bundled, the package's folder when the sources run. */
const here = new URL('.', import.meta.url);
const own = (here.pathname.endsWith('/src/bindings/') ? new URL('../../', here) : here).href;

/** The innermost stack line outside Distaff, packages and Node, as `file:line:column`; undefined if there is none. */
export function userFrame(stack: string | undefined): string | undefined {
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const place = /\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (place === undefined || place.startsWith('node:') || place.includes('/node_modules/')) continue;
    const url = place.startsWith('file://') ? place : `file://${place}`;
    if (!url.startsWith(own)) return url.slice('file://'.length);
  }
  return undefined;
}

/** Runs `fn` with stacks long enough for the user's line: tfjs alone puts more than Node's ten between an op and its caller. */
export function withWholeStacks<R>(fn: () => R): R {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 200;
  try {
    return fn();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
