import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { evalShape, jnp, nn, random, ShapeDtypeStruct } from '../../runtime/src/index';

const Layer = nn.module(
  class Layer extends nn.Module {
    apply(x: ReturnType<typeof jnp.ones>) {
      return nn.Dense(x, { features: 3, name: 'dense' });
    }
  },
);

describe('console.log', () => {
  it('shows a small tensor with its values', () => {
    expect(inspect(jnp.array([1, 2.5]))).toBe('Tensor f32[2] [1, 2.5]');
    expect(inspect(random.PRNGKey(7))).toBe('Tensor i32[2] [0, 7]');
  });

  it('shows the shortest decimals that are the same float32', () => {
    const shown = inspect(jnp.array([0.1, 1 / 3, 1e10, 16777217, -0.7567299, 3e-8]));
    expect(shown).toBe('Tensor f32[6] [0.1, 0.33333334, 10000000000, 16777216, -0.7567299, 3e-8]');
    expect(inspect(jnp.array([Number.NaN, Number.NEGATIVE_INFINITY]))).toBe('Tensor f32[2] [NaN, -Infinity]');
    expect(inspect(jnp.array([[true], [false]]))).toMatch(/^Tensor bool\[2, 1\] \[\[(1|true)\], \[(0|false)\]\]$/);
  });

  it('shows a struct as a shape and a dtype', () => {
    expect(inspect(new ShapeDtypeStruct([1, 2]))).toBe('ShapeDtypeStruct f32[1, 2]');
  });

  it('shows a large tensor with its aval, and its values when it stands alone', () => {
    expect(inspect(jnp.zeros([3, 4]))).toMatch(/^Tensor f32\[3, 4\]\n {4,}\[\[0, 0, 0, 0\],/);
    expect(inspect({ x: jnp.zeros([3, 4]) })).toBe('{ x: Tensor f32[3, 4] }');
  });

  it('does not read abstract tensors', () => {
    let shown = '';
    evalShape(
      (x: unknown) => {
        shown = inspect(x);
        return x;
      },
      [2, 3],
    );
    expect(shown).toBe('Tensor f32[2, 3] (abstract)');
  });

  it('shows a Model by its module and size', () => {
    const [, params] = Layer.init(random.PRNGKey(0), jnp.ones([1, 4]));
    expect(inspect(nn.Model(Layer, params))).toBe('Model(Layer) 2 leaves, 15');
  });

  it('shows where in the modules an error arose, once', () => {
    const [, params] = Layer.init(random.PRNGKey(0), jnp.ones([1, 4]));
    const call = () => nn.Model(Layer, params)(jnp.ones([1, 5]));
    expect(call).toThrow('stored f32[4, 3], requested f32[5, 3] at /dense/kernel.\n  in module /dense (Dense)');
    try {
      call();
    } catch (error) {
      expect((error as Error).stack?.split('in module').length).toBe(2);
    }
  });
});
