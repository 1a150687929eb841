import { jnp, nn, type Tensor } from 'distaff';

/** Normalizes each channel over the batch and the image. */
export const Norm = nn.module(
  class Norm extends nn.Module {
    apply(x: Tensor, { scaleInit = nn.initializers.ones }: { scaleInit?: nn.Initializer } = {}) {
      const features = x.shape.at(-1) as number;
      const scale = this.param('scale', [features], scaleInit);
      const bias = this.param('bias', [features], nn.initializers.zeros);
      const mean = jnp.mean(x, [0, 1, 2]);
      const variance = jnp.mean(x.square(), [0, 1, 2]).sub(mean.square());
      return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(scale).add(bias);
    }
  },
);

interface BlockOptions {
  filters: number;
  strides?: [number, number];
}

export const BottleneckBlock = nn.module(
  class BottleneckBlock extends nn.Module {
    apply(x: Tensor, { filters, strides = [1, 1] }: BlockOptions) {
      const projects = x.shape.at(-1) !== filters * 4 || strides[0] !== 1;
      const shortcut = projects
        ? Norm(nn.Conv(x, { features: filters * 4, kernelSize: [1, 1], strides, bias: false, name: 'projection' }))
        : x;
      let y = nn.relu(Norm(nn.Conv(x, { features: filters, kernelSize: [1, 1], bias: false })));
      y = nn.relu(Norm(nn.Conv(y, { features: filters, kernelSize: [3, 3], strides, bias: false })));
      y = Norm(nn.Conv(y, { features: filters * 4, kernelSize: [1, 1], bias: false }), {
        scaleInit: nn.initializers.zeros,
      });
      return nn.relu(y.add(shortcut));
    }
  },
);

/** @input images f32[B, 224, 224, 3] */
export const ResNet50 = nn.module(
  class ResNet50 extends nn.Module {
    apply(images: Tensor) {
      let x = nn.Conv(images, { features: 64, kernelSize: [7, 7], strides: [2, 2], bias: false });
      x = nn.maxPool(nn.relu(Norm(x)), [3, 3], { strides: [2, 2], padding: 'SAME' });
      for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
        for (let block = 0; block < blocks; block++) {
          x = BottleneckBlock(x, { filters: 64 * 2 ** stage, strides: stage > 0 && block === 0 ? [2, 2] : [1, 1] });
        }
      }
      return nn.Dense(jnp.mean(x, [1, 2]), { features: 1000 });
    }
  },
);
