/** jnp's functions beyond numpy.test.ts, against JAX (test/golden/jnp.json). */
import { jnp, lax, ops, type Tensor } from '../../runtime/src/index';
import { runCases } from './numpyCases';

const throughComplexNumbers = (x: Tensor): Tensor[] => {
  const z = jnp.fft.fft(x);
  const joined = jnp.concatenate([jnp.getItem(z, ':', ':2'), jnp.flip(z, 1)], 1);
  return [
    jnp.abs(z),
    jnp.angle(z),
    jnp.real(jnp.multiply(z, jnp.conj(z))),
    jnp.real(jnp.fft.ifft(jnp.divide(z, lax.complex(2, 1)))),
    jnp.imag(joined),
    jnp.sum(z, 0),
    jnp.exp(jnp.multiply(z, 0.2)),
    jnp.square(z),
  ];
};

runCases('jnp.json', { ...jnp, ops, 'through complex numbers': throughComplexNumbers });
