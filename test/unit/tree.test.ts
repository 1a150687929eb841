/** Pytrees: what JAX's tree functions do, for the containers of JavaScript. */
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { jnp, nn, random, tree } from '../../runtime/src/index';
import { registerPytreeNode } from '../../runtime/src/tree';

class Point {
  constructor(
    readonly x: unknown,
    readonly y: unknown,
    readonly label = '',
  ) {}
}
class LabelledPoint extends Point {}
class Unregistered {
  value = 1;
}

registerPytreeNode<Point>(Point, {
  flatten: ({ x, y, label }) => ({ children: [x, y], keys: ['x', 'y'], aux: label }),
  unflatten: (label, [x, y]) => new Point(x, y, label as string),
});

const Scale = nn.module(
  class Scale extends nn.Module {
    apply(x: ReturnType<typeof jnp.ones>, { by = 2 }: { by?: number } = {}) {
      return x.mul(this.param('scale', [], nn.initializers.ones)).mul(by);
    }
  },
);
const model = () => nn.Model(Scale, Scale.init(random.PRNGKey(0), jnp.ones([2]))[1]);

describe('flatten:', () => {
  test('leaves come depth first, objects by sorted key', () => {
    expect(tree.leaves({ b: [1, { d: 2, c: 3 }], a: 4 })).toEqual([4, 1, 3, 2]);
    expect(tree.leaves([[1, [2]], 3])).toEqual([1, 2, 3]);
  });

  test('keys are sorted as strings, those that JavaScript lists first too', () => {
    expect(tree.leaves({ b: 1, a: 2, B: 3, 10: 4, 9: 5 })).toEqual([4, 5, 3, 2, 1]);
    expect(Object.values(tree.map((x) => x, { 10: 'ten', 9: 'nine' }))).toEqual(['nine', 'ten']);
    expect(tree.flattenWithPath({ 9: 0, 10: 0 }).map(([path]) => path)).toEqual([['10'], ['9']]);
  });

  test.each([1, 'text', true, 3n, Symbol.iterator, new Map(), new Date(0), new Float32Array(2), new Unregistered()])(
    '%o is a leaf',
    (leaf) => {
      const [leaves, structure] = tree.flatten(leaf);
      expect(leaves).toEqual([leaf]);
      expect(leaves[0]).toBe(leaf);
      expect(tree.unflatten(structure, [0])).toBe(0);
    },
  );

  test('a tensor, a function and an instance of a class extending null are leaves', () => {
    const NullClass = class extends (null as unknown as ObjectConstructor) {};
    const instance = Object.create(NullClass.prototype);
    for (const leaf of [jnp.ones([2]), () => 1, Scale, instance]) expect(tree.leaves([leaf])[0]).toBe(leaf);
  });

  test('null and undefined are empty containers, and come back as what they were', () => {
    const holes = { a: null, b: undefined, c: [null] };
    expect(tree.leaves(holes)).toEqual([]);
    const mapped = tree.map((x: number) => x, holes as unknown as Record<string, number>);
    expect(mapped).toStrictEqual({ a: null, b: undefined, c: [null] });
    expect(tree.structure(null).equals(tree.structure(undefined))).toBe(true);
  });

  test('a hole of a sparse array is undefined', () => {
    const sparse: number[] = [];
    sparse[2] = 5;
    expect(tree.flattenWithPath(sparse)).toEqual([[['2'], 5]]);
    expect(tree.map((x) => x + 1, sparse)).toStrictEqual([undefined, undefined, 6]);
    expect(tree.structure(sparse).equals(tree.structure([undefined, undefined, 1]))).toBe(true);
  });

  test('symbol keys are no part of a tree', () => {
    expect(tree.leaves({ a: 1, [Symbol.for('b')]: 2 })).toEqual([1]);
  });

  test('objects without a prototype, and of another realm, are containers', () => {
    const bare = Object.assign(Object.create(null), { b: 1, a: 2 });
    const foreign: unknown = vm.runInNewContext('({ a: [1, 2], b: { c: 3 } })');
    expect(tree.leaves(bare)).toEqual([2, 1]);
    expect(tree.leaves(foreign)).toEqual([1, 2, 3]);
    expect(tree.structure(foreign).equals(tree.structure({ a: [0, 0], b: { c: 0 } }))).toBe(true);
  });

  test('a key named __proto__ is a key', () => {
    const odd = JSON.parse('{"__proto__": 1, "a": 2}') as object;
    const doubled = tree.map((x: number) => x * 2, odd as Record<string, number>);
    expect(Object.entries(doubled)).toEqual([
      ['__proto__', 2],
      ['a', 4],
    ]);
  });

  test('isLeaf says where to stop', () => {
    const isLeaf = (value: unknown) => Array.isArray(value);
    const [leaves, structure] = tree.flatten({ a: [1, 2], b: { c: [3] } }, { isLeaf });
    expect(leaves).toEqual([[1, 2], [3]]);
    expect(tree.unflatten(structure, ['x', 'y'])).toEqual({ a: 'x', b: { c: 'y' } });
    expect(tree.leaves([1], { isLeaf })).toEqual([[1]]);
    expect(tree.leaves([null, 1], { isLeaf: (value) => value === null })).toEqual([null, 1]);
  });

  test('what contains itself is an error and not a stack overflow', () => {
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic.self = { again: cyclic };
    for (const walk of [tree.flatten, tree.flattenWithPath, tree.structure]) {
      expect(() => walk(cyclic)).toThrow(/more than 1000 containers deep\. Does something contain itself/);
    }
  });

  test('a tree of 900 levels is fine', () => {
    let deep: unknown = 7;
    for (let i = 0; i < 900; i++) deep = [deep];
    expect(tree.leaves(deep)).toEqual([7]);
    expect(tree.leaves(tree.unflatten(tree.structure(deep), [8]))).toEqual([8]);
  });
});

