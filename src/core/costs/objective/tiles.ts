/** How a picture is cut into tiles, and what of its layers each tile counts. */
import type { Size } from '../../pictures/picture.js';

/** In pixels of a picture or in positions of a layer. */
export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * A part of a picture. The network runs over its region; only positions of its core are counted, so that each position
 * of each layer is counted by exactly one tile, and sees there what it sees in the whole picture.
 */
export interface Tile {
  readonly region: Rect;
  readonly core: Rect;
  /** Of the whole picture. */
  readonly picture: Size;
}

/** The whole picture as one tile. */
export function wholeTile({ width, height }: Size): Tile {
  const all = { x: 0, y: 0, width, height };
  return { region: all, core: all, picture: { width, height } };
}

/** How cores lie, and how far regions reach beyond them. */
export interface Halo {
  /** Cores start at multiples of it. */
  readonly stride: number;
  /** On each side. A multiple of the stride of the deepest layer that is computed, so that no pool has a rest. */
  readonly px: number;
}

/**
 * Cuts a picture into tiles. Cores start at multiples of a stride, so that pools fall as they do in the whole picture.
 * Around its core a region has a halo; where that would leave the picture it ends at the border.
 *
 * @param coreSidePx the most that a core may measure along each axis; at least one stride is taken.
 */
export function tilesOf(picture: Size, { stride, px }: Halo, coreSidePx: number): Tile[] {
  const side = Math.max(1, Math.floor(coreSidePx / stride)) * stride;
  const spans = (length: number) => {
    // Even cores waste less on halos than full ones and a last sliver.
    const count = Math.ceil(length / side);
    const each = Math.ceil(length / count / stride) * stride;
    return Array.from({ length: Math.ceil(length / each) }, (_, i) => {
      const [from, to] = [i * each, Math.min(length, (i + 1) * each)];
      const [begin, end] = [Math.max(0, from - px), Math.min(length, to + px)];
      return { from, length: to - from, begin, extent: end - begin };
    });
  };
  return spans(picture.height).flatMap((down) =>
    spans(picture.width).map((across): Tile => {
      return {
        region: { x: across.begin, y: down.begin, width: across.extent, height: down.extent },
        core: { x: across.from, y: down.from, width: across.length, height: down.length },
        picture,
      };
    }),
  );
}

/** The positions of a layer that a tile counts, in the whole layer. */
export const coreOf = ({ core, picture }: Tile, stride: number): Rect => positionsOf(core, picture, stride);

/** The positions of a layer that see a rectangle of a picture, which starts and ends at multiples of the stride. */
export function positionsOf({ x, y, width, height }: Rect, picture: Size, stride: number): Rect {
  const span = (from: number, length: number, whole: number): [number, number] => {
    // At the picture's far border a last position may see less than a stride of pixels.
    const end = from + length === whole ? Math.ceil(whole / stride) : (from + length) / stride;
    return [from / stride, end - from / stride];
  };
  const [left, columns] = span(x, width, picture.width);
  const [top, rows] = span(y, height, picture.height);
  return { x: left, y: top, width: columns, height: rows };
}

/** The same within the features of the tile's own region. */
export function coreInRegion(tile: Tile, stride: number): Rect {
  const { x, y, width, height } = coreOf(tile, stride);
  return { x: x - tile.region.x / stride, y: y - tile.region.y / stride, width, height };
}

/** Equal for tiles whose graphs are the same. */
export function shapeOf({ region, core, picture }: Tile): string {
  const { x, y, width, height } = coreInRegion({ region, core, picture }, 1);
  const ends = [core.x + core.width === picture.width, core.y + core.height === picture.height];
  return [region.width, region.height, x, y, width, height, ...ends].join();
}

/** A rectangle of planes [..., H, W] as [..., h, w]. */
export function cut(data: Float32Array, { width, height }: Size, rect: Rect): Float32Array {
  if (rect.width === width && rect.height === height) return data;
  const planes = data.length / (width * height);
  const result = new Float32Array(planes * rect.width * rect.height);
  eachRow(planes, { width, height }, rect, (whole, part) => {
    result.set(data.subarray(whole, whole + rect.width), part);
  });
  return result;
}

/** Puts planes [..., h, w] into their place in planes [..., H, W]. */
export function paste(into: Float32Array, { width, height }: Size, part: Float32Array, rect: Rect): void {
  eachRow(into.length / (width * height), { width, height }, rect, (to, from) => {
    into.set(part.subarray(from, from + rect.width), to);
  });
}

/** Adds planes [..., h, w] to planes [..., H, W] in their place. */
export function addAt(into: Float32Array, { width, height }: Size, part: Float32Array, rect: Rect): void {
  eachRow(into.length / (width * height), { width, height }, rect, (to, from) => {
    for (let i = 0; i < rect.width; i++) into[to + i] = (into[to + i] as number) + (part[from + i] as number);
  });
}

/** Calls `visit` with where each row of a rectangle begins, in the whole planes and in the rectangle's own. */
function eachRow(planes: number, { width, height }: Size, rect: Rect, visit: (whole: number, part: number) => void) {
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < rect.height; row++) {
      visit((plane * height + rect.y + row) * width + rect.x, (plane * rect.height + row) * rect.width);
    }
  }
}
