import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import timers from 'node:timers';

/** Something that is not there while shapes are worked out, which is no fault of the code. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
}

type Members = Record<string, unknown>;

/**
 * User code that is evaluated for its shapes must not print, end processes, or reach the network, which Node's
 * permissions leave open. Returns what cancels the timers of an evaluation.
 */
export function denySideEffects(): () => void {
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'table', 'dir', 'time', 'timeEnd'] as const) {
    console[method] = () => {};
  }
  const own = process as unknown as Members;
  deny(own, 'process', ['abort', 'kill', 'reallyExit', 'chdir', 'disconnect', 'dlopen', 'binding', '_linkedBinding']);
  process.exit = (code) => {
    throw new DeniedError(`process.exit(${code ?? ''}) was called while shapes were worked out.`);
  };
  // The channel to the server is not user code's.
  own.send = undefined;
  deny(net.Socket.prototype as unknown as Members, 'net.Socket', ['connect']);
  deny(net.Server.prototype as unknown as Members, 'net.Server', ['listen']);
  deny(dgram as unknown as Members, 'dgram', ['createSocket']);
  deny(dgram.Socket.prototype as unknown as Members, 'dgram.Socket', ['bind', 'connect', 'send']);
  deny(
    globalThis as unknown as Members,
    '',
    ['fetch', 'WebSocket', 'EventSource'].filter((name) => name in globalThis),
  );
  const lookups = Object.keys(dns).filter((name) => /^(lookup|resolve|reverse)/.test(name));
  deny(dns as unknown as Members, 'dns', lookups);
  deny(
    dns.promises as unknown as Members,
    'dns.promises',
    lookups.filter((name) => name in dns.promises),
  );
  process.on('uncaughtException', () => {});
  const cancel = keepTimers();
  syncBuiltinESMExports();
  return cancel;
}

function deny(owner: Members, path: string, names: readonly string[]): void {
  for (const name of names) {
    owner[name] = () => {
      throw new DeniedError(`${path && `${path}.`}${name} is not available while shapes are worked out.`);
    };
  }
}

/** Timers of an evaluation would fire during the next one. */
function keepTimers(): () => void {
  const pending = new Set<NodeJS.Timeout | NodeJS.Immediate>();
  const { setTimeout, setImmediate, clearTimeout, clearImmediate } = timers;
  const kept = (start: (...args: never[]) => NodeJS.Timeout | NodeJS.Immediate) =>
    Object.defineProperties(
      (...args: never[]) => {
        const timer = start(...args);
        pending.add(timer);
        return timer;
      },
      // promisify finds its own form there.
      Object.getOwnPropertyDescriptors(start) as PropertyDescriptorMap,
    );
  const replaced = {
    setTimeout: kept(setTimeout),
    setImmediate: kept(setImmediate),
    // What repeats has nothing to say of shapes.
    setInterval: () => clearedTimer(),
  };
  Object.assign(timers, replaced);
  Object.assign(globalThis, replaced);
  return () => {
    for (const timer of pending) {
      clearTimeout(timer as NodeJS.Timeout);
      clearImmediate(timer as NodeJS.Immediate);
    }
    pending.clear();
  };

  function clearedTimer(): NodeJS.Timeout {
    const timer = setTimeout(() => {}, 0);
    clearTimeout(timer);
    return timer;
  }
}