describe('registered classes:', () => {
  test('an instance comes apart and together', () => {
    const moved = tree.map((x: number) => x + 1, new Point(1, [2, 3], 'p') as unknown as { x: number; y: number[] });
    expect(moved).toEqual(new Point(2, [3, 4], 'p'));
    expect(tree.flattenWithPath({ p: new Point(1, [2]) }).map(([path]) => path.join('/'))).toEqual(['p/x', 'p/y/0']);
  });

  test('a subclass is a container too', () => {
    expect(tree.leaves(new LabelledPoint(1, 2))).toEqual([1, 2]);
  });

  test('what stands beside the leaves counts for equality', () => {
    const structureOf = (label: string) => tree.structure(new Point(1, 2, label));
    expect(structureOf('a').equals(structureOf('a'))).toBe(true);
    expect(structureOf('a').equals(structureOf('b'))).toBe(false);
    expect(() => tree.map((x: unknown) => x, [new Point(1, 2, 'a')], [new Point(1, 2, 'b')])).toThrow(
      /differ at \/0: both are Point\(x: \*, y: \*\), but what they hold beside leaves is not equal/,
    );
  });
});

describe('Models:', () => {
  test('a Model is a container of its parameters, though it is a function', () => {
    const m = model();
    expect(tree.leaves(m)[0]).toBe(m.params.scale);
    expect(tree.flattenWithPath([m])[0]?.[0]).toEqual(['0', 'params', 'scale']);
    const doubled = tree.map((p) => p.mul(2), m);
    expect([...doubled(jnp.ones([2])).dataSync()]).toEqual([4, 4]);
    expect(String(tree.structure(m))).toBe('Model(params: {scale: *})');
  });

  test('Models of one module and equal options have one structure', () => {
    const { params } = model();
    const by = (factor: number) => tree.structure(nn.Model(Scale.partial({ by: factor }), params));
    expect(by(3).equals(by(3))).toBe(true);
    expect(by(3).equals(by(4))).toBe(false);
    expect(by(3).equals(tree.structure(model()))).toBe(false);
  });
});

describe('structures:', () => {
  test('equal forms are equal, whatever their leaves and the order of keys', () => {
    const form = tree.structure({ a: [1, null], b: 'x' });
    expect(form.equals(tree.structure({ b: {}.constructor, a: [0, null] }))).toBe(true);
    for (const other of [{ a: [1], b: 2 }, { a: [1, 2], b: 2 }, { a: [1, null] }, { a: [1, null], c: 2 }, [1, 2], 1]) {
      expect(form.equals(tree.structure(other)), JSON.stringify(other)).toBe(false);
    }
    expect(tree.structure([]).equals(tree.structure({}))).toBe(false);
  });

  test('print as JAX prints them', () => {
    const form = tree.structure({ b: [1, null, {}], a: new Point(1, 2), c: [] });
    expect(String(form)).toBe('{a: Point(x: *, y: *), b: [*, null, {}], c: []}');
    expect(form.leafCount).toBe(3);
  });

  test('too few and too many leaves are an error', () => {
    const form = tree.structure({ a: 1, b: 2 });
    expect(() => tree.unflatten(form, [1])).toThrow('{a: *, b: *} has 2 leaves, but 1 were given');
    expect(() => tree.unflatten(form, [1, 2, 3])).toThrow('has 2 leaves, but 3 were given');
  });
});

