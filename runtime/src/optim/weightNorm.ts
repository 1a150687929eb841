import type { Tensor } from '#tfjs';
import * as tree from '../tree';
import { type AnyDef, OptimizerDef, OptimizerState } from './optimizerDef';
import type { SharedOverrides } from './overrides';
import { checkGradient, checkParam } from './paramChecks';
import { registerParamState } from './paramState';
import { type HyperParam, toScalar } from './scalars';
import { tidied } from './tidied';

export interface WeightNormHyperParams<Inner> {
  /** The wrapped optimizer's. */
  inner: Inner;
  /** How much of the direction is added to its gradient. Default 0. */
  wnDecay: HyperParam;
  /** Added to the direction's norm, for numerical stability. Default 1e-8. */
  wnEps: HyperParam;
}

/** The wrapped optimizer's states of a parameter's two parts, and the scale over the direction's norm. */
export class WeightNormParamState {
  constructor(
    /** The wrapped optimizer's state of the direction. */
    readonly directionState: unknown,
    /** The wrapped optimizer's state of the scale. */
    readonly scaleState: unknown,
    /** The scale over the direction's norm. */
    readonly mult: Tensor | readonly [],
  ) {}
}

registerParamState(WeightNormParamState, {
  directionState: 'direction_state',
  scaleState: 'scale_state',
  mult: 'mult',
});

/** What a parameter without a norm of its own has for its scale: an empty container. */
const NONE: readonly [] = [];

interface Parts<Direction> {
  readonly direction: Direction;
  readonly scale: unknown;
}

class WeightNormDef<Inner extends object> extends OptimizerDef<
  WeightNormHyperParams<Inner>,
  never,
  WeightNormHyperParams<Inner>,
  SharedOverrides<WeightNormHyperParams<Inner>>
> {
  readonly #wrapped: AnyDef;

  constructor(wrapped: AnyDef, wnDecay: HyperParam, wnEps: HyperParam) {
    super({ inner: wrapped.hyperParams as Inner, wnDecay, wnEps });
    this.#wrapped = wrapped;
  }

  override initParamState(): never {
    throw new Error('WeightNorm: a parameter has two states, of its direction and of its scale; use initState.');
  }

  override applyParamGradient(): never {
    throw new Error('WeightNorm: a parameter is two, its direction and its scale; use applyGradient.');
  }

  override updateHyperParams(overrides: SharedOverrides<WeightNormHyperParams<Inner>>): WeightNormHyperParams<Inner> {
    type Overrides = { hyperParams?: WeightNormHyperParams<Inner> } & Partial<WeightNormHyperParams<Inner>>;
    const { hyperParams = this.hyperParams, ...changes } = overrides as Overrides;
    const { wnDecay = hyperParams.wnDecay, wnEps = hyperParams.wnEps, ...named } = changes;
    const inner = this.#wrapped.updateHyperParams({ ...named, hyperParams: hyperParams.inner }) as Inner;
    return { inner, wnDecay, wnEps };
  }

  override initState(target: unknown): OptimizerState {
    const [params, structure] = tree.flatten(target);
    const parts = params.map((param, i) => {
      checkParam(target, i, param);
      const scale = normOf(param);
      return { direction: scale === undefined ? param : param.div(scale), scale: scale ?? NONE };
    });
    const { step, paramStates } = this.#wrapped.initState(together(structure, parts));
    return assembled(
      structure,
      step,
      apart(structure, paramStates),
      parts.map(({ scale }) => scale),
    );
  }

  override applyGradient<T>(
    { inner, wnDecay, wnEps }: WeightNormHyperParams<Inner>,
    target: T,
    state: OptimizerState,
    grads: unknown,
  ): [target: T, state: OptimizerState] {
    const [params, structure] = tree.flatten(target);
    const paramGrads = tree.flattenUpTo(structure, grads);
    const states = tree.flattenUpTo(structure, state.paramStates) as WeightNormParamState[];
    const { step, newStates, merged } = tidied(() => {
      const decay = wnDecay === 0 ? undefined : toScalar(wnDecay);
      const eps = toScalar(wnEps);
      const split = params.map((param, i) => {
        checkGradient(target, i, param, paramGrads[i]);
        return splitGradient(param as Tensor, states[i] as WeightNormParamState, paramGrads[i] as Tensor, decay);
      });
      const [newParts, newState] = this.#wrapped.applyGradient(
        inner,
        together(
          structure,
          split.map(({ param }) => param),
        ),
        new OptimizerState(
          state.step,
          together(
            structure,
            split.map(({ state: paramState }) => paramState),
          ),
        ),
        together(
          structure,
          split.map(({ grad }) => grad),
        ),
      );
      return {
        step: newState.step,
        newStates: apart(structure, newState.paramStates),
        merged: apart(structure, newParts).map((parts) => merge(parts as Parts<Tensor>, eps)),
      };
    });
    const newTarget = tree.unflatten(
      structure,
      merged.map(({ param }) => param),
    ) as T;
    return [
      newTarget,
      assembled(
        structure,
        step,
        newStates,
        merged.map(({ mult }) => mult),
      ),
    ];
  }
}

