/** Masks of a picture in flat colours, one per colour: how far each pixel has that colour. */
import { expected, GivernyError, show } from '../errors.js';
import type { Layered, Picture, Size } from './picture.js';
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

/** Distances in RGB, in levels. JPEG's noise beside an edge stays under the first. */
const SAME = 24;
/** A flat colour this near to a named one stands for it. */
const ALIKE = 60;
/** A blend may be this far from the straight line, or the triangle, between its colours: JPEG blurs hues. */
const ASIDE = 40;
/** Share of the pixels that may be neither a named colour nor a blend. */
const OTHER_SHARE = 0.02;

export interface ColorMasks {
  /** For each colour [height, width] row-major, 0..1. */
  readonly masks: readonly Float32Array[];
  /** [height, width]: how far each pixel is transparent. Beside `masks` it makes a sum of 1 at each pixel. */
  readonly rest: Float32Array;
  /** Says that the mask is soft; absent where each pixel belongs to one colour wholly. */
  readonly notice?: string;
}

/**
 * One mask per colour. A pixel in one of the colours, or in a flat colour near to one, belongs to it wholly; one on a
 * soft edge belongs to the two or three colours that its own is a blend of. Transparent parts belong to none.
 *
 * @param painted the mask as painted, at its own size.
 * @param colors what its regions are painted in.
 * @param names what sentences call the colours, such as `white` or `#00ff00`.
 * @throws GivernyError OPTION_INVALID where more than 2 % of the picture is in other colours, where two colours are the
 *   same, or where one is nowhere in the picture.
 */
export function masksOfColors(
  { picture, alpha }: Layered,
  colors: readonly RGB[],
  names: readonly string[],
): ColorMasks {
  if (new Set(colors.map(hexOf)).size < colors.length) {
    throw expected('colours that differ', "the mask's regions", names.join(', '));
  }
  const pixels = picture.width * picture.height;
  const blendAt = blender(picture, colors);
  const masks = colors.map(() => new Float32Array(pixels));
  const give = (i: number, shares: Shares) => {
    for (const mask of masks) mask[i] = 0;
    for (const [k, share] of shares) (masks[k] as Float32Array)[i] = share;
  };
  const mixed: number[] = [];
  for (let i = 0; i < pixels; i++) {
    if (alpha?.[i] === 0) continue;
    const { away, shares } = blendAt(i);
    if (away > SAME) mixed.push(i);
    for (const [k, share] of shares) (masks[k] as Float32Array)[i] = share;
  }

  // What is flat is a colour, not an edge. That is found out before any of them changes its shares.
  const flat = mixed.filter((i) => isFlat(masks, i, picture));
  const flatAt = new Set(flat);
  const others = new ColorCount();
  for (const i of mixed) {
    const { nearest, away, aside, color } = blendAt(i);
    if (!flatAt.has(i) && aside <= ASIDE) continue;
    give(i, away > ALIKE ? [] : [[nearest, 1]]);
    if (away > ALIKE) others.add(i, color);
  }
  if (others.pixels.length > OTHER_SHARE * pixels) {
    const edges = others.pixels.filter((i) => !flatAt.has(i)).length;
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected a mask painted in ${names.join(', ')} alone but ${others.sentence(pixels)}.${2 * edges > others.pixels.length ? SOFT_ADVICE : ''}`,
    );
  }
  const missing = masks.findIndex((mask) => !mask.some((share) => share > 0.5));
  if (missing >= 0) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected every colour named to occur in the mask but ${show(names[missing])} is nowhere in it.`,
    );
  }
  for (const i of others.pixels) give(i, [[blendAt(i).nearest, 1]]);

  let soft = mixed.filter((i) => masks.every((mask) => (mask[i] as number) < 1)).length;
  const rest = new Float32Array(pixels);
  for (let i = 0; alpha && i < pixels; i++) {
    const cover = (alpha[i] as number) / 255;
    rest[i] = 1 - cover;
    if (cover > 0 && cover < 1 && masks.some((mask) => mask[i] === 1)) soft++;
    for (const mask of masks) mask[i] = (mask[i] as number) * cover;
  }
  if (soft === 0) return { masks, rest };
  const notice = `${percent(soft / pixels)} of it is on soft edges, which are taken as blends of the colours beside them`;
  return { masks, rest, notice };
}

const SOFT_ADVICE = ' Save the mask as PNG, without anti-aliasing: --feather <px> softens the borders while painting.';

const percent = (share: number) => (share < 0.01 ? 'less than 1 %' : `${Math.round(100 * share)} %`);

/** Indices of colours, with how much of a pixel each has: sum 1. */
type Shares = readonly (readonly [index: number, share: number])[];

/** A colour as a blend of named ones. */
interface Blend {
  /** What is blended, in 8 bits. */
  readonly color: RGB;
  /** Index of the nearest named colour, and how far that is away. */
  readonly nearest: number;
  readonly away: number;
  readonly shares: Shares;
  /** How far the blend is from the colour. */
  readonly aside: number;
}

/** The blends of a picture's pixels by their index. Colours recur, and each is worked out once. */
function blender({ width, height, data }: Picture, colors: readonly RGB[]): (i: number) => Blend {
  const pixels = width * height;
  const known = new Map<number, Blend>();
  const level = (at: number) => Math.round(Math.min(255, Math.max(0, data[at] as number)));
  let last: Blend | undefined;
  let lastKey = -1;
  return (i) => {
    const [r, g, b] = [level(i), level(pixels + i), level(2 * pixels + i)];
    const key = (r << 16) | (g << 8) | b;
    if (last && key === lastKey) return last;
    last = known.get(key) ?? blendOf([r, g, b], colors);
    lastKey = key;
    known.set(key, last);
    return last;
  };
}

