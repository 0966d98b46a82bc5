/** Painted masks: which pixels of a picture belong to which region, told by flat colours. */
import { expected, GivernyError, show } from '../errors.js';
import type { Picture, Size } from './picture.js';
import { blur, resamplePlanes } from './resample.js';

/** Red, green, blue in 0..255. */
export type RGB = readonly [number, number, number];

/** The basic colours of CSS, and the commonest of the others. */
const NAMES: Readonly<Record<string, string>> = {
  black: '#000000',
  white: '#ffffff',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  red: '#ff0000',
  maroon: '#800000',
  lime: '#00ff00',
  green: '#008000',
  olive: '#808000',
  blue: '#0000ff',
  navy: '#000080',
  yellow: '#ffff00',
  cyan: '#00ffff',
  aqua: '#00ffff',
  teal: '#008080',
  magenta: '#ff00ff',
  fuchsia: '#ff00ff',
  purple: '#800080',
  orange: '#ffa500',
  pink: '#ffc0cb',
  brown: '#a52a2a',
};

/**
 * A colour written as `#rrggbb`, `#rgb` or a name of CSS such as `red`, in letters of either case.
 *
 * @throws GivernyError OPTION_INVALID.
 */
export function parseColor(text: string): RGB {
  const word = text.trim().toLowerCase();
  const hex = Object.hasOwn(NAMES, word) ? (NAMES[word] as string) : word.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
  if (!/^#[0-9a-f]{6}$/.test(hex)) {
    throw expected('#rrggbb, #rgb or a name such as white, black or red', 'a colour', text);
  }
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

const hexOf = (color: readonly number[]) =>
  `#${color
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

/** Levels, as a distance in RGB: compression and softened edges stay nearer to a colour of the mask than this. */
const NEAR = 60;
/** Share of the pixels that may be farther from every colour: edges between regions mix their colours. */
const MIXED_SHARE = 0.02;

/**
 * One mask per colour. Each pixel belongs wholly to the colour nearest to its own.
 *
 * @param regions the painted picture, at its own size.
 * @param colors what the regions are painted in.
 * @param names what sentences call the colours, such as `white` or `#00ff00`.
 * @returns for each colour [height, width] row-major, 0 or 1; over all colours they sum to 1 at each pixel.
 * @throws GivernyError OPTION_INVALID where more than 2 % of the pixels are far from every colour, where two colours
 *   are the same, or where one is nowhere in the picture.
 */
export function masksOf(regions: Picture, colors: readonly RGB[], names: readonly string[]): Float32Array[] {
  if (new Set(colors.map(hexOf)).size < colors.length) {
    throw expected('colours that differ', "the mask's regions", names.join(', '));
  }
  const pixels = regions.width * regions.height;
  const masks = colors.map(() => new Float32Array(pixels));
  const occurs = colors.map(() => false);
  const strangers = new Strangers();
  for (let i = 0; i < pixels; i++) {
    const r = regions.data[i] as number;
    const g = regions.data[pixels + i] as number;
    const b = regions.data[2 * pixels + i] as number;
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [k, [red, green, blue]] of colors.entries()) {
      const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (distance < least) [nearest, least] = [k, distance];
    }
    (masks[nearest] as Float32Array)[i] = 1;
    if (least <= NEAR ** 2) occurs[nearest] = true;
    else strangers.add(r, g, b);
  }
  if (strangers.count > MIXED_SHARE * pixels) {
    const { color, count } = strangers.commonest();
    const percent = Math.max(1, Math.round((100 * count) / pixels));
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected a mask painted in ${names.join(', ')} alone but ${percent} % of it is ${hexOf(color)}.`,
    );
  }
  const missing = occurs.indexOf(false);
  if (missing >= 0) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected every colour named to occur in the mask but ${show(names[missing])} is nowhere in it.`,
    );
  }
  return masks;
}

/** Counts colours alike together: noise makes many of one. */
class Strangers {
  count = 0;
  readonly #groups = new Map<number, { count: number; sum: [number, number, number] }>();

  add(r: number, g: number, b: number): void {
    this.count++;
    // Groups are centred on 0, 32, ... 128 ... 256, as the colours that people choose are.
    const key = (Math.round(r / 32) * 9 + Math.round(g / 32)) * 9 + Math.round(b / 32);
    const group = this.#groups.get(key) ?? { count: 0, sum: [0, 0, 0] };
    group.count++;
    group.sum[0] += r;
    group.sum[1] += g;
    group.sum[2] += b;
    this.#groups.set(key, group);
  }

  /** The largest group: its mean colour, and how many pixels. */
  commonest(): { color: number[]; count: number } {
    const { count, sum } = [...this.#groups.values()].reduce((a, b) => (b.count > a.count ? b : a));
    return { color: sum.map((total) => total / count), count };
  }
}

/**
 * Masks with soft borders: blurred, and brought back to a sum of 1.
 *
 * @param masks each [height, width]; sum 1 at each pixel.
 * @param size in pixels.
 * @param radiusPx how far a border reaches to either side, two deviations of the blur.
 * @returns masks like those given.
 */
export function feather(masks: readonly Float32Array[], size: Size, radiusPx: number): Float32Array[] {
  return shares(masks.map((mask) => blur(mask, size, radiusPx / 2)));
}

/**
 * Masks at the size of the picture that they are for.
 *
 * @param masks each [from.height, from.width]; sum 1 at each pixel.
 * @returns for each [to.height, to.width], in 0..1; sum 1 at each pixel.
 * @throws GivernyError IMAGE_SIZE as assertSameAspect.
 */
export function fitMasks(masks: readonly Float32Array[], from: Size, to: Size): Float32Array[] {
  assertSameAspect(from, to);
  return shares(masks.map((mask) => resamplePlanes(mask, from, to)));
}

/**
 * Checks that a mask has its picture's shape; a pixel may be lost to the rounding of a side.
 *
 * @throws GivernyError IMAGE_SIZE where the aspects differ by more than 1 %: one of the two was then cropped, or the
 *   mask is another picture's.
 */
export function assertSameAspect(mask: Size, painted: Size): void {
  const width = (painted.height * mask.width) / mask.height;
  const height = (painted.width * mask.height) / mask.width;
  if (Math.abs(width - painted.width) <= Math.max(1, 0.01 * painted.width)) return;
  if (Math.abs(height - painted.height) <= Math.max(1, 0.01 * painted.height)) return;
  throw new GivernyError(
    'IMAGE_SIZE',
    `Expected a mask of its picture's shape, ${painted.width}x${painted.height} or as wide to high, but it is ${mask.width}x${mask.height}.`,
  );
}

/** Clipped to 0..1 and divided by their sum. */
function shares(masks: readonly Float32Array[]): Float32Array[] {
  const clipped = masks.map((mask) => mask.map((value) => Math.min(1, Math.max(0, value))));
  const sums = (clipped[0] ?? new Float32Array()).map((_, i) =>
    clipped.reduce((sum, mask) => sum + (mask[i] as number), 0),
  );
  return clipped.map((mask) => mask.map((value, i) => value / (sums[i] as number)));
}
