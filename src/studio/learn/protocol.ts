/** What the learning page asks of its worker, and what it answers. */
import type { Costs } from '../../core/costs/objective/objective.js';
import type { Options } from '../../core/options/options.js';
import type { Picture } from '../../core/pictures/picture.js';

export interface Looks {
  readonly picture: Picture;
  readonly layer: string;
}

/** Features of one layer. */
export interface Seen {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** The liveliest channels first, each [height, width]. */
  readonly maps: readonly Float32Array[];
  /** Mean Gram matrix of the liveliest channels, [size, size]. */
  readonly gram: Float32Array;
  readonly size: number;
}

export interface Weighs {
  readonly content: Picture;
  readonly style: Picture;
  readonly painted: Picture;
  readonly options: Options;
}

export interface Weighed {
  readonly costs: Costs;
  /** Length of the total cost's gradient at each pixel, [height, width]. */
  readonly gradient: Float32Array;
}

export type Ask = { readonly id: number } & (
  | ({ readonly type: 'look' } & Looks)
  | ({ readonly type: 'weigh' } & Weighs)
);
export type Answer = { readonly id: number } & (
  | { readonly seen: Seen }
  | { readonly weighed: Weighed }
  | { readonly error: string }
);
