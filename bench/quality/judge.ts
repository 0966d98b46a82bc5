/** All measures of a picture painted from a photo and a painting. */
import type { Engine } from '#dist/core/graph/engine.js';
import type { Tensor } from '#dist/core/graph/tensor.js';
import type { Network } from '#dist/core/networks/network.js';
import { fitPicture } from '#dist/core/pictures/fit.js';
import type { Picture } from '#dist/core/pictures/picture.js';
import { border, clipped, flatGrain, grain, rim } from './artefacts.js';
import { colourDistance } from './colour.js';
import { selfSimilarity, ssim } from './content.js';
import { cropped } from './guards.js';
import { type Look, lookAt } from './look.js';
import { cosineDistances, euclideanDistances } from './matrices.js';
import { nearness, relative } from './score.js';
import { energyDistance } from './style.js';

export interface Scores {
  /** One number for the picture: the nearness of `style` and `content`. */
  readonly score: number;
  /** Energy distance of features to the painting's, mean over layers: 1 for the photo, 0 for a crop of the painting. */
  readonly style: number;
  /** Mean of self-similarity and SSIM: 0 for the photo, 1 for the painting. */
  readonly content: number;
  /** To the photo, mean over layers; 0 is equal. */
  readonly selfSimilarity: number;
  /** Of luminance with the photo; 1 is equal. */
  readonly ssim: number;
  /** colourDistance to the painting, in hundredths of Oklab. */
  readonly colour: number;
  /** Share of energy near Nyquist as a multiple of the photo's or the painting's, whichever is more. */
  readonly grain: number;
  /** Grain in flat areas, in levels. */
  readonly flatGrain: number;
  /** How far edges look embossed, in levels. */
  readonly rim: number;
  /** Energy at the border against just inside, as a multiple of the photo's. */
  readonly border: number;
  /** Share of values at 0 or 255. */
  readonly clipped: number;
}

/** Judges pictures painted from one photo in the style of one painting. */
export class Judge {
  private constructor(
    readonly engine: Engine,
    readonly network: Network,
    readonly photo: Picture,
    readonly painting: Picture,
    readonly looks: { readonly photo: Look; readonly painting: Look },
    /** Energy distances of a crop of the painting, and of the photo: 0 and 1 of the scale. */
    readonly style: { readonly crop: number; readonly photo: number },
    /** Structure of the painting laid over the photo's frame: 1 of the scale. */
    readonly copy: { readonly selfSimilarity: number; readonly ssim: number },
  ) {}

  /**
   * @param photo of the size of the pictures to judge.
   * @param painting of the same long side, as presets take it.
   * @throws RangeError where the photo is no farther from the painting than a crop of the painting is.
   */
  static async create(engine: Engine, network: Network, photo: Picture, painting: Picture): Promise<Judge> {
    const look = (picture: Picture) => lookAt(engine, network, picture);
    const looks = { photo: await look(photo), painting: await look(painting) };
    const copy = (await fitPicture({ picture: painting }, photo)).picture;
    const ends = {
      crop: await styleOf(engine, await look(cropped(painting)), looks.painting),
      photo: await styleOf(engine, looks.photo, looks.painting),
    };
    return new Judge(engine, network, photo, painting, looks, ends, {
      selfSimilarity: await structureOf(engine, await look(copy), looks.photo),
      ssim: ssim(copy, photo),
    });
  }

  /** @throws RangeError where the picture is not of the photo's size. */
  async judge(picture: Picture): Promise<Scores> {
    const { engine, photo, painting, looks, copy } = this;
    const structural = ssim(picture, photo);
    const look = await lookAt(engine, this.network, picture);
    const style = relative(await styleOf(engine, look, looks.painting), this.style.crop, this.style.photo);
    const similarity = await structureOf(engine, look, looks.photo);
    const content = (relative(similarity, 0, copy.selfSimilarity) + relative(structural, 1, copy.ssim)) / 2;
    return {
      score: nearness(style, content),
      style,
      content,
      selfSimilarity: similarity,
      ssim: structural,
      colour: colourDistance(picture, painting),
      grain: grain(picture) / Math.max(grain(photo), grain(painting)),
      flatGrain: flatGrain(picture),
      rim: rim(picture),
      border: border(picture) / border(photo),
      clipped: clipped(picture),
    };
  }
}

async function styleOf(engine: Engine, look: Look, painting: Look): Promise<number> {
  const distances = await Promise.all(
    Object.keys(painting.points).map(async (layer) => {
      const [x, y] = [look.points[layer] as Tensor, painting.points[layer] as Tensor];
      const between = await euclideanDistances(engine, x, y);
      return energyDistance(between, await euclideanDistances(engine, x, x), await euclideanDistances(engine, y, y));
    }),
  );
  return mean(distances);
}

async function structureOf(engine: Engine, look: Look, photo: Look): Promise<number> {
  const distances = await Promise.all(
    Object.keys(photo.cells).map(async (layer) => {
      const [a, b] = [look.cells[layer] as Tensor, photo.cells[layer] as Tensor];
      return selfSimilarity(await cosineDistances(engine, a, a), await cosineDistances(engine, b, b));
    }),
  );
  return mean(distances);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
