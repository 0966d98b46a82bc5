/** A painting request and its progress events, as plain data that can cross a process boundary. */
import { z } from 'zod';
import type { Costs } from '../../core/costs/objective/objective.js';
import type { Term } from '../../core/costs/term.js';
import { DEVICE_EXPECTS, DEVICES, type DeviceChoice } from '../../core/devices.js';
import { expected, GivernyError, show } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import type { OptionsInput } from '../../core/options/options.js';
import type { StepReport } from '../../core/painting/job.js';
import type { Painter } from '../../core/painting/painter.js';
import type { Prepared } from '../../core/painting/prepared.js';
import type { Change } from '../../core/painting/recipe.js';
import type { Picture } from '../../core/pictures/picture.js';
import { BITS, FORMATS, type PictureFormat, PROFILES, type PrintWish } from '../files/formats.js';

/** RGBA pixels as a canvas gives them; data [height, width, 4]. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The bytes of a picture file, and the name that sentences and recipes call it by. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where a picture comes from: a path, the bytes of a file, ImageData, or a picture in memory. */
export type PictureSource = string | Uint8Array | ArrayBuffer | NamedBytes | PixelData | Picture;

/** A style image. */
export interface StyleRequest {
  readonly picture: PictureSource;
  /** Weight relative to the other styles of its region. Default 1. */
  readonly weight?: number | undefined;
  /** Colour of the mask where it goes, such as `white` or `#00ff00`; else where no style of its own goes. */
  readonly region?: string | undefined;
}

/** A picture of the photo's shape in flat colours: each that a style or a strength names is a region. */
export interface MaskRequest {
  readonly picture: PictureSource;
  /** How far its borders reach to either side, in pixels of the painting. Default 1.5 % of its long side. */
  readonly featherPx?: number | undefined;
}

export interface PaintRequest {
  /** The photo. */
  readonly content: PictureSource;
  /** At least one. */
  readonly styles: readonly (PictureSource | StyleRequest)[];
  readonly mask?: MaskRequest | undefined;
  /** In place of `options.strength`, 0..1, by colours of the mask. */
  readonly regionStrengths?: Readonly<Record<string, number>> | undefined;
  /**
   * A path, whose ending decides the format; or a format, whose bytes are then in `Painted.bytes`. Left out, the
   * picture itself is in `Painted.picture`.
   */
  readonly output?: string | { readonly format: PictureFormat } | undefined;
  /** How the picture is written besides its format; pictures on the way are always sRGB of 8 bits. */
  readonly print?: PrintWish | undefined;
  /** Name or path, or a network opened before. Default: the preset's, else 'auto'. */
  readonly network?: string | Network | undefined;
  /** What looks at all scales but the last: as `network`, or 'none'. Default 'auto'. */
  readonly coarseNetwork?: string | Network | undefined;
  readonly options?: OptionsInput | undefined;
  /** Costs in place of those that the options choose. */
  readonly terms?: readonly Term[] | undefined;
  /** What changes on the way, as a recipe tells it. */
  readonly changes?: readonly Change[] | undefined;
  /** Ends the painting after so many steps, as one that was stopped there. */
  readonly stopAfter?: number | undefined;
  /** Also writes `<folder>/<step>.png` after step 0, `every`, 2 * `every` ..., all of the painting's size. */
  readonly frames?: { readonly every: number; readonly folder: string } | undefined;
  /** Also writes a film of the steps: MP4 or WebM, which ffmpeg makes, or animated WebP or GIF. */
  readonly timelapse?: string | undefined;
  /**
   * What computes. Default 'auto': a graphics device where a trial on this machine found it to be faster, and the CPU
   * elsewhere or where the device fails.
   */
  readonly device?: DeviceChoice | undefined;
  /** Threads of the engine. Default: as many as the process may use. */
  readonly threads?: number | undefined;
  /** The most memory that the painting process may take, in bytes. Default: the painter's. */
  readonly maxMemory?: number | undefined;
  /**
   * Path of a state file: the painting goes on from it where it exists. It is written every minute and where the
   * painting is stopped or fails, and removed when the picture is whole. Default: none.
   */
  readonly state?: string | false | undefined;
  /** Begins anew even where the state file exists; it stays until the first state is written over it. */
  readonly fresh?: boolean | undefined;
  /** Seconds from one write of the state to the next; 0 writes it after every step. Default 60. */
  readonly stateEverySeconds?: number | undefined;
}

