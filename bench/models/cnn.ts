import { nn, type Tensor } from 'distaff';

/** @input x f32[B, 28, 28, 1] */
export const CNN = nn.module(
  class CNN extends nn.Module {
    apply(x: Tensor) {
      x = nn.relu(nn.Conv(x, { features: 32, kernelSize: [3, 3], name: 'Conv_0' }));
      x = nn.avgPool(x, [2, 2], { strides: [2, 2] });
      x = nn.relu(nn.Conv(x, { features: 64, kernelSize: [3, 3], name: 'Conv_1' }));
      x = nn.avgPool(x, [2, 2], { strides: [2, 2] });
      x = x.reshape([x.shape[0], -1]);
      x = nn.relu(nn.Dense(x, { features: 256, name: 'Dense_0' }));
      return nn.Dense(x, { features: 10, name: 'Dense_1' });
    }
  },
);
