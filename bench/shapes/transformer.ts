import { jnp, nn, type Tensor } from 'distaff';

/** @input x f32[B, T, 768] */
export const LayerNorm = nn.module(
  class LayerNorm extends nn.Module {
    apply(x: Tensor, { epsilon = 1e-6 }: { epsilon?: number } = {}) {
      const features = x.shape.at(-1) as number;
      const scale = this.param('scale', [features], nn.initializers.ones);
      const bias = this.param('bias', [features], nn.initializers.zeros);
      const mean = jnp.mean(x, -1, { keepdims: true });
      const variance = jnp.mean(x.sub(mean).square(), -1, { keepdims: true });
      return x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(scale).add(bias);
    }
  },
);

/**
 * @input x f32[B, T, 768]
 * @with { numHeads: 12 }
 */
export const SelfAttention = nn.module(
  class SelfAttention extends nn.Module {
    apply(x: Tensor, { numHeads }: { numHeads: number }) {
      const [batch, length, features] = x.shape as [number, number, number];
      const size = features / numHeads;
      const heads = (name: string) =>
        nn.Dense(x, { features, name }).reshape([batch, length, numHeads, size]).transpose([0, 2, 1, 3]);
      const query = heads('query');
      const key = heads('key');
      const value = heads('value');
      const weights = nn.softmax(query.matMul(key, false, true).div(Math.sqrt(size)));
      const mixed = weights.matMul(value).transpose([0, 2, 1, 3]).reshape([batch, length, features]);
      return nn.Dense(mixed, { features, name: 'out' });
    }
  },
);

/**
 * @input x f32[B, T, 768]
 * @with { numHeads: 12, mlpSize: 3072 }
 */
export const EncoderBlock = nn.module(
  class EncoderBlock extends nn.Module {
    apply(x: Tensor, { numHeads, mlpSize }: { numHeads: number; mlpSize: number }) {
      const attended = x.add(SelfAttention(LayerNorm(x), { numHeads }));
      const hidden = nn.gelu(nn.Dense(LayerNorm(attended), { features: mlpSize }));
      return attended.add(nn.Dense(hidden, { features: x.shape.at(-1) as number }));
    }
  },
);

/** @input tokens i32[B, T] */
export const Encoder = nn.module(
  class Encoder extends nn.Module {
    apply(tokens: Tensor) {
      const embedding = this.param('embedding', [32000, 768], nn.initializers.normal());
      const positions = this.param('positions', [tokens.shape[1] as number, 768], nn.initializers.normal());
      let x = jnp.take(embedding, tokens, 0).add(positions);
      for (let layer = 0; layer < 12; layer++) x = EncoderBlock(x, { numHeads: 12, mlpSize: 3072 });
      return nn.Dense(LayerNorm(x), { features: 2 });
    }
  },
);
