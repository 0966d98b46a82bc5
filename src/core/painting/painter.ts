/**
 * Makes paintings from orders: decodes, fits, finds regions, chooses networks, forecasts, paints, writes recipes.
 * One painter serves many paintings, which share its engine, networks, prepared kernels and measured styles.
 */
import type { Abortable } from '../abort.js';
import type { Style } from '../costs/areas.js';
import { expected, show } from '../errors.js';
import type { Engine } from '../graph/engine.js';
import { deepestLayer, receptiveFieldPx } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import { mergeOptions, type Options, optionMeta, resolveOptions, startFileOf } from '../options/options.js';
import { fitPicture, styleSize } from '../pictures/fit.js';
import { filled, opacityOf } from '../pictures/opacity.js';
import type { Layered, Picture, Size } from '../pictures/picture.js';
import { Recent } from '../recent.js';
import { checkVisible, type Revision, revised, type SettledJob, type Step } from './job.js';
import { boundedKeep } from './keep.js';
import { firstNameOf, type MaskRegions, regionsOfMask } from './mask-regions.js';
import { networksOf } from './networks.js';
import { type Changes, checkOrder, type DecodedPicture, namedRegions, type Order, type OrderedStyle } from './order.js';
import { paint, pictureOfState } from './paint.js';
import { type PlannedScale, plan, planWithin, stepsOf } from './plan.js';
import { type Change, type NamedFile, type Recipe, recipeOf } from './recipe.js';
import type { PaintState } from './state.js';

/** A network as a painter opens it. */
export interface OpenNetwork extends Network {
  /** Which network was taken and how to get the other, where 'auto' chose. */
  readonly note?: string;
}

/** What differs between environments. */
export interface PainterParts<Source> {
  readonly engine: Engine;
  /**
   * Reads a picture.
   *
   * @param size, fit what fitPicture will bring it to; where left out all of it is needed.
   */
  decode(source: Source, size?: Options['size'], fit?: Options['fit']): Promise<DecodedPicture>;
  /** A text that changes when the source does: what was read of it is kept. Undefined, or left out, nothing is kept. */
  identity?(source: Source): Promise<string | undefined>;
  /** Opens 'auto', 'pocket' or another name that the environment knows. */
  openNetwork(name: string): Promise<OpenNetwork>;
  /** Version of Giverny, for recipes. */
  readonly version: string;
  /** The most memory that the process may take, in bytes; what exceeds it is painted in tiles. No limit by default. */
  readonly maxBytes?: number | undefined;
}

/** An order made ready, and what was changed of it since. */
export interface Prepared<Source> {
  /** As it was ordered. */
  readonly order: Order<Source>;
  /** The order's own options, complete. */
  readonly options: Options;
  /** What was changed on the way, with the steps before which it was. */
  readonly changes: readonly Change[];
  /** The job with all changes. */
  readonly job: SettledJob;
  /** Of the painting, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the photo, at the painting's size; absent where all is opaque. */
  readonly alpha?: Uint8Array | undefined;
  readonly scales: readonly PlannedScale[];
  /** At most, through all scales. */
  readonly steps: number;
  /** Of the whole process, at its largest scale. */
  readonly forecastBytes: number;
  /** The most that it may take. */
  readonly maxBytes: number;
  /** Which network was taken and how to get the other, where 'auto' chose. */
  readonly networkNote?: string | undefined;
  /** What was done to the pictures and what is odd about them, for people to read. */
  readonly notes: readonly string[];
  readonly pictures: Pictures;
}

/** The pictures of an order: their files for recipes, styles and regions for other weights and strengths. */
interface Pictures {
  readonly content: NamedFile;
  readonly styles: readonly (NamedFile & Pick<Style, 'picture' | 'opacity'>)[];
  readonly mask?: (NamedFile & MaskRegions) | undefined;
  readonly start?: NamedFile | undefined;
}

export interface PaintingSettings {
  /** Goes on from a state of the same order. */
  readonly from?: PaintState | undefined;
  /** Changes what was prepared before the first step from there; `changed` gives it. */
  readonly revision?: Revision | undefined;
  /** Aborting it ends the painting: what waits for it is rejected with the signal's reason. */
  readonly signal?: Abortable | undefined;
  /** Of `prepare`: in place of the painter's own limit, in bytes. */
  readonly maxBytes?: number | undefined;
}

/** A picture at the size to paint at. */
interface ReadPicture {
  readonly decoded: DecodedPicture & { readonly natural: Size };
  readonly fitted: Layered;
  readonly notes: readonly string[];
}

/** Ten pictures of 1024x768, or one of 11 megapixels. */
const MOST_READ_BYTES = 128 * 2 ** 20;

/** Networks kept open: a large one and the pocket network beside it. */
const MOST_NETWORKS = 2;

/** @template Source where its pictures come from. */
export class Painter<Source> {
  readonly #parts: PainterParts<Source>;
  readonly #networks = new Recent<Promise<OpenNetwork>>(MOST_NETWORKS, () => 1);
  readonly #keep = boundedKeep();
  readonly #read = new Recent<ReadPicture>(MOST_READ_BYTES, ({ fitted }) => fitted.picture.data.byteLength);

