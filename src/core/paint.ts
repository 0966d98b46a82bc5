/** The loop of a painting. */
import type { Engine } from './engine.js';
import type { Network } from './network.js';
import type { Options } from './options.js';
import type { Picture } from './picture.js';

/** All that a painting is made from. */
export interface Job {
  readonly content: Picture;
  readonly styles: readonly { readonly picture: Picture; readonly weight: number }[];
  readonly network: Network;
  readonly options: Options;
  /** The picture to start from where `options.init` names a file; of the content's size. */
  readonly start?: Picture;
}

export interface Costs {
  /** alpha * content + beta * style. */
  readonly total: number;
  readonly content: number;
  readonly style: number;
  /** Style cost of each layer before its weight. */
  readonly styleLayers: Readonly<Record<string, number>>;
}

/** One step of a painting, reported when its update is done; costs are those of the updated picture. */
export interface Step {
  /** Counted from 0, as in the notebook. */
  readonly step: number;
  /** How many steps the painting has. */
  readonly steps: number;
  readonly costs: Costs;
  /** Wall time of this step. */
  readonly seconds: number;
  /** The picture after this step; valid until the next step is asked for. */
  readonly picture: Picture;
  /** Something the person should hear, such as a smaller rate after a cost that was not finite. */
  readonly notice?: string;
}

/** Paints: yields after every step; stopping the iteration stops the painting within one step. */
export declare function paint(job: Job, engine: Engine): AsyncGenerator<Step, void, void>;
