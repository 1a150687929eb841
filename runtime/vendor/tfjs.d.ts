/** Types of the bundle that scripts/build.mjs makes from entry.ts. */
import { KernelBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

export * from '@tensorflow/tfjs-core';
export { backpropagateGradients, getFilteredNodesXToY, type TapeNode } from '@tensorflow/tfjs-core/dist/tape';

/** tfjs-node's backend; bindings/backend.ts says what it looks like inside. */
export declare class NodeJSKernelBackend extends KernelBackend {
  constructor(binding: unknown, packageName: string);
}
