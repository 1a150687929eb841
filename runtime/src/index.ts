/** The library: `import { grad, jnp, nn, optim, random, tree } from 'distaff'`. */
import './bindings/abstract';
import './bindings/native';
import './inspect/print';
import './tensorIterator';

export { type DataType, Tensor } from '#tfjs';
export { memory } from './bindings/native';
export { config } from './config';
export * as lax from './lax/index';
export * as nn from './nn/index';
export * as jnp from './numpy/index';
export * as optim from './optim/index';
export * as random from './random/index';
export * as serialization from './serialization/index';
export * as struct from './struct';
export { evalShape } from './transforms/evalShape';
export { grad, valueAndGrad } from './transforms/grad';
export { ShapeDtypeStruct } from './transforms/shapeDtypeStruct';
export * as tree from './tree';
