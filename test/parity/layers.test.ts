/** Modules inside modules against Flax, and that every recording of a layer is compared somewhere. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nn, type Tensor } from '../../runtime/src/index';
import { type AnyModule, describeParts, FAMILIES, layersOf, type Recording, testRecording } from './layerCases';

const Inner = nn.module(
  class Inner extends nn.Module {
    apply(x: Tensor): Tensor {
      const h = nn.Dense(x, { features: 2 });
      const named = nn.Dense(h, { features: 2, name: 'named' });
      const shared = nn.Dense.shared({ features: 2 });
      return shared(shared(named)).add(this.param('own', [2], nn.initializers.normal({ stddev: 1 })));
    }
  },
);

const Outer = nn.module(
  class Outer extends nn.Module {
    apply(x: Tensor): Tensor {
      const a = Inner(x);
      const b = nn.Dense(a, { features: 3 });
      const c = Inner(b, { name: 'second' });
      return nn.LayerNorm(nn.Dense(c, { features: 2 }));
    }
  },
);

/** Recordings that are no layers, and the tests that read them. */
const ELSEWHERE: Record<string, string> = {
  nested: 'layers',
  state_rng: 'state',
  stochastic: 'dropout',
  pooling: 'pooling',
  activations: 'activations',
};

const textOf = (test: string) => readFileSync(`${import.meta.dirname}/${test}.test.ts`, 'utf8');

describeParts((part) => {
  describe('nested', () => {
    const { hp: _, ...recording } = layersOf(part).nested as Recording;
    // In part1 the two features that LayerNorm gets differ by 1% of themselves. Taking squares apart, as Flax does, then
    // loses so many digits that its gradient is half of what it is in float64.
    const compareGradients = part !== 'part1';
    testRecording({ ...recording, hp: {} }, { module: Outer as unknown as AnyModule, compareGradients });
  });

  test('every recording is read by some test', () => {
    const families = Object.entries(FAMILIES).flatMap(([family, modules]) => {
      const file = `layers${family[0]?.toUpperCase()}${family.slice(1)}`;
      expect(textOf(family === 'convLSTM' ? 'layersRecurrent' : file)).toContain(`FAMILIES.${family}`);
      return modules as readonly string[];
    });
    // attention.test.ts counts these itself.
    const isAttention = ({ module, fn }: { module?: string; fn?: string }) => /attention/i.test(module ?? fn ?? '');
    const others = Object.entries(layersOf<{ module?: string; fn?: string }>(part)).filter(
      ([, layer]) => !families.includes(layer.module ?? '') && !isAttention(layer),
    );
    expect(others.map(([name]) => name).sort()).toEqual(Object.keys(ELSEWHERE).sort());
    for (const [name, test] of Object.entries(ELSEWHERE)) expect(textOf(test)).toContain(name);
  });
});
