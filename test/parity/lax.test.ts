/** lax against JAX (test/golden/lax.json). */
import { lax } from '../../runtime/src/index';
import { runCases } from './numpyCases';

runCases('lax.json', lax);