describe('map:', () => {
  test('keeps the form of arrays and objects', () => {
    expect(tree.map((x: number) => x * 10, { b: [1, 2], a: { c: 3 } })).toEqual({ a: { c: 30 }, b: [10, 20] });
    expect(tree.map((x: number) => x * 10, 3)).toBe(30);
    expect(tree.map((x: number) => x, [])).toEqual([]);
  });

  test('gives the function the leaf and nothing beside', () => {
    expect(tree.map((...args: unknown[]) => args.length, [1, 2])).toEqual([1, 1]);
    expect(tree.map(Number.parseInt as (x: string) => number, ['10', '10', '10'])).toEqual([10, 10, 10]);
  });

  test('goes through further trees, whose containers may stand for leaves of the first', () => {
    expect(tree.map((a: number, b: number) => a - b, { x: 3, y: [4] }, { y: [1], x: 1 })).toEqual({ x: 2, y: [3] });
    expect(tree.map((a: string, b: unknown) => [a, b], { x: 'shape' }, { x: [1, 2] })).toEqual({
      x: ['shape', [1, 2]],
    });
  });

  test.each<[string, unknown, unknown, RegExp]>([
    ['a missing key', { a: { b: 1 } }, { a: {} }, /differ at \/a: expected \{b: \*\}, got \{\}/],
    ['another key', { a: { b: 1 } }, { a: { c: 1 } }, /differ at \/a: expected \{b: \*\}, got \{c: \*\}/],
    ['another length', [[1, 2]], [[1]], /differ at \/0: expected \[\*, \*\], got \[\*\]/],
    ['a leaf for a container', { a: { b: [1] } }, { a: { b: 2 } }, /differ at \/a\/b: expected \[\*\], got \*/],
    ['null for a container', { a: [1] }, { a: null }, /differ at \/a: expected \[\*\], got null/],
    ['a leaf for null', { a: null }, { a: 1 }, /differ at \/a: expected null, got \*/],
    ['an object for an array', [1], { 0: 1 }, /differ at the root: expected \[\*\], got \{0: \*\}/],
  ])('names the path of %s', (_, first, second, message) => {
    expect(() => tree.map((x: unknown) => x, first, second)).toThrow(message);
  });

  test('does not change what it is given', () => {
    const given = Object.freeze({ a: Object.freeze([1, 2]) });
    expect(tree.map((x: number) => x + 1, given)).toEqual({ a: [2, 3] });
    expect(given).toEqual({ a: [1, 2] });
  });
});

test('transpose turns a tree of trees inside out', () => {
  const outer = tree.structure({ train: 0, test: 0 });
  const inner = tree.structure([0, { loss: 0 }]);
  const given = { train: [1, { loss: 2 }], test: [3, { loss: 4 }] };
  const turned = [{ train: 1, test: 3 }, { loss: { train: 2, test: 4 } }];
  expect(tree.transpose(outer, inner, given)).toEqual(turned);
  expect(tree.transpose(inner, outer, turned)).toEqual(given);
  expect(() => tree.transpose(outer, tree.structure([0]), given)).toThrow(/differ at the root/);
});

describe('reduce and all:', () => {
  test('fold the leaves in order', () => {
    expect(tree.reduce((text: string, leaf: number) => `${text}${leaf}`, { b: 1, a: [2, 3] }, '')).toBe('231');
    expect(tree.reduce(Math.max, { a: 1, b: [7, 3] }, 0)).toBe(7);
    expect(tree.reduce(Math.max, { a: 1, b: [7, 3] })).toBe(7);
  });

  test('an empty tree gives the initial value, and without one is an error', () => {
    expect(tree.reduce((sum: number, leaf: number) => sum + leaf, {}, 5)).toBe(5);
    expect(() => tree.reduce((sum: number, leaf: number) => sum + leaf, [])).toThrow(/no leaves and no initial value/);
  });

  test('all is true of a tree without leaves', () => {
    expect([tree.all({}), tree.all([true, { a: 1 }]), tree.all([true, { a: 0 }])]).toEqual([true, true, false]);
  });
});
