/** The cost of a picture and its gradient. The painting loop knows this interface alone. */

/** Values of all terms after a step. */
export interface Costs {
  /** The sum of all terms by their weights. */
  readonly total: number;
  /** Each term by its name before its weight, and its parts as `<term>.<part>`, such as `style.conv4_1`. */
  readonly [term: string]: number;
}

export interface Evaluation {
  readonly costs: Costs;
  /** Of the total cost with respect to the picture, [3, H, W]. */
  readonly gradient: Float32Array;
}

export interface Objective {
  /**
   * @param pixels [3, H, W], RGB in 0..255 minus the network's mean; not kept.
   * @throws GivernyError OUT_OF_MEMORY, ENGINE_FAILED, DEVICE_LOST.
   */
  evaluate(pixels: Float32Array): Promise<Evaluation>;
  /** Frees the engine's memory. */
  dispose(): Promise<void>;
}

/** The parts of one term's cost, such as the layers of `style`. */
export function partsOf(costs: Costs, term: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(costs)
      .filter(([name]) => name.startsWith(`${term}.`))
      .map(([name, cost]) => [name.slice(term.length + 1), cost]),
  );
}
