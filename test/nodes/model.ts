import { jnp, nn, type Tensor } from 'distaff';

/** @input x f32[8, 784] */
export const Classifier = nn.module(
  class Classifier extends nn.Module {
    apply(x: Tensor) {
      const hidden = nn.Dense(x, { features: 128 });
      return nn.Dense(jnp.tanh(hidden), { features: 10 });
    }
  },
);
