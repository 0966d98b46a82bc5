/**
 * Makes paintings from orders: decodes, fits, finds regions, chooses networks, forecasts, paints, writes recipes.
 * One painter serves many paintings, which share its engine, networks, prepared kernels and measured styles.
 */
import type { Abortable } from '../abort.js';
import { expected, show } from '../errors.js';
import type { Engine } from '../graph/engine.js';
import { deepestLayer, receptiveFieldPx } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import { type Options, optionMeta, resolveOptions, startFileOf } from '../options/options.js';
import { fitPicture, styleSize } from '../pictures/fit.js';
import { filled, opacityOf } from '../pictures/opacity.js';
import type { Layered, Picture, Size } from '../pictures/picture.js';
import { Recent } from '../recent.js';
import { checkVisible, type Revision, type Step } from './job.js';
import { boundedKeep } from './keep.js';
import { firstNameOf, regionsOfMask } from './mask-regions.js';
import { networksOf } from './networks.js';
import { checkOrder, type DecodedPicture, namedRegions, type Order } from './order.js';
import { paint, pictureOfState } from './paint.js';
import { planWithin } from './plan.js';
import { arranged, type Pictures, type Prepared, weightAndRegion } from './prepared.js';
import { type Recipe, recipeOf } from './recipe.js';
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