  constructor(parts: PainterParts<Source>) {
    this.#parts = parts;
  }

  get engine(): Engine {
    return this.#parts.engine;
  }

  /**
   * Reads an order's pictures, brings them to their size and opens its networks.
   *
   * @throws GivernyError of bad options, pictures, masks and networks.
   */
  async prepare(
    order: Order<Source>,
    { signal, maxBytes = this.#parts.maxBytes ?? Number.POSITIVE_INFINITY }: PaintingSettings = {},
  ): Promise<Prepared<Source>> {
    const options = resolveOptions(order.options);
    checkOrder(order, options);
    const notes: string[] = [];
    const read = async (source: Source, size: Options['size']) => {
      signal?.throwIfAborted();
      const picture = await this.#fitted(source, size, options.fit);
      notes.push(...picture.notes);
      return picture;
    };
    const photo = await read(order.content, options.size);
    const { width, height } = photo.fitted.picture;
    const styles = [];
    for (const { picture } of order.styles) {
      const style = await read(picture, styleSize(options));
      checkVisible(opacityOf(style.fitted), show(style.decoded.name));
      styles.push(style);
    }
    const start = order.start === undefined ? undefined : await read(order.start, { width, height });
    if (!start && startFileOf(options.init) !== undefined) {
      throw expected(optionMeta('init').expects, 'init', options.init);
    }
    const mask = await this.#mask(order, photo.decoded, options, signal);
    notes.push(...(mask?.notices ?? []).map((notice) => `${mask?.name}: ${notice}`));

    signal?.throwIfAborted();
    const { network, coarse: coarseNetwork } = await networksOf(order, options, { width, height }, (wanted) =>
      this.#open(wanted),
    );
    const pictures: Pictures = {
      content: photo.decoded,
      styles: styles.map(({ decoded: { name, sha256 }, fitted }) => {
        return { name, sha256, picture: filled(fitted), opacity: opacityOf(fitted) };
      }),
      mask,
      start: start?.decoded,
    };
    const { scales, steps, bytes } = planWithin(
      { width, height },
      options,
      { network, coarse: coarseNetwork },
      { styles: styles.length, maxBytes },
    );
    const small = smallStyles(
      styles.map(({ decoded }) => decoded),
      network,
      options,
    );
    return {
      order,
      options: start ? { ...options, init: start.decoded.name } : options,
      changes: [],
      job: {
        content: filled(photo.fitted),
        opacity: opacityOf(photo.fitted),
        ...arranged(order, pictures),
        network,
        coarseNetwork,
        options,
        terms: order.terms,
        start: start?.fitted.picture,
      },
      width,
      height,
      alpha: photo.fitted.alpha,
      scales,
      steps,
      forecastBytes: bytes,
      maxBytes,
      networkNote: network.note,
      notes: [...notes, ...small],
      pictures,
    };
  }

  /**
   * Paints what was prepared; as `paint` otherwise.
   *
   * @throws GivernyError as `paint`.
   */
  paint(
    { job, maxBytes }: Prepared<Source>,
    { from, revision, signal }: PaintingSettings = {},
  ): AsyncGenerator<Step, void, Revision | undefined> {
    return paint(job, this.engine, { from, revision, signal, keep: this.#keep, maxBytes });
  }

  /**
   * The picture of a state, as the step that led to it shows it.
   *
   * @throws GivernyError OPTION_INVALID where the state is of another painting.
   */
  picture({ job }: Prepared<Source>, state: PaintState): Picture {
    return pictureOfState(job, state);
  }

  /**
   * The recipe of a picture: all that is needed to paint it again.
   *
   * @param steps done through all scales.
   * @param stopped whether the painting was not at its end.
   */
  recipe({ order, options, changes, job, pictures }: Prepared<Source>, steps: number, stopped: boolean): Recipe {
    return recipeOf({
      giverny: this.#parts.version,
      ...pictures,
      styles: pictures.styles.map((file, i) => ({ ...file, weight: 1, ...weightAndRegion(order.styles[i]) })),
      regionStrengths: order.regionStrengths,
      network: job.network,
      coarseNetwork: job.coarseNetwork,
      engine: this.engine.name,
      options,
      changes,
      terms: order.terms?.map(({ name }) => name),
      stopped,
      steps,
    });
  }

  /** A picture of the size to paint at, read once: photos of a batch share styles, and styles photos. */
  async #fitted(source: Source, size: Options['size'], fit: Options['fit']): Promise<ReadPicture> {
    const identity = await this.#parts.identity?.(source);
    const key = identity === undefined ? undefined : JSON.stringify([identity, size, fit]);
    const known = key === undefined ? undefined : this.#read.get(key);
    if (known) return known;
    const picture = await this.#readAt(source, size, fit);
    if (key !== undefined) this.#read.set(key, picture);
    return picture;
  }

  async #readAt(source: Source, size: Options['size'], fit: Options['fit']): Promise<ReadPicture> {
    const decoded = await this.#parts.decode(source, size, fit);
    const { note, ...fitted } = await fitPicture(decoded, size, fit);
    const { width, height } = decoded.natural ?? decoded.picture;
    return {
      decoded: { ...decoded, ...fitted, natural: { width, height } },
      fitted,
      notes: [...(decoded.notices ?? []), ...(note === undefined ? [] : [`${decoded.name}: ${note}`])],
    };
  }

  /** A network by name, opened once; the one that was not used for longest is let go. */
  async #open(wanted: string | Network): Promise<OpenNetwork> {
    if (typeof wanted !== 'string') return wanted;
    const known = this.#networks.get(wanted);
    if (known) return known;
    const opened = this.#parts.openNetwork(wanted);
    this.#networks.set(wanted, opened);
    return opened.catch((error: unknown) => {
      this.#networks.delete(wanted);
      throw error;
    });
  }

