import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { evalShape, jnp, nn, random } from '../../runtime/src/index';

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
