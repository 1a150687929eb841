import { nn, type Tensor } from 'distaff';

/** @input x f32[B, 1] */
export const LinearRegression = nn.module(
  class LinearRegression extends nn.Module {
    apply(x: Tensor) {
      return nn.Dense(x, { features: 1, name: 'Dense_0' });
    }
  },
);
