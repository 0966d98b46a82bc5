/** What optimisation leaves in a picture that no painter would: grain, rims, a frame, clipped colours. */
import type { Picture } from '#dist/core/pictures/picture.js';

/** Side of the squares whose spectra are taken, in pixels. */
const TILE_PX = 32;
/** Frequencies from here up, in cycles per tile, are "near Nyquist" (16): waves of up to 2.7 pixels. */
const NEAR_NYQUIST = 12;
const HANN = Array.from({ length: TILE_PX }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / TILE_PX) ** 2);
const COSINES = Array.from({ length: TILE_PX }, (_, i) => Math.cos((2 * Math.PI * i) / TILE_PX));
const SINES = Array.from({ length: TILE_PX }, (_, i) => Math.sin((2 * Math.PI * i) / TILE_PX));

/**
 * Share of a picture's spectral energy, means left out, that lies near the Nyquist frequency along either axis, over
 * all three channels: 0 for a smooth picture, about 0.48 for white noise, 1 for a chequerboard of single pixels.
 * Spectra are those of 32x32 tiles under a Hann window (Welch's method); a partial tile at the edge is left out.
 */
export function grain({ width, height, data }: Picture): number {
  let high = 0;
  let all = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y + TILE_PX <= height; y += TILE_PX) {
      for (let x = 0; x + TILE_PX <= width; x += TILE_PX) {
        const tile = tileSpectrum(data, (channel * height + y) * width + x, width);
        high += tile.high;
        all += tile.all;
      }
    }
  }
  return all > 0 ? high / all : 0;
}

function tileSpectrum(data: Float32Array, start: number, width: number): { high: number; all: number } {
  const pixel = (x: number, y: number) => data[start + y * width + x] as number;
  const indices = HANN.map((_, i) => i);
  const mean = indices.reduce((sum, y) => sum + indices.reduce((row, x) => row + pixel(x, y), 0), 0) / TILE_PX ** 2;
  const real = new Float64Array(TILE_PX ** 2);
  for (let i = 0; i < real.length; i++) {
    const [x, y] = [i % TILE_PX, Math.floor(i / TILE_PX)];
    real[i] = (pixel(x, y) - mean) * (HANN[x] as number) * (HANN[y] as number);
  }
  const rows = transformRows({ real, imaginary: new Float64Array(real.length) });
  const spectrum = transformRows({ real: transposed(rows.real), imaginary: transposed(rows.imaginary) });
  let high = 0;
  let all = 0;
  for (let i = 0; i < real.length; i++) {
    const [u, v] = [frequency(i % TILE_PX), frequency(Math.floor(i / TILE_PX))];
    const energy = (spectrum.real[i] as number) ** 2 + (spectrum.imaginary[i] as number) ** 2;
    if (Math.max(u, v) >= NEAR_NYQUIST) high += energy;
    if (Math.max(u, v) > 0) all += energy;
  }
  return { high, all };
}

const frequency = (index: number) => Math.min(index, TILE_PX - index);

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Fourier transform of every row, term by term: tiles are small. */
function transformRows({ real, imaginary }: Complex): Complex {
  const result = { real: new Float64Array(real.length), imaginary: new Float64Array(real.length) };
  for (let i = 0; i < real.length; i++) {
    const [k, start] = [i % TILE_PX, i - (i % TILE_PX)];
    let [re, im] = [0, 0];
    for (let x = 0; x < TILE_PX; x++) {
      const [c, s] = [COSINES[(k * x) % TILE_PX] as number, SINES[(k * x) % TILE_PX] as number];
      const [a, b] = [real[start + x] as number, imaginary[start + x] as number];
      re += a * c + b * s;
      im += b * c - a * s;
    }
    result.real[i] = re;
    result.imaginary[i] = im;
  }
  return result;
}

function transposed(square: Float64Array): Float64Array {
  return square.map((_, i) => square[(i % TILE_PX) * TILE_PX + Math.floor(i / TILE_PX)] as number);
}

const FLAT_TILE_PX = 16;
/** Which part of a picture's tiles are its flat areas. */
const FLAT_SHARE = 1 / 4;

/**
 * Grain where a picture is flat, in levels of 0..255: what a blur by one pixel takes away from luminance, root mean
 * square over the quarter of its 16x16 tiles that vary least otherwise. A partial tile at the edge is left out.
 */
export function flatGrain(picture: Picture): number {
  const { width, height } = picture;
  const sharp = luminance(picture);
  const soft = blurred(sharp, width);
  const forms = blurred(blurred(soft, width), width);
  const tiles: { readonly contrast: number; readonly grain: number }[] = [];
  for (let y = 0; y + FLAT_TILE_PX <= height; y += FLAT_TILE_PX) {
    for (let x = 0; x + FLAT_TILE_PX <= width; x += FLAT_TILE_PX) {
      const pixels = Array.from(
        { length: FLAT_TILE_PX ** 2 },
        (_, i) => (y + Math.floor(i / FLAT_TILE_PX)) * width + x + (i % FLAT_TILE_PX),
      );
      const mean = average(pixels.map((i) => forms[i] as number));
      const contrast = average(pixels.map((i) => ((forms[i] as number) - mean) ** 2));
      tiles.push({ contrast, grain: average(pixels.map((i) => ((sharp[i] as number) - (soft[i] as number)) ** 2)) });
    }
  }
  const flat = tiles.sort((a, b) => a.contrast - b.contrast).slice(0, Math.ceil(FLAT_SHARE * tiles.length));
  return flat.length > 0 ? Math.sqrt(average(flat.map((tile) => tile.grain))) : 0;
}

