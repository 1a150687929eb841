/** tfjs-node's kernels call two functions of `util` that Node 22 warns of and Node 23 has removed (tfjs#8609). */
import { createRequire } from 'node:module';

const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
util.isArray = Array.isArray;
