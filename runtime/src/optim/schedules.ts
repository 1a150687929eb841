/**
 * Learning rates that change with the step: `optimizer.applyGradient(grad, { learningRate: rate(optimizer.state.step) })`.
 * A schedule takes the step as a number or as a tensor and gives the learning rate as the same; it reads no tensor. The
 * create… functions are Flax's (flax/training/lr_schedule.py), made of the others.
 *
 * @module
 */
import { fill, gather, greater, sum, Tensor, tensor1d } from '#tfjs';
import { asFloat, cosine as cos, greatest, type HyperParam, least, over, plus, root, times } from './scalars';
import { tidied } from './tidied';

/** The learning rate of a step; of each step, where the steps are a tensor. */
export interface Schedule {
  (step: number): number;
  (step: Tensor): Tensor;
  (step: HyperParam): HyperParam;
}

/** The same learning rate at each step. */
export function constant(learningRate: number): Schedule {
  return schedule(() => learningRate);
}

/**
 * Half a cosine wave from `learningRate` at step 0 to 0 at step `decaySteps`. It is a wave: after that it rises again, as
 * Flax's does.
 */
export function cosine(learningRate: number, decaySteps: number): Schedule {
  checkPositive('schedules.cosine: decaySteps', decaySteps);
  return schedule((step) => times(learningRate, plus(times(cos(times(step, Math.PI / decaySteps)), 0.5), 0.5)));
}

/**
 * `learningRate` times a factor that changes at some steps: `piecewise(0.1, [[1000, 0.1], [2000, 0.01]])` is 0.1 up to
 * and including step 1000, then 0.01, and 0.001 after step 2000. Throws unless the steps ascend.
 */
export function piecewise(
  learningRate: number,
  changes: readonly (readonly [after: number, factor: number])[],
): Schedule {
  const boundaries = changes.map(([after]) => after);
  const descent = boundaries.findIndex((after, i) => i > 0 && after < (boundaries[i - 1] as number));
  if (descent > 0) {
    throw new RangeError(
      `schedules.piecewise: the steps must ascend, but ${boundaries[descent]} comes after ${boundaries[descent - 1]}.`,
    );
  }
  const rates = [learningRate, ...changes.map(([, factor]) => factor * learningRate)];
  return schedule((step) => {
    if (typeof step === 'number') return rates[boundaries.filter((after) => after < step).length] as number;
    if (boundaries.length === 0) return learningRate;
    const passed = greater(step.expandDims(-1), tensor1d(boundaries, 'float32'));
    return gather(tensor1d(rates, 'float32'), sum(passed.toInt(), -1));
  });
}

/** `learningRate / sqrt(step)`, constant up to step `warmUpSteps`: with `warmUp`, that of "Attention is all you need". */
export function rsqrt(learningRate: number, warmUpSteps = 1): Schedule {
  checkPositive('schedules.rsqrt: warmUpSteps', warmUpSteps);
  return schedule((step) => over(learningRate, root(greatest(step, warmUpSteps))));
}

/** Another schedule, multiplied with what grows linearly from 0 to 1 over the first `steps` steps. */
export function warmUp(rate: Schedule, steps: number): Schedule {
  checkPositive('schedules.warmUp: steps', steps);
  return schedule((step) => times(rate(step), least(1, over(step, steps))));
}

interface WarmUpOptions {
  /** Over how many epochs the learning rate grows linearly from 0 to its own. Default 0. */
  readonly warmupLength?: number;
}

/** A constant learning rate after a warm-up (flax.training.lr_schedule). */
export function createConstantLearningRateSchedule(
  baseLearningRate: number,
  stepsPerEpoch: number,
  options: WarmUpOptions = {},
): Schedule {
  return warmedUp(constant(baseLearningRate), stepsPerEpoch, options);
}

/**
 * A learning rate with steps after a warm-up (flax.training.lr_schedule): after each epoch of `lrSchedSteps`,
 * `[[30, 0.1], [60, 0.01], [80, 0.001]]`, the base is multiplied with the factor beside it.
 */
export function createSteppedLearningRateSchedule(
  baseLearningRate: number,
  stepsPerEpoch: number,
  lrSchedSteps: readonly (readonly [epoch: number, factor: number])[],
  options: WarmUpOptions = {},
): Schedule {
  const changes = lrSchedSteps.map(([epoch, factor]) => [roundHalfToEven(epoch * stepsPerEpoch), factor] as const);
  return warmedUp(piecewise(baseLearningRate, changes), stepsPerEpoch, options);
}

/** Half a cosine wave over `halfcosEpochs` epochs after a warm-up (flax.training.lr_schedule). */
export function createCosineLearningRateSchedule(
  baseLearningRate: number,
  stepsPerEpoch: number,
  halfcosEpochs: number,
  options: WarmUpOptions = {},
): Schedule {
  return warmedUp(cosine(baseLearningRate, halfcosEpochs * stepsPerEpoch), stepsPerEpoch, options);
}

function warmedUp(rate: Schedule, stepsPerEpoch: number, { warmupLength = 0 }: WarmUpOptions): Schedule {
  return warmupLength > 0 ? warmUp(rate, warmupLength * stepsPerEpoch) : rate;
}

function schedule(rate: (step: HyperParam) => HyperParam): Schedule {
  const scheduled = (step: HyperParam): HyperParam => {
    if (typeof step === 'number') return rate(step);
    if (!(step instanceof Tensor))
      throw new TypeError(`A schedule takes a step, a number or a tensor, got ${typeof step}.`);
    return tidied(() => {
      const result = rate(asFloat(step));
      return typeof result === 'number' ? fill(step.shape, result) : result;
    });
  };
  return scheduled as Schedule;
}

function checkPositive(what: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${what} must be positive, got ${value}.`);
}

/** As NumPy rounds. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
