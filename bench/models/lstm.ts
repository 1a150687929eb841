import { jnp, lax, nn, type Tensor } from 'distaff';

/** @input x f32[B, T, 64] */
export const LSTM = nn.module(
  class LSTM extends nn.Module {
    apply(x: Tensor) {
      const cell = nn.OptimizedLSTMCell.shared({ name: 'lstm' });
      const carry = [jnp.zeros([x.shape[0], 64]), jnp.zeros([x.shape[0], 64])] as const;
      const [, outputs] = lax.scan(cell, carry, jnp.moveaxis(x, 1, 0));
      return jnp.moveaxis(outputs, 0, 1);
    }
  },
);
