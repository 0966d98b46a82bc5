/** What the painting loop asks of an optimiser. */

/** The cost and its gradient at some pixels. */
export interface Point {
  readonly cost: number;
  /** As long as the pixels. */
  readonly gradient: Float32Array;
}

/** Takes the cost at pixels; the pixels are not kept. */
export type Evaluate<P extends Point> = (pixels: Float32Array) => Promise<P>;

export interface Optimizer {
  /**
   * Changes `pixels` in place by one step.
   *
   * @param at the cost and gradient at the pixels as they come.
   * @returns the cost and gradient at the pixels as they are left. These may be not finite.
   */
  step<P extends Point>(pixels: Float32Array, at: P, evaluate: Evaluate<P>): Promise<P>;
  /** Forgets what was learned and goes on more carefully, after a step led to a cost that is not finite. */
  calm(): void;
}
