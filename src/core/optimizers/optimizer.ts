/** What the painting loop asks of an optimiser. */

/** The cost and its gradient at some pixels. */
export interface Point {
  readonly cost: number;
  /** As long as the pixels. */
  readonly gradient: Float32Array;
}

/** Changes pixels in place so that they stay where they are wanted, such as in the displayable range. */
export type Confine = (pixels: Float32Array) => void;

/** The inverse Hessian as far as it is known beforehand: symmetric, positive definite, of any size. */
export type Precondition = (gradient: Float32Array) => Float32Array;

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
  /**
   * Takes what was learned along to a picture of another size.
   *
   * @param resample brings [3, H, W] from the old size to the new.
   */
  resize(resample: (planes: Float32Array) => Float32Array): void;
  /** Forgets what was learned and goes on more carefully, after a step led to a cost that is not finite. */
  calm(): void;
}