/** `{ direction, scale }` of each parameter as one such object of trees. */
function together(structure: tree.Structure, parts: readonly Parts<unknown>[]): Parts<unknown> {
  return {
    direction: tree.unflatten(
      structure,
      parts.map(({ direction }) => direction),
    ),
    scale: tree.unflatten(
      structure,
      parts.map(({ scale }) => scale),
    ),
  };
}

/** The reverse of `together`. */
function apart(structure: tree.Structure, trees: unknown): Parts<unknown>[] {
  const { direction, scale } = trees as Parts<unknown>;
  const scales = tree.flattenUpTo(structure, scale);
  return tree.flattenUpTo(structure, direction).map((leaf, i) => ({ direction: leaf, scale: scales[i] }));
}

function assembled(
  structure: tree.Structure,
  step: HyperParam,
  states: readonly Parts<unknown>[],
  mults: readonly (Tensor | readonly [])[],
): OptimizerState {
  const paramStates = states.map(
    ({ direction, scale }, i) => new WeightNormParamState(direction, scale, mults[i] as Tensor | readonly []),
  );
  return new OptimizerState(step, tree.unflatten(structure, paramStates));
}

/** The norm of each output's weights, which are along the last axis; undefined where each is one number. */
function normOf(param: Tensor): Tensor | undefined {
  if (param.rank < 2 || param.size === param.shape.at(-1)) return undefined;
  return param.square().sum(inputAxes(param), true).sqrt();
}

function inputAxes({ rank }: Tensor): number[] {
  return Array.from({ length: rank - 1 }, (_, axis) => axis);
}

/** A parameter and its gradient, each as direction and scale, with the states that go with them. */
function splitGradient(
  param: Tensor,
  { directionState, scaleState, mult }: WeightNormParamState,
  grad: Tensor,
  decay: Tensor | undefined,
): { param: Parts<unknown>; state: Parts<unknown>; grad: Parts<unknown> } {
  const state = { direction: directionState, scale: scaleState };
  const norm = normOf(param);
  if (norm === undefined) {
    return { param: { direction: param, scale: NONE }, state, grad: { direction: grad, scale: NONE } };
  }
  const multiple = mult as Tensor;
  const direction = param.div(multiple);
  const scaleGrad = grad.mul(direction).sum(inputAxes(param), true);
  const directionGrad = multiple.mul(grad.sub(scaleGrad.mul(direction)));
  return {
    param: { direction, scale: norm.mul(multiple.sign()) },
    state,
    grad: {
      direction: decay === undefined ? directionGrad : directionGrad.add(direction.mul(decay)),
      scale: scaleGrad,
    },
  };
}

function merge({ direction, scale }: Parts<Tensor>, eps: Tensor): { param: Tensor; mult: Tensor | readonly [] } {
  const norm = normOf(direction);
  if (norm === undefined) return { param: direction, mult: NONE };
  const mult = (scale as Tensor).div(norm.add(eps));
  return { param: direction.mul(mult), mult };
}

/**
 * Weight normalization around another optimizer: each parameter is taken as a direction and, for each of its outputs (the
 * last axis), a scale, which the wrapped optimizer moves instead of it (Salimans & Kingma 2016, arXiv:1602.07868).
 * Overrides of a step are the wrapped optimizer's and `wnDecay`, `wnEps`.
 */
export function WeightNorm<Inner extends object>(
  wrappedOptimizer: { readonly hyperParams: Inner } & AnyDef,
  { wnDecay = 0, wnEps = 1e-8 }: Partial<Omit<WeightNormHyperParams<Inner>, 'inner'>> = {},
): OptimizerDef<
  WeightNormHyperParams<Inner>,
  never,
  WeightNormHyperParams<Inner>,
  SharedOverrides<WeightNormHyperParams<Inner>>
> {
  return new WeightNormDef<Inner>(wrappedOptimizer, wnDecay, wnEps);
}
