import { setTimeout as sleep } from 'node:timers/promises';

/** Ms that a machine busy with other tests may need for what takes a fraction of that on an idle one. */
const PATIENCE = 15_000;

/**
 * Looks again and again until `accept` is true of what `look` gives, and returns that.
 * Throws after `patience` ms, with the last thing seen.
 */
export const eventually = async <T>(
  what: string,
  look: () => T | Promise<T>,
  accept: (value: T) => boolean,
  patience = PATIENCE,
): Promise<T> => {
  const end = Date.now() + patience;
  for (;;) {
    const value = await look();
    if (accept(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${patience} ms. Last seen: ${JSON.stringify(value)}`);
    await sleep(25);
  }
};
