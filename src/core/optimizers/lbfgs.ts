import type { Confine, Evaluate, Optimizer, Point, Precondition } from './optimizer.js';
import { accumulate, dot, packedDifference, unpacked, type Vector } from './packed.js';
import { along, difference, multiplied, multiply, walk } from './vectors.js';

export interface LbfgsOptions {
  /** Pairs of past steps and gradient changes kept. */
  readonly history?: number;
  /** Root mean square change of a variable in the first step, when nothing is known of the curvature yet. */
  readonly firstStep?: number;
  /** Keeps pairs in 8 bits a number, a quarter of their size. */
  readonly compact?: boolean;
}

/** A past step: what it changed, and what it changed of the gradient. */
export interface Pair {
  /** Change of the variables. */
  readonly s: Vector;
  /** Change of the gradient. */
  readonly y: Vector;
  /** 1 / <s, y>. */
  readonly rho: number;
}

/** Armijo's condition asks for this share of the decrease that the slope promises. */
const SUFFICIENT = 1e-4;
/** A line search gives up after this many evaluations. */
const MOST_TRIALS = 12;
/** <s, y> below this share of |s||y| says nothing reliable about curvature. */
const FLAT = 1e-8;

/** What L-BFGS remembers of its steps. */
export interface LbfgsState {
  /** Oldest first. */
  readonly pairs: readonly Pair[];
  /** Root mean square change of a variable in a step without any pair. */
  readonly firstStep: number;
  /** No way down was found within float32: the pixels stay where they are. */
  readonly arrived: boolean;
}

/**
 * Limited-memory BFGS: Nocedal & Wright, "Numerical Optimization" (2nd ed.), algorithms 7.4 (two-loop
 * recursion) and 7.5, with a backtracking line search on Armijo's condition (algorithm 3.1, quadratic
 * interpolation). Pairs without positive curvature are not kept, so that every direction goes downhill. Where
 * pixels are confined, the line is bent to stay inside, and the slope is that of the way really gone (Bertsekas,
 * "Projected Newton methods", 1982). What is known of the curvature beforehand goes in as the inverse Hessian to begin
 * with, scaled by (7.20) in its own measure.
 */
export function lbfgs(
  { history = 10, firstStep = 2, compact = false }: LbfgsOptions = {},
  confine: Confine = () => {},
  precondition: Precondition = (gradient) => gradient,
): Optimizer<LbfgsState> {
  /** -H g by the two-loop recursion. */
  function direction(gradient: Float32Array, { pairs, firstStep: first }: LbfgsState): Float32Array {
    let d = multiplied(gradient, -1);
    const alphas: number[] = [];
    const last = pairs.at(-1);
    // Each pass over d also takes its product with what comes next.
    let product = last ? dot(last.s, d) : 0;
    for (let i = pairs.length - 1; i >= 0; i--) {
      const { y, rho } = pairs[i] as Pair;
      alphas[i] = rho * product;
      product = accumulate(d, -(alphas[i] as number), y, pairs[i - 1]?.s);
    }
    d = precondition(d);
    const size = last ? 1 / (last.rho * measured(last.y)) : first / rootMeanSquare(d);
    multiply(d, size);
    product = pairs[0] ? dot(pairs[0].y, d) : 0;
    for (const [i, { s, rho }] of pairs.entries()) {
      product = accumulate(d, (alphas[i] as number) - rho * product, s, pairs[i + 1]?.y);
    }
    return d;
  }

  /** <y, P y> with the precondition P. */
  function measured(y: Vector): number {
    const numbers = unpacked(y);
    return dot(numbers, precondition(numbers));
  }

  /**
   * Walks along the direction from a point until the cost has fallen enough; undefined where it does not. The direction
   * becomes the pixels to try, and is taken anew for a shorter way: that is rare, and one picture less is held while costs are
   * taken.
   */
  async function search<P extends Point>(at: P, state: LbfgsState, evaluate: Evaluate<P>): Promise<P | undefined> {
    const start = at.pixels;
    let length = 1;
    for (let trial = 0; trial < MOST_TRIALS; trial++) {
      const pixels = direction(at.gradient, state);
      walk(pixels, start, length);
      confine(pixels);
      // What the gradient promises of this way.
      const promised = along(at.gradient, pixels, start);
      const there = await evaluate(pixels);
      if (promised < 0 && there.cost <= at.cost + SUFFICIENT * promised) return there;
      // The minimum of the parabola through both costs and the slope, kept within sensible bounds.
      const parabola = (-promised * length) / (2 * (there.cost - at.cost - promised));
      length = Number.isFinite(parabola) ? Math.min(0.5 * length, Math.max(0.1 * length, parabola)) : 0.1 * length;
    }
    return undefined;
  }

  const changed: (a: Float32Array, b: Float32Array) => Vector = compact ? packedDifference : difference;

  return {
    start: () => ({ pairs: [], firstStep, arrived: false }),
    async step(before, at, evaluate) {
      if (before.arrived || rootMeanSquare(at.gradient) === 0) return { state: before, at };
      let state = before;
      let found = await search(at, state, evaluate);
      if (!found && state.pairs.length > 0) {
        // The curvature that was learned misleads: forget it and go straight downhill.
        state = { ...state, pairs: [] };
        found = await search(at, state, evaluate);
      }
      if (!found) return { state: { ...state, arrived: true }, at };
      const pair = pairOf(changed(found.pixels, at.pixels), changed(found.gradient, at.gradient));
      if (pair) state = { ...state, pairs: [...state.pairs, pair].slice(-history) };
      return { state, at: found };
    },
    // At another size paintings end at the same costs without the pairs of this one, and need not resample them.
    resize: ({ firstStep: first }) => ({ pairs: [], firstStep: first, arrived: false }),
    calm: (state) => ({ pairs: [], firstStep: state.firstStep / 4, arrived: false }),
  };
}

/** Undefined where the curvature is not positive. */
function pairOf(s: Vector, y: Vector): Pair | undefined {
  const curvature = dot(s, y);
  return curvature > FLAT * Math.sqrt(dot(s, s) * dot(y, y)) ? { s, y, rho: 1 / curvature } : undefined;
}

const rootMeanSquare = (a: Float32Array) => Math.sqrt(dot(a, a) / a.length);
