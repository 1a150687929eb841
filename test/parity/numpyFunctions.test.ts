/** jnp's functions beyond numpy.test.ts, against JAX (test/golden/jnp.json). */
import { jnp, ops } from '../../runtime/src/index';
import { runCases } from './numpyCases';

runCases('jnp.json', { ...jnp, ops });
