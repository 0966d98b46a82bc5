/** What optimisation leaves in a picture that no painter would: grain, a frame, clipped colours. */
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