const minus = (a: RGB, b: RGB): RGB => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: RGB, b: RGB) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const distance = (a: RGB, b: RGB) => Math.sqrt(dot(minus(a, b), minus(a, b)));

/**
 * The blend of two colours that is nearest to a colour, of equally near ones that of the two nearest to each other;
 * where none is near, the blend of three, as regions meet in threes.
 */
function blendOf(color: RGB, colors: readonly RGB[]): Blend {
  const distances = colors.map((other) => distance(color, other));
  const away = Math.min(...distances);
  const nearest = distances.indexOf(away);
  const blended = (shares: Shares): Blend => {
    const sum = [0, 0, 0] as [number, number, number];
    for (const [k, share] of shares) for (const c of [0, 1, 2] as const) sum[c] += share * (colors[k] as RGB)[c];
    return { color, nearest, away, shares, aside: distance(color, sum) };
  };
  let best = blended([[nearest, 1]]);
  if (away <= SAME) return best;
  let length = Number.POSITIVE_INFINITY;
  for (const [i, a] of colors.entries()) {
    for (const [j, b] of colors.slice(0, i).entries()) {
      const line = minus(b, a);
      const share = dot(minus(color, a), line) / dot(line, line);
      if (share <= 0 || share >= 1) continue;
      const blend = blended([
        [i, 1 - share],
        [j, share],
      ]);
      const gain = best.aside - blend.aside;
      if (gain > 1e-6 || (gain > -1e-6 && dot(line, line) < length)) [best, length] = [blend, dot(line, line)];
    }
  }
  if (best.aside <= SAME) return best;
  for (const [i, a] of colors.entries()) {
    for (const [j, b] of colors.slice(0, i).entries()) {
      for (const [k, c] of colors.slice(0, j).entries()) {
        const [u, v, w] = [minus(b, a), minus(c, a), minus(color, a)];
        // 0 where the three lie on one line: the shares are not finite then, and no blend.
        const determinant = dot(u, u) * dot(v, v) - dot(u, v) ** 2;
        const s = (dot(v, v) * dot(w, u) - dot(u, v) * dot(w, v)) / determinant;
        const t = (dot(u, u) * dot(w, v) - dot(u, v) * dot(w, u)) / determinant;
        if (!(s > 0 && t > 0 && s + t < 1)) continue;
        const blend = blended([
          [i, 1 - s - t],
          [j, s],
          [k, t],
        ]);
        if (blend.aside < best.aside) best = blend;
      }
    }
  }
  return best;
}

/** A colour is flat where it is the same at this share of the mask's width to one side, and of its height up or down. */
const REACH = 1 / 32;
/** The difference of shares under which two pixels are the same. */
const EVEN = 0.012;

/** Whether a pixel lies in an even area. The slowest gradient that is no such area crosses the whole mask. */
function isFlat(masks: readonly Float32Array[], i: number, { width, height }: Size): boolean {
  const [x, y] = [i % width, Math.floor(i / width)];
  const same = (j: number) => masks.every((mask) => Math.abs((mask[i] as number) - (mask[j] as number)) < EVEN);
  const reach = (side: number) => Math.max(2, Math.round(REACH * side));
  const [across, down] = [reach(width), reach(height)];
  if (!(x >= across && same(i - across)) && !(x + across < width && same(i + across))) return false;
  return (y >= down && same(i - down * width)) || (y + down < height && same(i + down * width));
}

/** Pixels of other colours than the named ones. Colours alike count together, as noise makes many of one. */
class ColorCount {
  readonly pixels: number[] = [];
  readonly #groups = new Map<number, { count: number; sum: [number, number, number] }>();

  add(i: number, [r, g, b]: RGB): void {
    this.pixels.push(i);
    // Groups are centred on 0, 32, ... 128 ... 256, as the colours that people choose are.
    const key = (Math.round(r / 32) * 9 + Math.round(g / 32)) * 9 + Math.round(b / 32);
    const group = this.#groups.get(key) ?? { count: 0, sum: [0, 0, 0] };
    group.count++;
    group.sum[0] += r;
    group.sum[1] += g;
    group.sum[2] += b;
    this.#groups.set(key, group);
  }

  /** The share of all of them, and the three commonest colours. */
  sentence(whole: number): string {
    const groups = [...this.#groups.values()].sort((a, b) => b.count - a.count);
    const hex = ({ count, sum }: { count: number; sum: number[] }) => hexOf(sum.map((total) => total / count));
    const all = percent(this.pixels.length / whole);
    if (groups.length === 1) return `${all} of it is ${groups.map(hex)}`;
    const some = groups.slice(0, 3).map((group) => `${hex(group)} (${percent(group.count / whole)})`);
    return `${all} of it is in other colours: ${groups.length > 3 ? 'most in ' : ''}${some.join(', ')}`;
  }
}

/**
 * Masks with soft borders: blurred, and brought back to a sum of 1.
 *
 * @param masks each [height, width]; with the rest, sum 1 at each pixel.
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
 * @param masks each [from.height, from.width]; with the rest, sum 1 at each pixel.
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

/** Clipped to 0..1 and divided by their sum; 0 where all are. */
function shares(masks: readonly Float32Array[]): Float32Array[] {
  const clipped = masks.map((mask) => mask.map((value) => Math.min(1, Math.max(0, value))));
  const sums = (clipped[0] ?? new Float32Array()).map((_, i) =>
    clipped.reduce((sum, mask) => sum + (mask[i] as number), 0),
  );
  return clipped.map((mask) => mask.map((value, i) => value / ((sums[i] as number) || 1)));
}
