/** What a painting will take, before it begins and on the way. */

import { stagesOf, tilesByStage, wholeStage } from '../costs/objective/stages.js';
import { type Tile, tilesOf } from '../costs/objective/tiles.js';
import { layerOf } from '../costs/setting.js';
import { GivernyError } from '../errors.js';
import { sizeOf } from '../graph/tensor.js';
import { deepestLayer, featuresPerPixel, layerStride } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import { HISTORY, isLarge } from './schedule.js';

/** What decides how much memory a scale of a painting takes. */
export interface Painted {
  readonly network: Network;
  readonly options: Pick<
    Options,
    'contentLayers' | 'styleLayers' | 'styleScale' | 'statistic' | 'optimizer' | 'averaging'
  >;
  /** How many styles are painted from. */
  readonly styles: number;
  /** Of the painting at its last scale, at which photo and styles are held all the while. */
  readonly finalSize: Size;
  /** At the scale: the optimiser remembers no more. */
  readonly steps: number;
}

/** What the program and the runtime take without any picture. */
const BASE_BYTES = 0.2e9;
/** Bytes for each byte of weights: the file, its tensors, and kernels transformed for Winograd on both sides. */
const PER_WEIGHT_BYTE = 4.2;
/**
 * Numbers held for each number of the features of what is computed at once: features, gradients, work space, and what
 * lies idle between them in the runtime's blocks.
 */
const PER_FEATURE = 1.6;
/** From so many pixels on more lies idle: twice as much of the whole at ten times as many. */
const IDLE_PX = 2e6;
const IDLE_GROWTH = 0.3;
/** The same of a tile, which also holds parts of features without its halo. */
const TILE_PER_FEATURE = 2;
/** The same of a picture that is only looked at, without gradients. */
const LOOKED_PER_FEATURE = 0.8;
/** Of three floats a pixel each: pixels and gradient, those of a trial, and one and a half that wait to be collected. */
const PICTURES = 5.5;
const PICTURE_BYTES = 12;
/**
 * Bytes for each position of a layer that projections on eight directions take, with those of the style, their order and
 * gradients. Of tiles they are held apart, side by side and sorted.
 */
const SLICED_BYTES = 3 * 4 * 8;
const TILED_SLICED_BYTES = 10 * 4 * 8;

/**
 * Memory of the whole process while it paints at one scale, in bytes. docs/large.md has the measurements that its
 * constants were fitted to.
 *
 * @param coreSidePx of tiles, without their halo; the whole picture at once where left out.
 */
export function forecastBytes(size: Size, painted: Painted, coreSidePx = Number.POSITIVE_INFINITY): number {
  const { network, options, styles } = painted;
  const layers = { ...options.contentLayers, ...options.styleLayers };
  const weightBytes = Object.values(network.tensors).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  const pixels = size.width * size.height;
  const given =
    PICTURE_BYTES * painted.finalSize.width * painted.finalSize.height * (1 + styles * options.styleScale ** 2);
  const seen = Object.keys(layers);
  const isWhole = coreSidePx === Number.POSITIVE_INFINITY;
  const features = isWhole
    ? PER_FEATURE *
      Math.max(1, pixels / IDLE_PX) ** IDLE_GROWTH *
      (pixels * featuresPerPixel(network, deepestLayer(network, layers)))
    : featuresInTiles(size, network, seen, coreSidePx);
  const held = given + pixels * bytesPerPixel(size, painted, isWhole);
  return BASE_BYTES + PER_WEIGHT_BYTE * weightBytes + 4 * features + held;
}

/** Numbers held while a picture is looked at and painted in tiles. */
function featuresInTiles(size: Size, network: Network, layers: readonly string[], coreSidePx: number): number {
  const largest = (tiles: readonly Tile[]) => Math.max(...tiles.map(({ region }) => region.width * region.height));
  const all = wholeStage(network, layers);
  const looked =
    LOOKED_PER_FEATURE * largest(tilesOf(size, all.halo, coreSidePx)) * featuresPerPixel(network, all.last);
  const stages = stagesOf(network, layers);
  const painted = tilesByStage(size, network, stages, coreSidePx).map(
    ({ stage, tiles }) => TILE_PER_FEATURE * largest(tiles) * featuresPerPixel(network, stage.last, stage.first),
  );
  // What one stage leaves to the next, and the gradient with respect to it; the picture's own comes after them.
  const left = stages.slice(1).reduce((sum, { channels, stride }) => sum + channels / stride ** 2, 0);
  const held = Math.max(2 * left, left + 3) - 3;
  return Math.max(looked, ...painted) + Math.max(0, held) * size.width * size.height;
}

/** What is held of the whole picture, for each pixel. */
function bytesPerPixel(size: Size, { network, options, steps }: Painted, isWhole: boolean): number {
  const maps = Object.keys(options.contentLayers).map((layer) => {
    const { dimensions } = layerOf(network, layer, size);
    return (4 * dimensions) / layerStride(network, layer) ** 2;
  });
  const strides = Object.keys(options.styleLayers).map((layer) => layerStride(network, layer));
  const sliced = isWhole ? SLICED_BYTES : TILED_SLICED_BYTES;
  const projected = options.statistic === 'sliced' ? strides.map((stride) => sliced / stride ** 2) : [];
  const pairs = (2 * PICTURE_BYTES * Math.min(HISTORY, steps)) / (isLarge(size) ? 4 : 1);
  return (
    PICTURE_BYTES * (PICTURES + (options.averaging > 0 ? 1 : 0)) +
    (options.optimizer === 'lbfgs' ? pairs : 4 * PICTURE_BYTES) +
    [...maps, ...projected].reduce((sum, bytes) => sum + bytes, 0)
  );
}

