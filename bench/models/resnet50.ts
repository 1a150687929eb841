import { jnp, nn, type Tensor } from 'distaff';

const Norm = nn.BatchNorm.partial({ momentum: 0.9 });

/** @input x f32[B, 56, 56, 256] */
const Bottleneck = nn.module(
  class Bottleneck extends nn.Module {
    apply(x: Tensor, { features = 64, strides = 1 }: { features?: number; strides?: number }) {
      const conv = nn.Conv.partial({ features, kernelSize: [1, 1], bias: false });
      let y = nn.relu(Norm(conv(x)));
      y = nn.relu(Norm(conv(y, { kernelSize: [3, 3], strides: [strides, strides] })));
      y = Norm(conv(y, { features: 4 * features }), { scaleInit: nn.initializers.zeros });
      if (x.shape[3] === 4 * features && strides === 1) return nn.relu(x.add(y));
      return nn.relu(Norm(conv(x, { features: 4 * features, strides: [strides, strides] })).add(y));
    }
  },
);

/** @input x f32[B, 224, 224, 3] */
export const ResNet50 = nn.module(
  class ResNet50 extends nn.Module {
    apply(x: Tensor) {
      x = nn.relu(Norm(nn.Conv(x, { features: 64, kernelSize: [7, 7], strides: [2, 2], bias: false })));
      x = nn.maxPool(x, [3, 3], { strides: [2, 2], padding: 'SAME' });
      for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
        for (let block = 0; block < blocks; block++) {
          x = Bottleneck(x, { features: 64 * 2 ** stage, strides: stage > 0 && block === 0 ? 2 : 1 });
        }
      }
      return nn.Dense(jnp.mean(x, [1, 2]), { features: 1000 });
    }
  },
);
