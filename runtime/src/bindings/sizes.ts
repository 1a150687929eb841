import { activeSizeNames } from './stack';

type SizeNames = ReadonlyMap<number, string>;

/**
 * Named sizes stand for primes while shapes are worked out, so a computed size tells which names it came from. B*T*512
 * still fits an int32 shape operand. In order of preference: far from each other and from 1000, 1024 and 2048; 7 beside
 * a multiple of 16, as sizes that people compute from plain numbers are mostly multiples of 16; their halves, quarters,
 * … 32nds are sizes that plain networks rarely have.
 */
export const NAMED_SIZE_PRIMES = [
  1063, 1223, 1847, 1321, 1433, 1721, 1609, 1993, 1511, 1913, 1367, 1753, 1481, 1289, 1657, 1783,
] as const;

/** How far a size may be from a name's to be printed as `T+1`, `T-2`: windows take away little, tokens are added. */
const MOST_TAKEN = 16;
const MOST_ADDED = 64;
/** The same for multiples, as a transposed convolution makes `2*H+1`. */
const MOST_BESIDE_MULTIPLE = 4;
/** Further away than this, a multiple of 16 is a plain size. */
const NEAREST_ROUND = 6;
/** Smaller sizes than these are not taken for parts of a name's. */
const SMALLEST_PART = 33;
const SMALLEST_PART_OF_TABLES = 128;
/** Axes of a batch of feature maps. */
const IMAGE_RANK = 3;
/** For the halves and quarters that strided windows make, which lie a little below or above. */
const MOST_BESIDE_PART = 2;

/**
 * A size as its formula in the active names: `B`, `B*49`, `B*T`, `T+1`, `H-2`, `B*(T+1)`, `H/2` (rounded either way);
 * a plain number where no name takes part, or where more than one formula would fit.
 */
export function formatSize(size: number): string {
  return format(size, SMALLEST_PART);
}

/** A shape's sizes. Images are divided by 16 and 32; in tables a size that small is more often a plain one. */
export function formatSizes(shape: readonly number[]): string[] {
  const smallest = shape.length < IMAGE_RANK ? SMALLEST_PART_OF_TABLES : SMALLEST_PART;
  return shape.map((size) => format(size, smallest));
}

function format(size: number, smallestPart: number): string {
  const names = activeSizeNames();
  return (names && formulaOf(size, names, smallestPart)) ?? String(size);
}

/** Undefined where no formula fits, or several do. */
function formulaOf(size: number, names: SizeNames, smallestPart: number): string | undefined {
  if (!Number.isSafeInteger(size) || size < 2) return undefined;
  return product(size, names) ?? only([...sums(size, names), ...(size < smallestPart ? [] : parts(size, names))]);
}

function product(size: number, names: SizeNames): string | undefined {
  let rest = size;
  const factors: string[] = [];
  for (const [prime, name] of names) {
    for (; rest % prime === 0; rest /= prime) factors.push(name);
  }
  if (factors.length === 0) return undefined;
  const sum = only(sums(rest, names));
  if (sum !== undefined) factors.push(`(${sum})`);
  else if (rest > 1) factors.push(String(rest));
  return factors.join('*');
}

function sums(size: number, names: SizeNames): string[] {
  const found: string[] = [];
  const named = [...names];
  named.forEach(([prime, name], i) => {
    const times = multipleBeside(size, prime);
    if (times !== undefined) found.push(plus(times === 1 ? name : `${name}*${times}`, size - times * prime));
    for (const [other, otherName] of named.slice(i + 1)) {
      if (size === prime + other) found.push(`${name}+${otherName}`);
    }
  });
  return found;
}

function parts(size: number, names: SizeNames): string[] {
  return [...names].flatMap(([prime, name]) => {
    const divisor = partBeside(size, prime);
    return divisor === undefined ? [] : [plus(`${name}/${divisor}`, besidePart(size, prime, divisor))];
  });
}

/** Of which small multiple of the prime a size is a little less or more. */
function multipleBeside(size: number, prime: number): number | undefined {
  for (const times of [1, 2, 4, 8]) {
    const beside = size - times * prime;
    const near = times === 1 ? beside >= -MOST_TAKEN && beside <= MOST_ADDED : Math.abs(beside) <= MOST_BESIDE_MULTIPLE;
    if (near && beside !== 0) return size % 16 === 0 && Math.abs(beside) > NEAREST_ROUND ? undefined : times;
  }
  return undefined;
}

/** By which power of two the prime was divided, perhaps several times and rounded either way, to give about this size. */
function partBeside(size: number, prime: number): number | undefined {
  for (const divisor of [2, 4, 8, 16, 32]) {
    const most = divisor <= 4 ? MOST_BESIDE_PART : 0;
    if (Math.abs(besidePart(size, prime, divisor)) <= most) return divisor;
  }
  return undefined;
}

function besidePart(size: number, prime: number, divisor: number): number {
  const part = prime / divisor;
  return size > part ? size - Math.ceil(part) : size - Math.floor(part);
}

function plus(term: string, beside: number): string {
  return beside === 0 ? term : `${term}${beside > 0 ? '+' : ''}${beside}`;
}

const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined);

/** With more literals than these, only they themselves are kept apart from the names, not what is computed from them. */
const MOST_COMBINED = 64;

/**
 * Which prime stands for which name, so that no plain size reads as a formula: none of `literals`, the integers in the
 * user's file, nor a sum or product of two of them. At most NAMED_SIZE_PRIMES.length names.
 */
export function pickPrimes(names: readonly string[], literals: readonly number[]): Map<number, string> {
  const plain = plainSizes(literals);
  const clashes = (prime: number) =>
    plain.filter((size) => size % prime === 0 || multipleBeside(size, prime) || partBeside(size, prime)).length;
  const free = NAMED_SIZE_PRIMES.map((prime) => ({ prime, clashes: clashes(prime) }));
  // Sorting is stable: of equally good ones the preferred one comes first.
  const best = free.sort((a, b) => a.clashes - b.clashes);
  if (names.length > best.length) throw new Error(`More than ${best.length} named sizes: ${names.join(', ')}.`);
  return new Map(names.map((name, i) => [best[i]?.prime ?? 0, name]));
}

function plainSizes(literals: readonly number[]): number[] {
  const plain = [...new Set(literals)].filter((size) => Number.isSafeInteger(size) && size > 0);
  if (plain.length > MOST_COMBINED) return plain;
  const combined = plain.flatMap((a) => plain.flatMap((b) => [a, a + b, a * b]));
  return [...new Set(combined)];
}
