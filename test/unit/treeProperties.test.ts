/** Pytrees: what holds for every tree. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nn, tree } from '../../runtime/src/index';

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.bigInt());
const key = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');

/** Trees of dicts, arrays, Collections, null and undefined. */
const { anyTree } = fc.letrec<{ anyTree: unknown }>((tie) => ({
  anyTree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.constantFrom(null, undefined),
    fc.array(tie('anyTree'), { maxLength: 4 }),
    fc.dictionary(key, tie('anyTree'), { maxKeys: 4 }),
    fc.dictionary(key, tie('anyTree'), { maxKeys: 2 }).map((values) => new nn.Collection({ ...values })),
  ),
}));

/** Collections as what they hold, to be compared by value. */
const plain = (value: unknown): unknown => {
  if (value instanceof nn.Collection) return { collection: plain(value.asDict()) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
};

const holds = (check: (value: unknown) => void) => fc.assert(fc.property(anyTree, check), { numRuns: 300 });

describe('every tree', () => {
  test('comes together again as it was', () => {
    holds((value) => {
      const [leaves, structure] = tree.flatten(value);
      expect(leaves).toHaveLength(structure.leafCount);
      expect(plain(tree.unflatten(structure, leaves))).toEqual(plain(value));
    });
  });

  test('keeps its structure when it is mapped', () => {
    holds((value) => {
      expect(tree.structure(tree.map(() => 0, value)).equals(tree.structure(value))).toBe(true);
    });
  });

  test('has one path for each leaf, in the order of the leaves', () => {
    holds((value) => {
      const paths = tree.flattenWithPath(value);
      expect(paths.map(([, item]) => item)).toEqual(tree.leaves(value));
      expect(new Set(paths.map(([path]) => JSON.stringify(path))).size).toBe(paths.length);
    });
  });

  test('maps by composition', () => {
    holds((value) => {
      const f = (item: unknown) => `${String(item)}f`;
      const g = (item: unknown) => `${String(item)}g`;
      const both = tree.map((item: unknown) => g(f(item)), value);
      expect(plain(tree.map(g, tree.map(f, value)))).toEqual(plain(both));
    });
  });

  test('of trees turns inside out and back', () => {
    fc.assert(
      fc.property(anyTree, anyTree, (outer, inner) => {
        const [a, b] = [tree.structure(outer), tree.structure(inner)];
        fc.pre(a.leafCount > 0 && b.leafCount > 0);
        const nested = tree.unflatten(
          a,
          Array.from({ length: a.leafCount }, (_, i) =>
            tree.unflatten(
              b,
              Array.from({ length: b.leafCount }, (_, j) => `${i},${j}`),
            ),
          ),
        );
        const turned = tree.transpose(a, b, nested);
        expect(plain(tree.transpose(b, a, turned))).toEqual(plain(nested));
      }),
      { numRuns: 100 },
    );
  });
});
