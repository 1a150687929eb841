import { expect, test } from 'vitest';
import { jit, random, type Tensor } from '../../../runtime/src/index';

const key = random.PRNGKey(3);
test('random inside jit', () => {
  const draw = (k: Tensor) => {
    const [a, b, c] = random.split(k, 3) as unknown as Tensor[];
    return {
      normal: random.normal(a as Tensor, [5]),
      uniform: random.uniform(b as Tensor, [2, 3]),
      bits: random.randint(c as Tensor, [4], 0, 10),
      perm: random.permutation(c as Tensor, 8),
      cat: random.categorical(c as Tensor, random.normal(a as Tensor, [6, 3])),
      bern: random.bernoulli(a as Tensor, 0.3, [5]),
    };
  };
  const eager = draw(key);
  const jitted = jit(draw, { compiler: 'graph' })(key);
  for (const name of Object.keys(eager) as (keyof typeof eager)[])
    expect(jitted[name].arraySync(), name).toEqual(eager[name].arraySync());
});
