/** Types of the bundle that scripts/build.mjs makes from entry.ts. */
export * from '@tensorflow/tfjs-core';

import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

export { backpropagateGradients, getFilteredNodesXToY, type TapeNode } from '@tensorflow/tfjs-core/dist/tape';
export { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
