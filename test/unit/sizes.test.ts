import { describe, expect, test } from 'vitest';
import { formatSize, formatSizes, NAMED_SIZE_PRIMES, pickPrimes } from '../../runtime/src/bindings/sizes';
import { withSizeNames } from '../../runtime/src/bindings/stack';

const [B, T, H] = [1063, 1223, 1847];
const names = new Map([
  [B, 'B'],
  [T, 'T'],
  [H, 'H'],
]);
const format = (size: number) => withSizeNames(names, () => formatSize(size));

describe('a size with named sizes active', () => {
  test.each([
    ['the name itself', B, 'B'],
    ['a multiple', B * 49, 'B*49'],
    ['a product', B * T, 'B*T'],
    ['a square', B * B, 'B*B'],
    ['a product and a multiple', B * T * 64, 'B*T*64'],
    ['a token added', T + 1, 'T+1'],
    ['a prefix of 16 added', T + 16, 'T+16'],
    ['the next-token shift', T - 1, 'T-1'],
    ['a 3x3 window without padding', H - 2, 'H-2'],
    ['a batch of longer sequences', B * (T + 1), 'B*(T+1)'],
    ['two sequences in a row', T + H, 'T+H'],
    ['a transposed convolution', 2 * H + 1, 'H*2+1'],
    ['SAME with stride 2', Math.ceil(H / 2), 'H/2'],
    ['VALID, a window of 2 with stride 2', Math.floor((H - 2) / 2) + 1, 'H/2'],
    ['VALID, a window of 3 with stride 2', Math.floor((H - 3) / 2) + 1, 'H/2'],
    ['VALID, a window of 5 with stride 2', Math.floor((H - 5) / 2) + 1, 'H/2-1'],
    ['SAME with stride 2, twice', Math.ceil(Math.ceil(H / 2) / 2), 'H/4'],
    ['five times stride 2', Math.ceil(H / 32), 'H/32'],
  ])('prints %s as its formula', (_, size, formula) => {
    expect(format(size)).toBe(formula);
  });

  test.each([
    0, 1, 2, 3, 7, 10, 14, 28, 32, 49, 50, 56, 64, 112, 128, 147, 149, 197, 224, 256, 299, 384, 512, 768, 784, 1000,
    1001, 1004, 1024, 1025, 1152, 1280, 1536, 2048, 3072, 3136, 4096, 8192, 10_000, 30_522, 50_257, 50_304, 60_000,
    65_536,
  ])('prints %d as it is', (size) => {
    expect(format(size)).toBe(String(size));
  });

  test('takes small sizes for parts in feature maps, and as they are in tables', () => {
    const small = Math.ceil(H / 16);
    const shapes = () => [formatSizes([B, small, small, 64]), formatSizes([small, 64])];
    expect(withSizeNames(names, shapes)).toEqual([
      ['B', 'H/16', 'H/16', '64'],
      [String(small), '64'],
    ]);
  });

  test('prints a plain number where two formulas fit', () => {
    const near = new Map([
      [1009, 'S'],
      [1013, 'T'],
    ]);
    expect(withSizeNames(near, () => formatSize(1011))).toBe('1011');
    expect(withSizeNames(near, () => formatSize(1013))).toBe('T');
  });

  test('prints negative and fractional sizes as they are', () => {
    expect([-1, -B, 1.5, Number.NaN].map(format)).toEqual(['-1', String(-B), '1.5', 'NaN']);
  });
});

test('without named sizes every size is a plain number', () => {
  expect([B, B * 49, T + 1].map(formatSize)).toEqual([String(B), String(B * 49), String(T + 1)]);
});

describe('the primes of named sizes', () => {
  test('are primes, and B*T*512 fits an int32', () => {
    for (const prime of NAMED_SIZE_PRIMES) {
      for (let divisor = 2; divisor * divisor <= prime; divisor++) expect(prime % divisor, `${prime}`).not.toBe(0);
      for (const other of NAMED_SIZE_PRIMES) expect(prime * other * 512).toBeLessThan(2 ** 31);
    }
    expect(new Set(NAMED_SIZE_PRIMES).size).toBe(NAMED_SIZE_PRIMES.length);
  });

  test('keep apart from every integer in the file, and from sums and products of two', () => {
    for (const written of [1004, 1063, 1064, 1060, 2126, 532, 266, 34, 33, 67, 1100, 1223, 1847, 924]) {
      const literals = [written, 3, 64];
      const picked = pickPrimes(['B', 'T'], literals);
      expect([...picked.values()]).toEqual(['B', 'T']);
      withSizeNames(picked, () => {
        for (const a of literals) {
          expect(formatSize(a)).toBe(String(a));
          for (const b of literals) {
            expect(formatSize(a + b)).toBe(String(a + b));
            expect(formatSize(a * b)).toBe(String(a * b));
          }
        }
      });
    }
  });

  test('are the preferred ones for an ordinary file', () => {
    expect([...pickPrimes(['B', 'T'], [784, 512, 10]).keys()]).toEqual([1063, 1223]);
  });

  test('are still different ones where a file leaves none free', () => {
    const every = Array.from({ length: 4000 }, (_, size) => size);
    expect(pickPrimes(['B', 'T', 'H'], every).size).toBe(3);
  });

  test('run out with a message that says how many names there may be', () => {
    const many = Array.from({ length: 17 }, (_, i) => `N${i}`);
    expect(() => pickPrimes(many, [])).toThrow('More than 16 named sizes: N0, N1,');
  });
});
