/** Compares a graph's gradient with finite differences: ours of every operation, and those of anybody's own cost. */
import { RandomState } from '../random.js';
import type { Engine } from './engine.js';
import { gradients } from './gradient.js';
import type { Node } from './node.js';
import { input } from './operations.js';
import { Program } from './program.js';
import { type Tensor, type Tensors, tensor } from './tensor.js';

export interface GradientCheckOptions {
  /** Indices of the inputs to differentiate by; all by default. Leave out masks and whatever no gradient flows to. */
  readonly wanted?: readonly number[];
  /** Random directions per input. Default 3. */
  readonly directions?: number;
  /** The largest relative error that passes. Default 0.005: float32 leaves two to four digits of a difference. */
  readonly tolerance?: number;
  /**
   * The longest step along a direction, as a share of the input's root mean square. Default 0.08; smaller where the
   * cost has kinks close by.
   */
  readonly longestStep?: number;
  /** Of the directions. Default 1. */
  readonly seed?: number;
  /** Tensors for the fixed inputs of the cost, such as a network's weights, by name. */
  readonly fixed?: Tensors;
}

/** How often the step is halved. */
const HALVINGS = 5;
/** How far a cost may be from its true value, relative: a few units in the last place of float32. */
const ROUNDING = 2 ** -22;

/**
 * Compares the gradient of a cost with differences along random directions d. The derivative along d is estimated by
 * central differences D(h) = (J(x + h d) - J(x - h d)) / 2h and Richardson's combination (4 D(h) - D(2h)) / 3, whose
 * error falls with h^4. The engine computes J in float32, whose rounding grows in the quotient as h falls. So h is
 * halved five times, and the estimate counts whose doubt is the least: how far it is from the one before it (Ridders'
 * rule), or what the rounding of J makes of it if that is more. All but J is computed in double precision.
 *
 * The error of one direction is |estimate - <gradient, d>|, relative to |gradient| times the root mean square of d,
 * which is the typical size of that product.
 *
 * @param cost builds a scalar, shape [], from one node per tensor of `at`.
 * @param at where the gradient is checked: values away from kinks (of ReLUs, of maxima), and not at a minimum.
 * @returns for each wanted input the largest relative error over its directions.
 * @throws RangeError if an error exceeds the tolerance or the cost is not finite; whatever `gradients` and
 *   `Program.load` throw.
 */
export async function checkGradient(
  engine: Engine,
  cost: (...inputs: Node[]) => Node,
  at: readonly Tensor[],
  {
    wanted = at.map((_, i) => i),
    directions = 3,
    tolerance = 5e-3,
    longestStep = 0.08,
    seed = 1,
    fixed = {},
  }: GradientCheckOptions = {},
): Promise<number[]> {
  // Fixed inputs of the cost have names as well.
  const nameOf = (index: number) => `checkGradient.${index}`;
  const nodes = at.map(({ shape }, i) => input(nameOf(i), shape));
  const scalar = cost(...nodes);
  const wantedNodes = wanted.map((i) => nodes[i] as Node);
  const feeds = Object.fromEntries(at.map((value, i) => [nameOf(i), value]));
  const outputs = Object.fromEntries(gradients(scalar, wantedNodes).entries());
  const gradientProgram = await Program.load(engine, outputs, fixed);
  const found = await gradientProgram.run(feeds).finally(() => gradientProgram.dispose());
  const random = new RandomState(seed);
  const program = await Program.load(engine, { cost: scalar }, fixed);
  try {
    const errors: number[] = [];
    for (const [i, index] of wanted.entries()) {
      const { shape, data } = at[index] as Tensor;
      const gradient = (found[i] as Tensor).data;
      let worst = 0;
      for (let trial = 0; trial < directions; trial++) {
        const direction = Float64Array.from(data, () => random.uniform(-1, 1));
        const along = async (h: number) => {
          const moved = data.map((value, j) => value + h * (direction[j] as number));
          const results = await program.run({ ...feeds, [nameOf(index)]: tensor(shape, moved) });
          return (results.cost as Tensor).data[0] as number;
        };
        const longest = longestStep * (rootMeanSquare(data) || 1);
        const estimate = await derivative(along, longest);
        const exact = dot(gradient, direction);
        const size = Math.sqrt(dot(gradient, gradient)) * rootMeanSquare(direction);
        const error = estimate === exact ? 0 : Math.abs(estimate - exact) / size;
        if (!(error <= tolerance)) {
          throw new RangeError(
            `Expected a gradient within ${tolerance} of the differences for input ${index} ` +
              `but received a relative error of ${error.toPrecision(2)}: ${exact} against ${estimate}.`,
          );
        }
        worst = Math.max(worst, error);
      }
      errors.push(worst);
    }
    return errors;
  } finally {
    await program.dispose();
  }
}

/** The derivative at 0 of a function whose values are rounded to float32, see checkGradient. */
async function derivative(along: (h: number) => Promise<number>, longest: number): Promise<number> {
  const central = async (h: number) => {
    const [ahead, behind] = [await along(h), await along(-h)];
    return { difference: (ahead - behind) / (2 * h), rounding: (ROUNDING * (Math.abs(ahead) + Math.abs(behind))) / h };
  };
  let { difference: coarser } = await central(longest);
  let [best, doubt, before] = [Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let halving = 1; halving <= HALVINGS; halving++) {
    const { difference, rounding } = await central(longest / 2 ** halving);
    const estimate = (4 * difference - coarser) / 3;
    const own = Math.max(Math.abs(estimate - before), rounding);
    if (own < doubt) [best, doubt] = [estimate, own];
    [coarser, before] = [difference, estimate];
  }
  return best;
}

const dot = (a: Float32Array | Float64Array, b: Float32Array | Float64Array) => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
};

const rootMeanSquare = (x: Float32Array | Float64Array) => Math.sqrt(dot(x, x) / x.length);
