/** Optimizers (flax.optim): `optim.Momentum({ learningRate: 0.1 }).create(model)`. */
export { Adam, type AdamHyperParams, AdamParamState } from './adam';
export { GradientDescent, type GradientDescentHyperParams } from './gradientDescent';
export { Momentum, type MomentumHyperParams, MomentumParamState } from './momentum';
export { type HyperParam, Optimizer, OptimizerDef, OptimizerState } from './optimizer';
