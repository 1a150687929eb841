/** The types of what one step may change: `optimizer.applyGradient(grad, { learningRate: 0.01 })`. */

/** What holds other optimizers' hyper-parameters: each of an array, or `inner`. */
interface Wrapping<Inner> {
  readonly inner: Inner;
}

/** The hyper-parameters that all of some optimizers have. */
type Common<Hs> = Hs extends readonly [infer Only]
  ? ByName<Only>
  : Hs extends readonly [infer First, ...infer Rest]
    ? Pick<ByName<First>, keyof ByName<First> & keyof Common<Rest>>
    : Hs extends readonly (infer Each)[]
      ? ByName<Each>
      : never;

/** The hyper-parameters that an override can name. */
type ByName<H> = H extends readonly unknown[]
  ? Common<H>
  : H extends Wrapping<infer Inner>
    ? ByName<Inner> & Omit<H, 'inner'>
    : H;

/** What a step may change by name where several optimizers share it: the hyper-parameters that all of them have. */
export type SharedOverrides<H> = Partial<ByName<H>> & {
  /** All hyper-parameters, in place of the definition's. */
  hyperParams?: H;
};