  async #mask(order: Order<Source>, photo: DecodedPicture, options: Options, signal: Abortable | undefined) {
    if (!order.mask) return undefined;
    signal?.throwIfAborted();
    const decoded = await this.#parts.decode(order.mask.picture);
    const names = namedRegions(order);
    const colors = [...new Set(names.map((name) => firstNameOf(name, names)))];
    const found = regionsOfMask(decoded, colors, photo.natural ?? photo.picture, options.size, {
      fit: options.fit,
      featherPx: order.mask.featherPx,
      strengths: order.regionStrengths,
    });
    return { name: decoded.name, sha256: decoded.sha256, ...found };
  }
}

function weightAndRegion<Source>({ weight, region }: Partial<OrderedStyle<Source>> = {}) {
  return { ...(weight === undefined ? {} : { weight }), ...(region === undefined ? {} : { region }) };
}

/**
 * Styles and regions of a job as an order names them: styles of weight 0 are left out, and with them regions that
 * nothing else names.
 *
 * @throws GivernyError OPTION_INVALID where no style is left.
 */
function arranged<Source>(order: Order<Source>, pictures: Pictures): Pick<SettledJob, 'styles' | 'regions'> {
  const names = namedRegions(order);
  const styles = pictures.styles
    .map(({ picture, opacity }, i) => {
      const { weight = 1, region } = weightAndRegion(order.styles[i]);
      return { picture, opacity, weight, region: region === undefined ? undefined : firstNameOf(region, names) };
    })
    .filter(({ weight }) => weight !== 0);
  if (styles.length === 0)
    throw expected(
      'a style of some weight',
      'styles',
      order.styles.map(({ weight }) => weight),
    );
  const strengths = Object.entries(order.regionStrengths ?? {}).map(
    ([name, n]) => [firstNameOf(name, names), n] as const,
  );
  const regions = Object.entries(pictures.mask?.regions ?? {}).flatMap(([name, { mask }]) => {
    const strength = strengths.findLast(([other]) => other === name)?.[1];
    const isNamed = strength !== undefined || styles.some(({ region }) => region === name);
    return isNamed ? [[name, { mask, strength }] as const] : [];
  });
  return { styles, regions: regions.length > 0 ? Object.fromEntries(regions) : undefined };
}

/** A sentence for each style whose file shows less than a feature of the deepest layer sees. */
function smallStyles(styles: readonly DecodedPicture[], network: Network, { styleLayers }: Options): string[] {
  const layer = deepestLayer(network, styleLayers);
  if (layer === undefined) return [];
  const side = receptiveFieldPx(network, layer);
  return styles.flatMap(({ name, natural, picture }) => {
    const { width, height } = natural ?? picture;
    if (Math.min(width, height) >= side) return [];
    return `${name}: ${width}x${height} is less than the ${side} pixels that ${layer} sees, so that its large forms are missing`;
  });
}

/**
 * A prepared order as changes make it from a step on, and the revision that brings a painting in progress there.
 *
 * @param step before which they count.
 * @throws GivernyError OPTION_INVALID where they do not fit, or cannot be changed while painting.
 */
export function changed<Source>(
  prepared: Prepared<Source>,
  step: number,
  changes: Changes,
): { readonly prepared: Prepared<Source>; readonly revision: Revision } {
  const all = [...prepared.changes, { step, ...changes }];
  const { order, pictures } = prepared;
  const weights = all.findLast((change) => change.weights)?.weights;
  const now: Order<Source> = {
    ...order,
    regionStrengths: all.findLast((change) => change.regionStrengths)?.regionStrengths ?? order.regionStrengths,
    styles: order.styles.map((style, i) => ({ ...style, weight: weights?.[i] ?? style.weight })),
  };
  const options = mergeOptions(prepared.job.options, changes.options ?? {});
  checkOrder(now, options);
  const { styles, regions } = arranged(now, pictures);
  const isArranged = changes.weights !== undefined || changes.regionStrengths !== undefined;
  const revision: Revision = { options, ...(isArranged ? { styles, regions } : {}) };
  const job = revised(prepared.job, revision);
  const scales = plan(prepared, job.options, job.network, job.coarseNetwork, {
    styles: job.styles.length,
    maxBytes: prepared.maxBytes,
  });
  return { prepared: { ...prepared, changes: all, job, scales, steps: stepsOf(scales) }, revision };
}
