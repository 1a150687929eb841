/**
 * Optimizers (flax.optim): `optim.Momentum({ learningRate: 0.1 }).create(model)`.
 *
 * @module
 */
export { ModelParamTraversal } from '../traverse/modelParams';
export { AdaBelief, type AdaBeliefHyperParams } from './adaBelief';
export { Adadelta, type AdadeltaHyperParams, AdadeltaParamState } from './adadelta';
export { Adafactor, type AdafactorHyperParams, AdafactorParamState } from './adafactor';
export { Adagrad, type AdagradHyperParams, AdagradParamState } from './adagrad';
export { Adam, type AdamHyperParams } from './adam';
export { DynamicScale, type DynamicScaleResult } from './dynamicScale';
export { GradientDescent, type GradientDescentHyperParams } from './gradientDescent';
export { LAMB, type LAMBHyperParams } from './lamb';
export { LARS, type LARSHyperParams } from './lars';
export { MomentsParamState } from './moments';
export { Momentum, type MomentumHyperParams, MomentumParamState } from './momentum';
export { clipByGlobalNorm, globalNorm } from './norms';
export { Optimizer } from './optimizer';
export { MultiOptimizer, OptimizerDef, OptimizerState } from './optimizerDef';
export type { SharedOverrides } from './overrides';
export { RMSProp, type RMSPropHyperParams, RMSPropParamState } from './rmsProp';
export type { HyperParam } from './scalars';
export * as schedules from './schedules';
export { WeightNorm, type WeightNormHyperParams, WeightNormParamState } from './weightNorm';