/** Sides of tiles' cores, in pixels. Smaller ones would be mostly halo. */
const CORE_SIDES_PX = [2048, 1536, 1280, 1024, 896, 768, 640, 512, 448, 384, 320, 256, 192, 128];
export const LEAST_CORE_SIDE_PX = Math.min(...CORE_SIDES_PX);

/**
 * How a scale fits into memory: Infinity where it does whole, else the longest side of a tile's core.
 *
 * @returns undefined where it does not fit at all.
 */
export function fittingCoreSidePx(size: Size, painted: Painted, maxBytes: number): number | undefined {
  return [Number.POSITIVE_INFINITY, ...CORE_SIDES_PX].find((side) => forecastBytes(size, painted, side) <= maxBytes);
}

/**
 * The next smaller tiles, for a scale that turned out to need more memory than was forecast.
 *
 * @returns undefined where tiles are as small as they get.
 */
export function smallerCoreSidePx({ width, height }: Size, coreSidePx: number): number | undefined {
  const side = Math.min(coreSidePx, Math.max(width, height));
  return CORE_SIDES_PX.find((smaller) => smaller <= 0.75 * side);
}

/**
 * Refuses a painting that does not fit into memory.
 *
 * @throws GivernyError OUT_OF_MEMORY with the long side that would fit.
 */
export function assertFits(size: Size, painted: Painted, maxBytes: number): void {
  if (fittingCoreSidePx(size, painted, maxBytes) !== undefined) return;
  const longSidePx = Math.max(size.width, size.height);
  const scaled = ({ width, height }: Size, side: number): Size => ({
    width: Math.ceil((width * side) / longSidePx),
    height: Math.ceil((height * side) / longSidePx),
  });
  let [fits, tooLarge] = [0, longSidePx];
  while (tooLarge - fits > 16) {
    const side = Math.round((fits + tooLarge) / 2);
    const smaller = { ...painted, finalSize: scaled(painted.finalSize, side) };
    if (fittingCoreSidePx(scaled(size, side), smaller, maxBytes) === undefined) tooLarge = side;
    else fits = side;
  }
  const least = Math.min(...[Number.POSITIVE_INFINITY, ...CORE_SIDES_PX].map((s) => forecastBytes(size, painted, s)));
  const instead =
    fits >= 32 ? `a long side of ${fits} pixels would fit` : `${painted.network.name} alone takes more than that`;
  throw new GivernyError(
    'OUT_OF_MEMORY',
    `Expected a painting that takes at most ${gigabytes(maxBytes)} but ${size.width}x${size.height} takes ${gigabytes(least)}: ${instead}.`,
  );
}

/** Such as "1.2 GB" and "350 MB". */
export const gigabytes = (bytes: number): string =>
  bytes < 0.95e9 ? `${Number((bytes / 1e6).toPrecision(2))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** Of the whole process at the scale that takes most, in tiles where it does not fit into `maxBytes` whole. */
export function forecastAll(scales: readonly Size[], paintedAt: (scale: number) => Painted, maxBytes: number): number {
  return Math.max(
    ...scales.map((scale, i) => {
      const painted = paintedAt(i);
      return forecastBytes(scale, painted, fittingCoreSidePx(scale, painted, maxBytes));
    }),
  );
}

/** Steps of a scale, and what each of them costs relative to those of other scales. */
interface Work {
  readonly steps: number;
  readonly work: number;
}

/** Work of the first so many steps; a scale that ended early counts whole. */
export function workOf(scales: readonly Work[], steps = Number.POSITIVE_INFINITY): number {
  let before = 0;
  return scales.reduce((sum, { steps: count, work }) => {
    const within = Math.min(count, Math.max(0, steps - before));
    before += count;
    return sum + within * work;
  }, 0);
}

/**
 * What a step takes besides the network's work on its pixels, in the same units: hundreds of small operations, the
 * optimiser, a picture to show. Fitted to sizes of 128 to 512 pixels with the pocket network, in Node and in browsers.
 */
export const STEP_WORK = 6e8;

/**
 * What a scale takes before its first step: a new graph, whatever its size, and in its steps a look at the photo and the
 * styles and a first run in cold memory. Fitted to the same paintings.
 */
const ENTER_WORK = 2.4e9;
const STEPS_TO_ENTER = 1.8;

/**
 * Seconds to the end of a painting, with those to enter the scales that have not begun.
 *
 * @param done steps done.
 * @param pace seconds per unit of work, as measured so far.
 */
export function secondsLeft(scales: readonly Work[], done: number, pace: number): number {
  let before = 0;
  let toEnter = 0;
  for (const { steps, work } of scales) {
    if (before >= done) toEnter += ENTER_WORK + STEPS_TO_ENTER * work;
    before += steps;
  }
  return pace * (workOf(scales) - workOf(scales, done) + toEnter);
}

/**
 * Seconds per unit of work on one of two threads of a server processor (AMD EPYC): whole paintings of 384 to 1024 pixels,
 * with their start.
 */
const TYPICAL_PACE = 9e-11;

/** Seconds per unit of work, before anything was measured. */
export const typicalPace = (threads: number): number => TYPICAL_PACE / threads;
