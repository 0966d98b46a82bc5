/** What the page and its painting worker say to each other: plain data. */
import type { Options } from '../../core/options/options.js';
import type { StepReport as CoreReport, StepEvent } from '../../core/painting/job.js';
import type { Changes } from '../../core/painting/order.js';
import type { PlannedScale } from '../../core/painting/plan.js';
import type { Recipe } from '../../core/painting/recipe.js';
import type { Picture } from '../../core/pictures/picture.js';
import type { WebDevice } from '../../engines/web.js';

/** The pocket network that comes with the page, or the bytes of a network file. */
export type NetworkSource = 'pocket' | { readonly name: string; readonly file: Blob };

/** A picture file, which the worker decodes, or a picture that the page made. */
export interface OrderedPicture {
  readonly name: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly source: Blob | Picture;
}

export interface OrderedStyle {
  readonly picture: OrderedPicture;
  readonly weight: number;
  /** Colour of the mask where this style paints; where no style of its own goes, if left out. */
  readonly region?: string | undefined;
}

export interface PaintOrder {
  readonly content: OrderedPicture;
  readonly styles: readonly OrderedStyle[];
  /** In flat colours, those that styles and strengths name; of the photo's shape. */
  readonly mask?: OrderedPicture | undefined;
  /** By colours of the mask; 0 keeps the photo there. */
  readonly regionStrengths: Readonly<Record<string, number>>;
  /** A picture to start from. */
  readonly start?: OrderedPicture | undefined;
  readonly options: Options;
  readonly network: NetworkSource;
  readonly device: WebDevice | 'auto';
  /** Of WASM; as many as are useful where left out. */
  readonly threads?: number | undefined;
}

/** Where a painting's state is kept. */
export interface KeepAs {
  readonly session: string;
  /** A state file of the same order, to go on from, and the reports of its steps. */
  readonly from?: { readonly file: Blob; readonly reports: readonly CoreReport[] } | undefined;
}

export type ToWorker =
  | { readonly type: 'paint'; readonly order: PaintOrder; readonly keepAs?: KeepAs | undefined }
  /** Goes on with the painting that ended last, changed like this. */
  | { readonly type: 'paintOn'; readonly changes: Changes }
  /** Begins a painting that may be ordered soon. */
  | { readonly type: 'warmUp'; readonly order: PaintOrder }
  | { readonly type: 'pause' | 'resume' | 'stop' }
  /** Keeps the state of now: the page may be gone soon. */
  | { readonly type: 'keep' }
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

export interface StepReport extends CoreReport {
  /** What happened before it. */
  readonly about?: readonly StepEvent[] | undefined;
  readonly frame?: Frame;
  /** Where the painter forecasts it itself, as a service does. */
  readonly secondsLeft?: number | undefined;
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

/** What is to be painted, at the start and after each change. */
export interface Plan {
  readonly scales: readonly PlannedScale[];
  /** Of the whole painting; what was painted of it has fewer steps and is stopped. */
  readonly recipe: Recipe;
}

/** What is done before the first step, in this order; by a service only the last of them, after two of its own. */
export type Stage = 'runtime' | 'pictures' | 'network' | 'sending' | 'queue' | 'first';

export type FromWorker =
  | { readonly type: 'stage'; readonly stage: Stage }
  | ({ readonly type: 'ready' } & Ready)
  | ({ readonly type: 'plan' } & Plan)
  | ({ readonly type: 'step' } & StepReport)
  | { readonly type: 'paused' }
  /** Runtime and network are there; of a painting that was begun before it is ordered. */
  | { readonly type: 'warm' }
  /** The worker lives for as long as it holds this lock. */
  | { readonly type: 'alive'; readonly lock: string }
  | { readonly type: 'kept' }
  /** The browser keeps nothing, or is full. */
  | { readonly type: 'notKept'; readonly full: boolean }
  | { readonly type: 'ended'; readonly how: 'done' | 'stopped'; readonly steps: number; readonly frame?: Frame }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };
