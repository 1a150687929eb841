import vm from 'node:vm';

const { reallyExit } = process as unknown as { reallyExit(code: number): never };
const KEY = '__distaffRun';
const script = new vm.Script(`(() => { const run = ${KEY}; delete globalThis.${KEY}; return run(); })()`);

/** Runs `fn`; where it blocks for longer than `ms`, the process ends. */
export function withDeadline<T>(ms: number, fn: () => T): T {
  Object.defineProperty(globalThis, KEY, { value: fn, configurable: true });
  try {
    return script.runInThisContext({ timeout: ms });
  } catch (error) {
    if ((error as { code?: string } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') reallyExit(1);
    throw error;
  }
}
