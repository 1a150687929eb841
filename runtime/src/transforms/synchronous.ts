/**
 * Throws if a function that runs inside something (a module, a gradient, an evaluation of shapes) gave back a promise or
 * a generator: the rest of it would run after that something has ended. `what` names the function.
 */
export function checkSynchronous(output: unknown, what: string): void {
  if (typeof output !== 'object' || output === null) return;
  const kind = Object.prototype.toString.call(output);
  const isGenerator = kind === '[object Generator]' || kind === '[object AsyncGenerator]';
  const { then } = output as { then?: unknown };
  if (typeof then !== 'function' && !isGenerator) return;
  if (typeof then === 'function') {
    // What it may throw later follows from what is thrown here.
    (output as Promise<unknown>).then(undefined, () => {});
  }
  const advice = isGenerator
    ? 'Return an array of what it yields.'
    : 'Await what is asynchronous before, and give the result as an argument.';
  const got = isGenerator ? 'a generator' : 'a promise';
  throw new TypeError(`${what} returned ${got}, but its operations are followed only until it returns. ${advice}`);
}
