/** What the page and its painting worker say to each other: plain data. */

import type { Costs } from '../../core/costs/objective.js';
import type { Options } from '../../core/options/options.js';
import type { Picture } from '../../core/pictures/picture.js';
import type { WebDevice } from '../../engines/web.js';

/** The pocket network that comes with the page, or the bytes of a network file. */
export type NetworkSource = 'pocket' | { readonly name: string; readonly file: Blob };

/** A picture file; the worker decodes it and brings it to its size. */
export interface OrderedPicture {
  readonly name: string;
  readonly blob: Blob;
}

export interface OrderedStyle extends OrderedPicture, ChangedStyle {
  /** Colour of the mask where this style paints; where no style of its own goes, if left out. */
  readonly region?: string | undefined;
}

/** What may change while painting. */
export interface Changes {
  readonly options: Options;
  /** Of each style, in order. */
  readonly styles: readonly ChangedStyle[];
}

export interface ChangedStyle {
  readonly weight: number;
  /** In its region; the painting's own where left out. */
  readonly strength?: number | undefined;
}

export interface PaintOrder extends Changes {
  readonly content: OrderedPicture;
  readonly styles: readonly OrderedStyle[];
  /** In flat colours, those that the styles name; of the photo's shape. */
  readonly mask?: Picture | undefined;
  /** Colour of the mask where the photo is kept. */
  readonly kept?: string | undefined;
  readonly network: NetworkSource;
  readonly device: WebDevice | 'auto';
  /** Of WASM; as many as are useful where left out. */
  readonly threads?: number | undefined;
  /** A picture to go on from, and the steps that it has behind it. */
  readonly from?: { readonly picture: Picture; readonly step: number } | undefined;
}

export type ToWorker =
  | { readonly type: 'paint'; readonly order: PaintOrder }
  | { readonly type: 'pause' | 'resume' | 'stop' }
  | { readonly type: 'change'; readonly changes: Changes }
  /** Whether pictures are wanted after each step: not while nobody looks. */
  | { readonly type: 'watch'; readonly watching: boolean }
  /** Takes the graphics device away, for tests. */
  | { readonly type: 'loseDevice' };

/** A picture to show, RGBA. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

export interface StepReport {
  /** Counted from 0. */
  readonly step: number;
  readonly steps: number;
  /** Counted from 0, of so many; the painting grows from one to the next. */
  readonly scale: number;
  readonly scales: number;
  readonly costs: Costs;
  readonly seconds: number;
  readonly frame?: Frame;
  readonly notice?: string;
}

export interface Ready {
  readonly engine: string;
  readonly device: WebDevice;
  readonly threads: number;
  readonly network: NamedNetwork;
  /** Looks at all sizes but the last, where that is another. */
  readonly coarseNetwork?: NamedNetwork | undefined;
}

export interface NamedNetwork {
  readonly name: string;
  readonly hash: string;
}

export type FromWorker =
  | ({ readonly type: 'ready' } & Ready)
  | ({ readonly type: 'step' } & StepReport)
  | { readonly type: 'paused' }
  /** Painting goes on in WASM. */
  | { readonly type: 'deviceLost'; readonly step: number }
  | { readonly type: 'ended'; readonly how: 'done' | 'stopped'; readonly steps: number; readonly frame?: Frame }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };
