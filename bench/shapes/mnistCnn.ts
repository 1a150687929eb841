import { nn, type Tensor } from 'distaff';

/** @input x f32[B, 28, 28, 1] */
export const CNN = nn.module(
  class CNN extends nn.Module {
    apply(x: Tensor) {
      let h = nn.relu(nn.Conv(x, { features: 32, kernelSize: [3, 3] }));
      h = nn.maxPool(h, [2, 2], { strides: [2, 2] });
      h = nn.relu(nn.Conv(h, { features: 64, kernelSize: [3, 3] }));
      h = nn.maxPool(h, [2, 2], { strides: [2, 2] });
      h = h.reshape([x.shape[0], -1]);
      h = nn.relu(nn.Dense(h, { features: 128 }));
      return nn.Dense(h, { features: 10 });
    }
  },
);
