/** Traversals against Flax (test/golden/api.flax0.1.0.*). Messages are our own; an error is compared by what it must name. */
import { describe, expect, test } from 'vitest';
import { jnp, nn, optim, struct, type Tensor, traverse } from '../../runtime/src/index';
import { golden } from './golden';

type Entry = Record<string, unknown>;
interface Api {
  errors: Record<string, { type?: string; message?: string }>;
  behaviour: Record<string, Entry>;
}

const { tIdentity } = traverse;
const double = (v: number) => v + v;

class Point extends struct.dataclass<{ x: number; meta?: string }>({
  x: struct.field(),
  meta: struct.field({ pytreeNode: false, default: 'm' }),
}) {}

describe.each(['part0', 'part1'])('%s:', (part) => {
  const { behaviour } = golden<Api>(`api.flax0.1.0.${part}.json`);
  const recorded = (name: string) => behaviour[name] as Entry;

  test('an item of each entry', () => {
    const { data, iterate, update_double, set } = recorded('traversal_item');
    const foos = tIdentity.each().item('foo');
    expect([...foos.iterate(data)]).toEqual(iterate);
    expect(foos.update(double, data)).toEqual(update_double);
    expect(foos.set([10, 20], data)).toEqual(set);
  });

  test('a slice and an index', () => {
    const { iterate, update, index } = recorded('traversal_slice');
    const data = [1, 2, 3, 4];
    expect([...tIdentity.slice(1, 3).iterate(data)]).toEqual(iterate);
    expect(tIdentity.slice(1, 3).update((v) => v * 10, data)).toEqual(update);
    expect(tIdentity.item(2).update((v) => -v, data)).toEqual(index);
  });

  test('a field of a dataclass', () => {
    const { iterate, update } = recorded('traversal_attr');
    const point = new Point({ x: 3 });
    const updated = tIdentity.attr('x').update((v) => v + 1, point);
    expect([...tIdentity.attr('x').iterate(point)]).toEqual(iterate);
    expect(updated).toBeInstanceOf(Point);
    expect([updated.x, point.x]).toEqual([update, 3]);
  });

  test('what a filter accepts', () => {
    const { iterate, update } = recorded('traversal_filter');
    const large = tIdentity.each().filter((v) => v > 2);
    expect([...large.iterate([1, 2, 3, 4])]).toEqual(iterate);
    expect(large.update(() => 0, [1, 2, 3, 4])).toEqual(update);
  });

  test('the leaves of a tree', () => {
    const { iterate, update } = recorded('traversal_tree');
    const data = { b: [1, 2], a: 3 };
    expect([...tIdentity.tree().iterate(data)]).toEqual(iterate);
    expect(tIdentity.tree().update((v) => v + 1, data)).toEqual(update);
  });

  test('several traversals merged', () => {
    const { iterate, update } = recorded('traversal_merge');
    const merged = tIdentity.merge(new traverse.TraverseItem('a'), new traverse.TraverseItem('b'));
    expect([...merged.iterate({ a: 1, b: 2 })]).toEqual(iterate);
    expect(merged.update((v) => v * 3, { a: 1, b: 2, c: 3 })).toEqual(update);
  });

  test('a nested object made flat and nested again', () => {
    const { flat, unflatten } = recorded('flatten_dict') as { flat: [string[], unknown][]; unflatten: unknown };
    const flattened = traverse.flattenDict({ foo: 1, bar: { a: 2, b: {} } });
    expect(Object.entries(flattened)).toEqual(flat.map(([path, value]) => [path.join('/'), value]));
    expect(traverse.unflattenDict(flattened)).toEqual(unflatten);
  });

  test('parameters of a Model by name', () => {
    const { params, paths_in_order, iterate, update } = recorded('model_param_traversal') as {
      params: nn.Params;
      paths_in_order: unknown;
      iterate: unknown;
      update: unknown;
    };
    const Plain = nn.module(
      class Plain extends nn.Module {
        apply(x: Tensor): Tensor {
          return x;
        }
      },
    );
    const model = nn.Model(Plain, params);
    const paths: string[] = [];
    const noting = optim.ModelParamTraversal((path) => paths.push(path) < 0);
    expect([...noting.iterate(model)]).toEqual([]);
    expect(paths).toEqual(paths_in_order);
    const kernels = optim.ModelParamTraversal((path) => path.includes('kernel'));
    expect([...kernels.iterate(model)]).toEqual(iterate);
    const negated = kernels.update((v) => -v, model);
    expect(negated.params).toEqual(update);
    expect(negated(jnp.asarray(5)).dataSync()[0]).toBe(5);
    expect(model.params).toEqual(params);
  });

  describe('what Flax refuses is refused:', () => {
    const { errors } = golden<Api>(`api.flax0.1.0.${part}.json`);
    const cases: Record<string, [run: () => unknown, message: RegExp]> = {
      model_param_traversal_on_dict: [
        () => [...optim.ModelParamTraversal(() => true).iterate({ a: 1 })],
        /ModelParamTraversal traverses an nn\.Model only, got object.*nn\.Model\(module, params\)/,
      ],
      traversal_set_too_few: [
        () => tIdentity.each().set([1], [1, 2]),
        /Not enough values: 1 were given, more are selected/,
      ],
      traversal_set_too_many: [
        () => tIdentity.each().set([1, 2, 3], [1, 2]),
        /Too many values: 3 were given, 2 are selected/,
      ],
      traversal_each_on_int: [
        () => tIdentity.each().update(double, 3),
        /only the entries of an array or a plain object can be traversed, got 3/,
      ],
      flatten_non_dict: [
        () => traverse.flattenDict([1] as unknown as Entry),
        /flattenDict: expected a plain object, got an array/,
      ],
      no_learning_rate: [
        () =>
          optim
            .Momentum()
            .create({ a: jnp.ones([1, 2]) })
            .applyGradient({ a: jnp.ones([1, 2]) }),
        /There is no learning rate/,
      ],
      sgd_no_learning_rate: [
        () =>
          optim
            .GradientDescent()
            .create({ a: jnp.ones([1, 2]) })
            .applyGradient({ a: jnp.ones([1, 2]) }),
        /There is no learning rate/,
      ],
    };

    test.each(Object.entries(cases))('%s', (name, [run, message]) => {
      expect(errors[name]).toHaveProperty('message');
      expect(run).toThrow(message);
    });

    test('each case of optimizers and traversals is here', () => {
      const ours = Object.keys(errors).filter((name) => /learning_rate|traversal|flatten/.test(name));
      expect(Object.keys(cases).sort()).toEqual(ours.sort());
    });
  });
});
