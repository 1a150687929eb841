/** Dataclasses: immutable, pytrees, with defaults, static fields and an order of their own. */
import { describe, expect, test } from 'vitest';
import { grad, jnp, serialization, struct, type Tensor, tree } from '../../runtime/src/index';

class Point extends struct.dataclass<{ x: number; y: number }>() {
  get sum() {
    return this.x + this.y;
  }

  moved(by: number) {
    return this.replace({ x: this.x + by });
  }
}

class Layer extends struct.dataclass<{ w: Tensor; name: string; scale?: number; b: Tensor }>({
  w: struct.field(),
  scale: struct.field({ default: 2 }),
  name: struct.field({ pytreeNode: false }),
}) {}

const layer = (name = 'dense') => new Layer({ b: jnp.asarray([3]), name, w: jnp.asarray([1, 2]) });

describe('a dataclass', () => {
  test('has its fields and the members of its body', () => {
    const point = new Point({ x: 1, y: 2 });
    expect([point.x, point.y, point.sum]).toEqual([1, 2, 3]);
    expect(point.moved(4).sum).toBe(7);
    expect(point.moved(4)).toBeInstanceOf(Point);
    expect({ ...point }).toEqual({ x: 1, y: 2 });
  });

  test('replace gives a changed copy', () => {
    const point = new Point({ x: 1, y: 2 });
    const moved = point.replace({ y: 5 });
    expect([point.y, moved.y, moved.x]).toEqual([2, 5, 1]);
  });

  test('is immutable, and assignment says what to do', () => {
    const point = new Point({ x: 1, y: 2 });
    const assign = () => {
      (point as { x: number }).x = 3;
    };
    expect(assign).toThrow(new TypeError('Point is immutable. For a changed copy: replace({ x: … }).'));
    expect(() => Object.assign(point, { z: 1 })).toThrow(TypeError);
    expect(Reflect.deleteProperty(point, 'x')).toBe(false);
    expect(point.x).toBe(1);
  });

  test('names a field that is missing or does not exist', () => {
    new Point({ x: 1, y: 2 });
    expect(() => new Point({ x: 1 } as never)).toThrow("Point: the field 'y' is missing; its fields are x, y.");
    expect(() => new Point({ x: 1, y: 2, z: 3 } as never)).toThrow("Point has no field 'z'; its fields are x, y.");
    expect(() => new Point({ x: 1, y: 2 }).replace({ stp: 6 } as never)).toThrow(
      "Point has no field 'stp'; its fields are x, y.",
    );
    expect(() => new Layer({ b: jnp.asarray(1), name: 'a' } as never)).toThrow("Layer: the field 'w' is missing");
    expect(() => new Point(3 as never)).toThrow('new Point(…) takes an object with its fields, got number.');
    expect(() => struct.dataclass<{ replace: number }>({ replace: struct.field() })).toThrow(/may not be named/);
  });

  test('fills in defaults', () => {
    expect(layer().scale).toBe(2);
    expect(layer().replace({ scale: 5 }).scale).toBe(5);
    expect(new Layer({ ...layer(), scale: undefined } as never).scale).toBe(2);
  });

  test('prints its fields', async () => {
    const { inspect } = await import('node:util');
    expect(inspect(new Point({ x: 1, y: 2 }))).toBe('Point { x: 1, y: 2 }');
  });
});

describe('as a tree', () => {
  test('its children are its fields: the declared in their order, then the others by name', () => {
    const paths = tree.flattenWithPath(layer()).map(([path]) => path.join('/'));
    expect(paths).toEqual(['w', 'scale', 'b']);
    expect(tree.flattenWithPath(new Point({ y: 2, x: 1 })).map(([path]) => path)).toEqual([['x'], ['y']]);
    expect(String(tree.structure(layer()))).toBe('Layer(w: *, scale: *, b: *)');
  });

  test('mapping keeps the class and the static fields', () => {
    const doubled = tree.map((leaf: Tensor | number) => jnp.multiply(leaf, 2), layer('conv'));
    expect(doubled).toBeInstanceOf(Layer);
    expect(doubled.name).toBe('conv');
    expect(Array.from(doubled.w.dataSync())).toEqual([2, 4]);
  });

  test('static fields are part of the structure', () => {
    expect(tree.structure(layer('a')).equals(tree.structure(layer('a')))).toBe(true);
    expect(tree.structure(layer('a')).equals(tree.structure(layer('b')))).toBe(false);
    class Other extends struct.dataclass<{ x: number; y: number }>() {}
    const [point, other] = [new Point({ x: 1, y: 2 }), new Other({ x: 1, y: 2 })];
    expect(tree.structure(point).equals(tree.structure(other))).toBe(false);
  });

  test('gradients have its form', () => {
    const gradient = grad((l: Layer) => jnp.sum(jnp.multiply(l.w, l.b)))(
      layer().replace({ scale: jnp.asarray(1) as never }),
    );
    expect(gradient).toBeInstanceOf(Layer);
    expect(Array.from(gradient.w.dataSync())).toEqual([3, 3]);
    expect(Array.from(gradient.b.dataSync())).toEqual([3]);
  });
});

describe('as a state dict', () => {
  class Outer extends struct.dataclass<{ layers: Layer[]; at: Point; note: string }>({
    note: struct.field({ pytreeNode: false }),
  }) {}
  const outer = () => new Outer({ layers: [layer()], at: new Point({ x: 1, y: 2 }), note: 'kept' });

  test('has the fields that are no static ones, in their order', () => {
    const state = serialization.toStateDict(outer()) as Record<string, Record<string, object>>;
    expect(Object.keys(state)).toEqual(['at', 'layers']);
    expect(state.at).toEqual({ x: 1, y: 2 });
    expect(Object.keys(state.layers?.['0'] as object)).toEqual(['w', 'scale', 'b']);
  });

  test('comes back with the static fields of the target', () => {
    const state = serialization.toStateDict(outer().replace({ at: new Point({ x: 5, y: 6 }), note: 'lost' }));
    const restored = serialization.fromStateDict(outer(), state);
    expect(restored).toBeInstanceOf(Outer);
    expect(restored.at).toBeInstanceOf(Point);
    expect([restored.at.x, restored.note, restored.layers[0]?.name]).toEqual([5, 'kept', 'dense']);
  });

  test('a state that does not fit is refused, with all the places at once', () => {
    const state = { at: { x: 1, z: 3 }, layers: { 0: { w: jnp.ones([3]), scale: 1, b: 'no' }, 1: {} } };
    const restore = () => serialization.fromStateDict(outer(), state);
    expect(restore).toThrow(serialization.StateDictError);
    expect(restore).toThrow(
      [
        'The state does not fit its target in 5 places:',
        '  /at/y: expected a number, found nothing beside the keys x, z',
        '  /at/z: expected only a Point with the keys x, y, found the number 3',
        '  /layers/0/w: expected f32[2], found f32[3]',
        '  /layers/0/b: expected f32[1], found "no"',
        '  /layers/1: expected only an array with the keys 0, found an object with no keys',
        'Make the target as the object was made whose state this is, or change the state dict first.',
      ].join('\n'),
    );
  });
});
