/** A module was used against its rules; the message names the module's path. */
export class ModuleError extends Error {
  /** `ModuleError`. */
  override readonly name = 'ModuleError';
}

const MODULE_PATH = Symbol('distaff.modulePath');

/** Notes on an error, once, in which module it arose, and says so at the end of its message. */
export function noteModulePath(error: unknown, path: string, moduleName: string): void {
  if (!(error instanceof Error) || MODULE_PATH in error || !Object.isExtensible(error)) return;
  Object.defineProperty(error, MODULE_PATH, { value: path });
  // The stack is made when first read, with the message of that moment.
  const { message: before, stack } = error;
  // User code assigns anything to it.
  if (typeof before !== 'string') return;
  const where = path === '/' ? `in module ${moduleName}` : `in module ${path} (${moduleName})`;
  const message = before === '' ? where : `${before}\n  ${where}`;
  const set = (key: 'message' | 'stack', value: string) =>
    // Not an assignment: a DOMException's message has a getter only.
    Reflect.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
  set('message', message);
  if (typeof stack !== 'string') return;
  set('stack', before === '' ? stack.replace(/:? ?$/m, () => `: ${where}`) : stack.replace(before, () => message));
}

/** The path of the module in which an error arose, if it arose in one. */
export function modulePathOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as { [MODULE_PATH]?: string })[MODULE_PATH] : undefined;
}
