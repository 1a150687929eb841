/** User code that is evaluated for its shapes must not print, wait, or end the process. */
export function denySideEffects(): void {
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'table', 'dir', 'time', 'timeEnd'] as const) {
    console[method] = () => {};
  }
  const exit = (code?: number | string | null) => {
    throw new Error(`process.exit(${code ?? ''}) was called while shapes were worked out.`);
  };
  process.exit = exit;
  process.abort = () => exit();
  // Timers of an evaluation would fire during the next one.
  const never = () => ({ ref: never, unref: never, hasRef: () => false, refresh: never });
  Object.assign(globalThis, { setInterval: never });
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
}
