import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nn, type Tensor, traverse, tree } from '../../runtime/src/index';

const { emptyNode, flattenDict, tIdentity, unflattenDict } = traverse;

test('a traversal selects nothing before it is used, and copies what it updates', () => {
  const data = { layers: [{ w: 1 }, { w: 2 }], other: 'x' };
  const weights = tIdentity.item('layers').each().attr('w');
  const updated = weights.update((w) => w * 10, data);
  expect(updated).toEqual({ layers: [{ w: 10 }, { w: 20 }], other: 'x' });
  expect(data).toEqual({ layers: [{ w: 1 }, { w: 2 }], other: 'x' });
});

test('negative indices and slices count from the end', () => {
  expect([...tIdentity.item(-1).iterate([1, 2, 3])]).toEqual([3]);
  expect(tIdentity.item(-3).set([0], [1, 2, 3])).toEqual([0, 2, 3]);
  expect([...tIdentity.slice(-2).iterate([1, 2, 3])]).toEqual([2, 3]);
});

test('compose takes any traversal', () => {
  const second = tIdentity.each().compose(tIdentity.item(1));
  expect([...second.iterate([[1, 2], [3, 4]])]).toEqual([2, 4]); // biome-ignore format: one line
});

test('a field may be one of a class instance or of a Model', () => {
  class Holder {
    constructor(public held: number) {}
    doubled() {
      return this.held * 2;
    }
  }
  const updated = tIdentity.attr('held').update((v) => v + 1, new Holder(1));
  expect(updated.doubled()).toBe(4);
  const Identity = nn.module(
    class Identity extends nn.Module {
      apply(x: Tensor): Tensor {
        return x;
      }
    },
  );
  const model = tIdentity
    .attr('params')
    .item('w')
    .update((w) => w + 1, nn.Model(Identity, { w: 1 }));
  expect(model.params).toEqual({ w: 2 });
});

test.each<[string, () => unknown, RegExp]>([
  ['a key', () => [...tIdentity.item('b').iterate({ a: 1 })], /no entry 'b' in an object with the keys a/],
  ['an index', () => tIdentity.item(3).update((v) => v, [1]), /no entry 3 in an array of 1/],
  ['a field', () => [...tIdentity.attr('y').iterate(new Date(0))], /no field 'y' in a Date/],
  ['a member of all objects', () => [...tIdentity.item('toString').iterate({})], /no entry 'toString'.*\(none\)/],
  ['entries of a number', () => [...tIdentity.each().iterate(3)], /only the entries of an array or a plain object.*3/],
  ['a slice of an object', () => [...tIdentity.slice(1).iterate({})], /only the entries of an array/],
])('%s that is not there is an error that says so', (_, run, message) => {
  expect(run).toThrow(message);
});

test('flattenDict keeps empty objects if it should, and stops where it should', () => {
  const nested = { a: { b: {} }, c: 1 };
  const flat = flattenDict(nested, { keepEmptyNodes: true });
  expect(flat).toEqual({ 'a/b': emptyNode, c: 1 });
  expect(tree.leaves(flat)).toEqual([1]);
  expect(unflattenDict(flat)).toEqual(nested);
  expect(unflattenDict(flattenDict({}, { keepEmptyNodes: true }))).toEqual({});
  expect(flattenDict(nested, { isLeaf: (path) => path.includes('a') })).toEqual({ a: { b: {} }, c: 1 });
});

test('flattenDict joins keys with the separator; a key that contains it is an error', () => {
  expect(flattenDict({ a: { 'b/c': 1 } }, { sep: '.' })).toEqual({ 'a.b/c': 1 });
  expect(unflattenDict({ 'a.b/c': 1 }, { sep: '.' })).toEqual({ a: { 'b/c': 1 } });
  expect(() => flattenDict({ a: { 'b/c': 1 } })).toThrow(/the key 'b\/c' contains the separator '\/'.*sep: '\.'/);
});

test('an empty separator is an error', () => {
  expect(() => flattenDict({ a: 1 }, { sep: '' })).toThrow(/flattenDict: the separator must not be empty/);
  expect(() => unflattenDict({ a: 1 }, { sep: '' })).toThrow(/unflattenDict: the separator must not be empty/);
});

test('unflattenDict refuses a path that is a value and leads further', () => {
  expect(() => unflattenDict({ a: 1, 'a/b': 2 })).toThrow(/the path 'a\/b' and another one want 'a'/);
  expect(() => unflattenDict({ 'a/b': 2, a: 1 })).toThrow(/the path 'a' and another one want 'a'/);
  const hostile = unflattenDict({ '__proto__/polluted': 1 });
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(Object.keys(hostile)).toEqual(['__proto__']);
});

describe('whatever the data:', () => {
  const key = fc.string({ maxLength: 4 }).filter((name) => !name.includes('/'));
  const { nested } = fc.letrec((tie) => ({
    nested: fc.dictionary(key, fc.oneof({ maxDepth: 4 }, fc.integer(), fc.array(fc.integer()), tie('nested')), {
      maxKeys: 4,
    }),
  }));

  test('unflattenDict brings back what flattenDict made flat', () => {
    fc.assert(
      fc.property(nested, (xs) => {
        const flat = flattenDict(xs as Record<string, unknown>, { keepEmptyNodes: true });
        expect(unflattenDict(flat)).toEqual(xs);
      }),
    );
  });

  test.each([
    ['tree', tIdentity.tree()],
    ['each', tIdentity.each()],
    ['a filter', tIdentity.tree().filter((x) => x % 2 === 0)],
    ['a merge', tIdentity.each().merge(tIdentity.filter((x) => typeof x === 'number'))],
  ])('%s: to set what it iterates over changes nothing, and update visits what iterate gives', (_, traversal) => {
    fc.assert(
      fc.property(nested, (xs) => {
        const selected = [...traversal.iterate(xs)];
        expect(traversal.set(selected, xs)).toEqual(xs);
        const visited: unknown[] = [];
        traversal.update((x) => {
          visited.push(x);
          return x;
        }, xs);
        expect(visited).toEqual(selected);
      }),
    );
  });
});
