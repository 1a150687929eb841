import { nn, type Tensor } from 'distaff';

/** @input x f32[B, T, 256] */
export const Transformer = nn.module(
  class Transformer extends nn.Module {
    apply(x: Tensor) {
      for (let i = 0; i < 4; i++) {
        const attended = nn.LayerNorm(x, { name: `LayerNorm_${2 * i}` });
        x = x.add(nn.SelfAttention(attended, { numHeads: 8, name: `MultiHeadDotProductAttention_${i}` }));
        const normal = nn.LayerNorm(x, { name: `LayerNorm_${2 * i + 1}` });
        const hidden = nn.gelu(nn.Dense(normal, { features: 1024, name: `Dense_${2 * i}` }));
        x = x.add(nn.Dense(hidden, { features: 256, name: `Dense_${2 * i + 1}` }));
      }
      return nn.LayerNorm(x, { name: 'LayerNorm_8' });
    }
  },
);