/** The folder of a film's pictures beside a state, which wait there until the painting is whole. */
export const framesBeside = (statePath: string) => `${statePath}-film`;

/** How networks are told of. */
export interface NamedNetwork {
  readonly name: string;
  readonly hash: string;
}

/** All is read and checked; painting begins. */
export interface Started
  extends Pick<
    Prepared<PictureSource>,
    'width' | 'height' | 'steps' | 'scales' | 'forecastBytes' | 'networkNote' | 'notes'
  > {
  /** Wall time of all steps on a machine like most, before anything was measured on this one. */
  readonly forecastSeconds: number;
  readonly network: NamedNetwork;
  /** Looks at all scales but the last, where that is another. */
  readonly coarseNetwork?: NamedNetwork | undefined;
  readonly engine: string;
  /** What computes, such as cpu or webgpu. */
  readonly device: string;
  /** Where the painting goes on from a state file: its path, and how many steps were done. */
  readonly resumed?: { readonly state: string; readonly step: number } | undefined;
}

/** Who wants to know how a painting goes. */
export interface PaintListeners {
  onStart?(started: Started): void;
  onStep?(report: StepReport): void;
  /** A frame or the result has been written, whole. */
  onSaved?(path: string): void;
  /** A sentence that the person should hear, such as of a smaller rate after a cost that was not finite. */
  onNotice?(sentence: string): void;
}

export interface Painted {
  /** Path of the picture; nothing was written there if `steps` is 0. */
  readonly output?: string | undefined;
  /** The encoded picture, where the request names a format. */
  readonly bytes?: Uint8Array | undefined;
  /** The picture itself, where the request names no output. */
  readonly picture?: Picture | undefined;
  readonly width: number;
  readonly height: number;
  /** Steps done through all scales; of a scale that ended early all count as done. */
  readonly steps: number;
  /** True where the painting was stopped before its last step. */
  readonly stopped: boolean;
  /** Of the picture written; absent if `steps` is 0. */
  readonly costs?: Costs | undefined;
  readonly network: string;
  /** Wall time from the first step to the end, without that between a stop and going on. */
  readonly seconds: number;
  /** The state file from which the painting can go on, where it was stopped and one was asked for. */
  readonly state?: string | undefined;
}

/** What a painting is that was stopped before it had a picture. */
export const STOPPED_BEFORE_THE_FIRST_STEP: Painted = {
  width: 0,
  height: 0,
  steps: 0,
  stopped: true,
  costs: undefined,
  network: '',
  seconds: 0,
};

const text = z.string({ error: 'text' });
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const SOURCE = 'a path, the bytes of a picture file, ImageData or a picture in memory';

function isSource(value: unknown): value is PictureSource {
  if (typeof value === 'string') return value !== '';
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return true;
  if (!isObject(value)) return false;
  if (value.bytes instanceof Uint8Array) return typeof value.name === 'string';
  const { width, height, data } = value;
  return Number.isInteger(width) && Number.isInteger(height) && ArrayBuffer.isView(data);
}

const source = z.custom<PictureSource>(isSource, { error: SOURCE });
const number = (expects: string, check: (value: number) => boolean) =>
  z.custom<number>((value) => typeof value === 'number' && check(value), { error: expects });
const count = number('a whole number of at least 1', (value) => Number.isInteger(value) && value >= 1);
const finite = number('a number', Number.isFinite);
const strengths = z.record(text, finite, { error: 'colours with strengths such as { white: 0.8 }' });
const network = z.custom<string | Network>(
  (value) => (typeof value === 'string' && value !== '') || (isObject(value) && Array.isArray(value.convolutions)),
  { error: "a network's name or path, or a network that openNetwork gave" },
);
const style = z.union(
  [
    source,
    z.strictObject({
      picture: source,
      weight: number('a weight of at least 0', (value) => value >= 0 && value < 1e12).optional(),
      region: text.optional(),
    }),
  ],
  { error: `a style { picture, weight?, region? } or ${SOURCE}` },
);

