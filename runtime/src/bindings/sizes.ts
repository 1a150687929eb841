import { activeSizeNames } from './stack';

/**
 * Named sizes stand for primes while shapes are worked out, so a computed size tells which names it came from. These
 * are larger than sizes people write and small enough that B*T*512 still fits an int32 shape operand.
 */
export const NAMED_SIZE_PRIMES = [
  1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069, 1087, 1091, 1093, 1097,
] as const;

/** A size as its formula in the active names: `B`, `B*49`, `T+1`, `B*T`, `H/2`; a plain number where none takes part. */
export function formatSize(size: number): string {
  const names = activeSizeNames();
  if (names === undefined || size < 2) return String(size);
  let rest = size;
  const factors: string[] = [];
  for (const [prime, name] of names) {
    for (; rest % prime === 0 && rest !== 0; rest /= prime) factors.push(name);
  }
  if (factors.length > 0) return [...factors, ...(rest === 1 ? [] : [String(rest)])].join('*');
  return nearFormula(size, names) ?? String(size);
}

/** Sums with a small number (a class token appended) and strided sizes (`ceil(H/2)` prints as `H/2`). */
function nearFormula(size: number, names: ReadonlyMap<number, string>): string | undefined {
  for (const [prime, name] of names) {
    for (let k = 1; k <= 8; k++) {
      const rest = size - k * prime;
      if (rest !== 0 && Math.abs(rest) <= 64) return `${name}${k > 1 ? `*${k}` : ''}${rest > 0 ? '+' : ''}${rest}`;
    }
    for (const k of [2, 4, 8, 16, 32, 64]) {
      if (size === Math.ceil(prime / k) || size === Math.floor(prime / k)) return `${name}/${k}`;
    }
  }
  return undefined;
}
