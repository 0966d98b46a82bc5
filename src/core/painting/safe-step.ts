/** Steps that end at a finite cost. */
import type { Costs } from '../costs/objective/objective.js';
import { GivernyError } from '../errors.js';
import type { Optimizer, Point } from '../optimizers/optimizer.js';
import type { OptimizerState } from './state.js';

/** A painting is given up when this many steps in a row lead to costs that are not finite. */
const MOST_SETBACKS = 12;

export interface PaintPoint extends Point {
  readonly costs: Costs;
}

/** One step that ends at a finite cost: a step that does not is taken back and tried again more carefully. */
export async function safeStep(
  optimizer: Optimizer<OptimizerState>,
  before: OptimizerState,
  at: PaintPoint,
  evaluate: (pixels: Float32Array) => Promise<PaintPoint>,
): Promise<{ at: PaintPoint; optimizer: OptimizerState; setbacks: number }> {
  let state = before;
  for (let setbacks = 0; setbacks < MOST_SETBACKS; setbacks++) {
    const taken = await optimizer.step(state, at, evaluate);
    if (hasFinite(taken.at)) return { at: taken.at, optimizer: taken.state, setbacks };
    state = optimizer.calm(taken.state);
  }
  throw notFinite('every step from here, however small');
}

/** An infinite number anywhere makes this sum infinite or NaN. */
export function hasFinite({ cost, gradient }: Point): boolean {
  let total = Math.abs(cost);
  for (let i = 0; i < gradient.length; i++) total += Math.abs(gradient[i] as number);
  return Number.isFinite(total);
}

export function notFinite(where: string): GivernyError {
  return new GivernyError(
    'COST_NOT_FINITE',
    `Expected a finite cost but ${where} gave none: try a smaller learning rate or smaller weights.`,
  );
}

export function setbackNotice(step: number, setbacks: number): string {
  const times = setbacks === 1 ? '' : ` ${setbacks} times`;
  return `Step ${step} led to a cost that is not finite: stepped back${times} and went on with a smaller rate.`;
}