const requestSchema = z.strictObject({
  content: source,
  styles: z.array(style, { error: 'a list of styles' }),
  mask: z
    .strictObject({ picture: source, featherPx: finite.optional() }, { error: 'a mask { picture, featherPx? }' })
    .optional(),
  regionStrengths: strengths.optional(),
  output: z
    .union([text.min(1), z.strictObject({ format: z.enum(FORMATS) })], {
      error: `a path or { format } with one of ${FORMATS.join(', ')}`,
    })
    .optional(),
  print: z
    .strictObject({
      bits: z.literal(BITS, { error: '8 or 16' }).optional(),
      profile: z.enum(PROFILES, { error: `one of ${PROFILES.join(', ')}` }).optional(),
      keepLocation: z.boolean({ error: 'true or false' }).optional(),
    })
    .optional(),
  network: network.optional(),
  coarseNetwork: network.optional(),
  options: z.record(text, z.unknown(), { error: 'options such as { size: 512 }' }).optional(),
  terms: z
    .array(
      z.custom<Term>((value) => isObject(value) && typeof value.cost === 'function', { error: 'a term' }),
      { error: 'a list of terms' },
    )
    .optional(),
  changes: z
    .array(
      z.custom<Change>((value) => isObject(value) && Number.isInteger(value.step), { error: 'a change { step, ... }' }),
      { error: 'a list of changes' },
    )
    .optional(),
  stopAfter: count.optional(),
  frames: z.strictObject({ every: count, folder: text.min(1) }, { error: 'frames { every, folder }' }).optional(),
  timelapse: text.min(1).optional(),
  device: z.enum(DEVICES, { error: DEVICE_EXPECTS }).optional(),
  threads: count.optional(),
  maxMemory: count.optional(),
  state: z.union([text.min(1), z.literal(false)], { error: 'a path or false' }).optional(),
  fresh: z.boolean({ error: 'true or false' }).optional(),
  stateEverySeconds: number('seconds of at least 0', (value) => value >= 0).optional(),
});

/** A request whose every style is a StyleRequest. */
export interface CheckedRequest extends PaintRequest {
  readonly styles: readonly StyleRequest[];
}

/** What comes along with a request and is no part of it: functions and objects of this process. */
export interface RequestSettings extends PaintListeners {
  readonly signal?: AbortSignal | undefined;
  readonly painter?: Painter<PictureSource> | undefined;
}

const SETTINGS: readonly string[] = [
  'onStart',
  'onStep',
  'onSaved',
  'onNotice',
  'signal',
  'painter',
] satisfies (keyof RequestSettings)[];

/**
 * Checks the form of a request, and takes its settings apart; what its options and regions mean is checked when it is
 * prepared.
 *
 * @throws GivernyError OPTION_INVALID with one sentence about the first thing that is wrong.
 */
export function checkedRequest(request: PaintRequest & RequestSettings): {
  readonly checked: CheckedRequest;
  readonly settings: RequestSettings;
} {
  if (!isObject(request)) throw expected('a request { content, styles, ... }', 'the painting', request);
  const entries = Object.entries(request).filter(([, value]) => value !== undefined);
  const isSetting = ([name]: readonly [string, unknown]) => SETTINGS.includes(name);
  const given = Object.fromEntries(entries.filter((entry) => !isSetting(entry)));
  const result = requestSchema.safeParse(given);
  if (!result.success) throw refusal(result.error, given);
  const styles = result.data.styles.map((one) => {
    return isObject(one) && 'picture' in one ? one : { picture: one as PictureSource };
  });
  return {
    checked: { ...result.data, styles } as CheckedRequest,
    settings: Object.fromEntries(entries.filter(isSetting)),
  };
}

/** Of a style that is meant as an object with its weight and region, what is wrong with that. */
function innermost(issue: z.core.$ZodIssue, given: unknown): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const value = valueAt(given, issue.path);
  const inner = isObject(value) && 'picture' in value ? issue.errors.at(-1)?.[0] : undefined;
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

const valueAt = (given: unknown, path: readonly PropertyKey[]) =>
  path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], given);

function refusal(error: z.ZodError, given: unknown): GivernyError {
  const issue = innermost(error.issues[0] as z.core.$ZodIssue, given);
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(requestSchema.shape).join(', ');
    const where = path === '' ? `Expected a request of ${known}` : `Expected nothing else in ${path.slice(1)}`;
    return new GivernyError('OPTION_INVALID', `${where} but received ${show(issue.keys[0])}.`);
  }
  return expected(issue.message, path === '' ? 'the request' : path.slice(1), valueAt(given, issue.path));
}
