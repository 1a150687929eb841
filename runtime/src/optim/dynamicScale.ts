/** Loss scaling for gradients of little precision (flax/optim/dynamic_scale.py). */
import { all, div, equal, isFinite as isFiniteTensor, logicalAnd, logicalOr, mul, scalar, Tensor, where } from '#tfjs';
import { type AxisName, pmean } from '../lax/collectives';
import { registerSerializationState } from '../serialization/stateDict';
import { valueAndGrad } from '../transforms/grad';
import * as tree from '../tree';
import { type HyperParam, toScalar } from './scalars';

// biome-ignore lint/suspicious/noExplicitAny: the further arguments are the caller's.
type Any = any;

interface Fields {
  /** What the scale is multiplied with after `growthInterval` finite gradients. Default 2. Static. */
  readonly growthFactor: number;
  /** What the scale is multiplied with after a gradient that is not finite. Default 0.5. Static. */
  readonly backoffFactor: number;
  /** After how many finite gradients in a row the scale grows. Default 2000. Static. */
  readonly growthInterval: number;
  /** How many gradients in a row have been finite. */
  readonly finSteps: HyperParam;
  /** What the loss is multiplied with. Default 65536. */
  readonly scale: HyperParam;
}

interface DynamicScaleOptions {
  readonly argnums?: number | readonly number[];
  readonly hasAux?: boolean;
  /** The mapped axis over which gradients are averaged. */
  readonly axisName?: AxisName;
}

/** What a scaled gradient comes with. */
export interface DynamicScaleResult<Aux, Grad> {
  /** With the scale for the next step. */
  readonly dynamicScale: DynamicScale;
  /** bool[]: whether the gradients are finite. If they are not, leave the parameters as they are, with `jnp.where`. */
  readonly finite: Tensor;
  /** The loss; with `hasAux` a pair of it and what came with it. */
  readonly aux: Aux;
  /** The gradient, scaled back. */
  readonly grad: Grad;
}

/**
 * Finds the largest factor for a loss with which gradients do not overflow:
 *
 *     const { dynamicScale, finite, aux: loss, grad } = scale.valueAndGrad(lossFn)(params);
 *
 * Immutable, a pytree of `finSteps` and `scale`. No value is read: what is not finite is told by `finite`.
 */
export class DynamicScale implements Fields {
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
  readonly finSteps: HyperParam;
  readonly scale: HyperParam;

  constructor(fields: Partial<Fields> = {}) {
    const { growthFactor = 2, backoffFactor = 0.5, growthInterval = 2000, finSteps = 0, scale = 65536 } = fields;
    this.growthFactor = growthFactor;
    this.backoffFactor = backoffFactor;
    this.growthInterval = growthInterval;
    this.finSteps = finSteps;
    this.scale = scale;
  }

  /** A copy with some fields changed. */
  replace(changes: Partial<Fields>): DynamicScale {
    return new DynamicScale({ ...this, ...changes });
  }

  /**
   * As `valueAndGrad` of `fn`, computed with the scaled loss and scaled back, and with an `axisName` averaged over that
   * mapped axis: gives also whether the gradient is finite
   * and the DynamicScale for the next step. Throws as `valueAndGrad` does.
   */
  valueAndGrad<T, A extends Any[], X>(
    fn: (target: T, ...rest: A) => readonly [Tensor, X],
    options: { readonly hasAux: true; readonly argnums?: 0; readonly axisName?: AxisName },
  ): (target: T, ...rest: A) => DynamicScaleResult<[value: Tensor, aux: X], T>;
  valueAndGrad<T, A extends Any[]>(
    fn: (target: T, ...rest: A) => Tensor,
    options?: { readonly argnums?: 0; readonly axisName?: AxisName },
  ): (target: T, ...rest: A) => DynamicScaleResult<Tensor, T>;
  valueAndGrad<A extends Any[]>(
    fn: (...args: A) => Any,
    options: DynamicScaleOptions,
  ): (...args: A) => DynamicScaleResult<Any, Any>;
  valueAndGrad(
    fn: (...args: Any[]) => Any,
    options: DynamicScaleOptions = {},
  ): (...args: Any[]) => DynamicScaleResult<Any, Any> {
    const { hasAux = false, argnums = 0, axisName } = options;
    // What is no loss is left for valueAndGrad to refuse.
    const scaledLoss = (loss: unknown) =>
      loss instanceof Tensor || typeof loss === 'number' ? mul(loss, this.scale) : loss;
    const scaled = (...args: Any[]) => {
      const result = fn(...args);
      return hasAux && Array.isArray(result) ? [scaledLoss(result[0]), ...result.slice(1)] : scaledLoss(result);
    };
    return (...args) => {
      const scale = toScalar(this.scale);
      const [value, scaledGrad] = valueAndGrad(scaled, { argnums, hasAux })(...args);
      const own = tree.map((leaf: Tensor) => leaf.div(scale), scaledGrad as unknown);
      const grad = axisName === undefined ? own : pmean(own, axisName);
      const finite = allFinite(grad);
      const aux = hasAux ? [div(value[0], scale), value[1]] : div(value, scale);
      return { dynamicScale: this.#next(finite), finite, aux, grad };
    };
  }

  #next(finite: Tensor): DynamicScale {
    const scale = toScalar(this.scale);
    const steps = this.finSteps instanceof Tensor ? this.finSteps : scalar(this.finSteps, 'int32');
    const count = (n: number) => scalar(n, steps.dtype as 'int32' | 'float32');
    const grows = equal(steps, count(this.growthInterval));
    return this.replace({
      scale: where(finite, where(grows, scale.mul(this.growthFactor), scale), scale.mul(this.backoffFactor)),
      finSteps: where(logicalOr(grows, finite.logicalNot()), count(0), steps.add(count(1))),
    });
  }
}

function allFinite(grads: unknown): Tensor {
  return tree
    .leaves(grads)
    .reduce<Tensor>((finite, leaf) => logicalAnd(finite, all(isFiniteTensor(leaf as Tensor))), scalar(true, 'bool'));
}

tree.registerPytreeNode(DynamicScale, {
  flatten: ({ finSteps, scale, ...statics }) => ({
    children: [finSteps, scale],
    keys: ['finSteps', 'scale'],
    aux: Object.values(statics),
  }),
  unflatten: (aux, [finSteps, scale]) => {
    const [growthFactor, backoffFactor, growthInterval] = aux as [number, number, number];
    return new DynamicScale({
      growthFactor,
      backoffFactor,
      growthInterval,
      finSteps: finSteps as HyperParam,
      scale: scale as HyperParam,
    });
  },
});

registerSerializationState(DynamicScale, {
  toStateDict: ({ finSteps, scale }) => ({ fin_steps: finSteps, scale }),
  fromStateDict: (dynamicScale, parts) =>
    dynamicScale.replace({ finSteps: parts.fin_steps as HyperParam, scale: parts.scale as HyperParam }),
});
