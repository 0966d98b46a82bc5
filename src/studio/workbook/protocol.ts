/** What the workbook asks of its worker, and what it answers: plain data. */
import type { Costs } from '../../core/costs/objective/objective.js';
import type { Picture } from '../../core/pictures/picture.js';
import type { Edition } from '../../workbook/answers.js';
import type { Plan } from '../../workbook/plan.js';
import type { Frame, NetworkSource } from '../painting/protocol.js';

export interface Looks {
  readonly photo: Picture;
  readonly style: Picture;
  readonly layer: string;
}

/** Features of one layer of both pictures, of the same channels. */
export interface Seen {
  readonly layer: string;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** Of the photo, each [height, width]. */
  readonly maps: readonly Float32Array[];
  /** Mean Gram matrices, [size, size]. */
  readonly gramPhoto: Float32Array;
  readonly gramStyle: Float32Array;
  readonly size: number;
  /** Whether the maps come through the tap of a small network. */
  readonly decoded: boolean;
}

export interface Paints {
  readonly photo: Picture;
  readonly style: Picture;
  readonly edition: Edition;
  readonly plan: Plan;
  /** Whether Giverny's own costs are painted with, too. */
  readonly compare: boolean;
}

export type Ask = { readonly id: number; readonly network: NetworkSource } & (
  | ({ readonly type: 'look' } & Looks)
  | ({ readonly type: 'paint' } & Paints)
);

export type Answer = { readonly id: number } & (
  | { readonly type: 'seen'; readonly seen: Seen }
  | {
      readonly type: 'step';
      readonly step: number;
      readonly steps: number;
      readonly costs: Costs;
      /** Total of the same painting with Giverny's own costs. */
      readonly reference?: number | undefined;
      readonly frame: Frame;
      /** Length of the gradient at each pixel, [height, width], now and then. */
      readonly gradient?: Float32Array | undefined;
    }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly message: string }
);