/** Edges are where a pixel's blurred luminance rises by more than this many levels. */
const EDGE_LEVELS = 1;

/**
 * How far a picture looks embossed, in levels of 0..255: an edge with a rim is lighter than its light side and darker
 * than its dark side, where strokes are one of the two and steps are neither. The lesser of both excesses, within 2
 * pixels against 4 to 5 pixels away, across each edge where it is steepest; sum over edges by the number of pixels.
 */
export function rim(picture: Picture): number {
  const { width, height } = picture;
  const light = luminance(picture);
  const soft = blurred(light, width);
  const at = (plane: Float64Array, x: number, y: number) => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const pixel = (px: number, py: number) =>
      plane[Math.min(height - 1, Math.max(0, py)) * width + Math.min(width - 1, Math.max(0, px))] as number;
    const [right, below] = [x - left, y - top];
    const upper = pixel(left, top) + right * (pixel(left + 1, top) - pixel(left, top));
    return upper + below * (pixel(left, top + 1) + right * (pixel(left + 1, top + 1) - pixel(left, top + 1)) - upper);
  };
  const slopes = soft.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.hypot(at(soft, x + 1, y) - at(soft, x - 1, y), at(soft, x, y + 1) - at(soft, x, y - 1)) / 2;
  });
  let total = 0;
  for (let i = 0; i < light.length; i++) {
    const slope = slopes[i] as number;
    if (slope <= EDGE_LEVELS) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    const across = (at(soft, x + 1, y) - at(soft, x - 1, y)) / (2 * slope);
    const down = (at(soft, x, y + 1) - at(soft, x, y - 1)) / (2 * slope);
    const along = (plane: Float64Array, pixels: number) => at(plane, x + pixels * across, y + pixels * down);
    if (slope < along(slopes, 1) || slope < along(slopes, -1)) continue;
    const excess = (side: 1 | -1) => {
      const near = Math.max(side * along(light, side), side * along(light, 2 * side));
      return near - (side * (along(light, 4 * side) + along(light, 5 * side))) / 2;
    };
    total += Math.max(0, Math.min(excess(1), excess(-1)));
  }
  return total / light.length;
}

/** Rec. 601 luma. */
function luminance({ width, height, data }: Picture): Float64Array {
  const plane = width * height;
  const value = (i: number, channel: number) => data[channel * plane + i] as number;
  return Float64Array.from(
    { length: plane },
    (_, i) => 0.299 * value(i, 0) + 0.587 * value(i, 1) + 0.114 * value(i, 2),
  );
}

/** Means of each pixel and its eight neighbours by 1 2 1 in both directions; beyond the border it goes on as at it. */
function blurred(plane: Float64Array, width: number): Float64Array {
  const height = plane.length / width;
  const rows = plane.map((here, i) => {
    const x = i % width;
    return (2 * here + (plane[x > 0 ? i - 1 : i] as number) + (plane[x + 1 < width ? i + 1 : i] as number)) / 4;
  });
  return rows.map((here, i) => {
    const y = Math.floor(i / width);
    const [above, below] = [rows[y > 0 ? i - width : i] as number, rows[y + 1 < height ? i + width : i] as number];
    return (2 * here + above + below) / 4;
  });
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const FRAME_PX = 8;

/**
 * Energy of a picture's outermost 8 pixels as a multiple of that of the 8 pixels just inside: mean squared
 * differences of neighbours, all channels. About 1 where nothing happens at the border.
 */
export function border({ width, height, data }: Picture): number {
  const frame = { energy: 0, count: 0 };
  const inside = { energy: 0, count: 0 };
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const depth = Math.min(x, y, width - 1 - x, height - 1 - y);
    if (depth >= 2 * FRAME_PX) continue;
    const zone = depth < FRAME_PX ? frame : inside;
    const here = data[i] as number;
    if (x + 1 < width) add(zone, here - (data[i + 1] as number));
    if (y + 1 < height) add(zone, here - (data[i + width] as number));
  }
  return inside.energy > 0 ? frame.energy / frame.count / (inside.energy / inside.count) : 1;
}

function add(zone: { energy: number; count: number }, difference: number): void {
  zone.energy += difference ** 2;
  zone.count++;
}

/** Share of values, all channels, that are as dark or as bright as a file can hold. */
export function clipped({ data }: Picture): number {
  let count = 0;
  for (const value of data) if (value <= 0 || value >= 255) count++;
  return count / data.length;
}
