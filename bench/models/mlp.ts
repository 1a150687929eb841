import { nn, type Tensor } from 'distaff';

/** @input x f32[B, 784] */
export const MLP = nn.module(
  class MLP extends nn.Module {
    apply(x: Tensor) {
      x = nn.relu(nn.Dense(x, { features: 512, name: 'Dense_0' }));
      x = nn.relu(nn.Dense(x, { features: 512, name: 'Dense_1' }));
      return nn.Dense(x, { features: 10, name: 'Dense_2' });
    }
  },
);
