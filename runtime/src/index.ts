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
export * as ops from './numpy/ops';
export * as optim from './optim/index';
export * as random from './random/index';
export * as serialization from './serialization/index';
export * as struct from './struct';
export { checkpoint, remat } from './transforms/checkpoint';
export { type CustomVjp, customVjp } from './transforms/custom';
export { type CustomJvp, customGradient, customJvp } from './transforms/customJvp';
export { evalShape } from './transforms/evalShape';
export { type AuxOptions, type GradOptions, grad, valueAndGrad } from './transforms/grad';
export { hessian, jacfwd, jacobian, jacrev } from './transforms/jacobian';
export { jvp, linearize } from './transforms/jvp';
export { type AsStructs, ShapeDtypeStruct, type ShapeLike, type Spec } from './transforms/shapeDtypeStruct';
export { vjp } from './transforms/vjp';
export * as traverse from './traverse/index';
export * as tree from './tree';
