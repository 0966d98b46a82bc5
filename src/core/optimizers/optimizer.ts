/** What the painting loop asks of an optimiser: functions from state to state. */

/** Pixels with their cost and its gradient. Nothing of a point is ever changed in place. */
export interface Point {
  readonly pixels: Float32Array;
  readonly cost: number;
  /** As long as the pixels. */
  readonly gradient: Float32Array;
}

/** Changes pixels in place so that they stay where they are wanted, such as in the displayable range. */
export type Confine = (pixels: Float32Array) => void;

/** The inverse Hessian as far as it is known beforehand: symmetric, positive definite, of any size. */
export type Precondition = (gradient: Float32Array) => Float32Array;

/** Takes the cost and the gradient at pixels, which it keeps as they are. */
export type Evaluate<P extends Point> = (pixels: Float32Array) => Promise<P>;

/** @template S the state: plain data, never changed in place. */
export interface Optimizer<S> {
  /** The state before the first step of `length` pixel values. */
  start(length: number): S;
  /**
   * One step.
   *
   * @param at where the pixels are.
   * @returns the state afterwards and where the pixels are then, with a cost and gradient that may not be finite.
   */
  step<P extends Point>(state: S, at: P, evaluate: Evaluate<P>): Promise<{ readonly state: S; readonly at: P }>;
  /**
   * The state to begin with at another size: what was learned goes along where that helps.
   *
   * @param resample brings [3, H, W] from the old size to the new.
   */
  resize(state: S, resample: (planes: Float32Array) => Float32Array): S;
  /** Forgets what was learned and goes on more carefully, after a step led to a cost that is not finite. */
  calm(state: S): S;
}
