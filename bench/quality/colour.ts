/** How far a picture's colours are from a painting's, wherever in the picture they are. */
import type { Picture } from '#dist/core/pictures/picture.js';
import { RandomState } from '#dist/core/random.js';

const DIRECTIONS = 32;
const SAMPLES = 8192;

/**
 * Sliced Wasserstein distance between the colours of two pictures of any size in Oklab, times 100: black to white is
 * about 50: the mean over directions of the earth mover's
 * distance between the colours' shadows. Rabin, Peyre, Delon & Bernot, "Wasserstein Barycenter and Its Application to
 * Texture Mixing", SSVM 2011. Directions and pixels are drawn once and for all: two equal pictures are at 0.
 */
export function colourDistance(a: Picture, b: Picture): number {
  const [coloursA, coloursB] = [sampledColours(a), sampledColours(b)];
  const total = directions().reduce((sum, direction) => {
    const [shadowA, shadowB] = [shadow(coloursA, direction), shadow(coloursB, direction)];
    return sum + shadowA.reduce((moved, value, i) => moved + Math.abs(value - (shadowB[i] as number)), 0) / SAMPLES;
  }, 0);
  return (100 * total) / DIRECTIONS;
}

type Colour = readonly [number, number, number];

/**
 * Oklab's L, a, b of sRGB in 0..255: Ottosson, "A perceptual color space for image processing" (2020). White is
 * [1, 0, 0].
 */
export function oklab([red, green, blue]: Colour): Colour {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function linear(value: number): number {
  const c = Math.min(1, Math.max(0, value / 255));
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function sampledColours({ width, height, data }: Picture): Colour[] {
  const random = new RandomState(1);
  const plane = width * height;
  return Array.from({ length: SAMPLES }, () => {
    const i = Math.floor(random.uniform(0, plane));
    return oklab([data[i], data[plane + i], data[2 * plane + i]] as unknown as Colour);
  });
}

function directions(): Colour[] {
  const random = new RandomState(2);
  return Array.from({ length: DIRECTIONS }, () => {
    const [x, y, z] = [random.randn(), random.randn(), random.randn()];
    const length = Math.hypot(x, y, z);
    return [x / length, y / length, z / length];
  });
}

/** Sorted positions along a direction. */
function shadow(colours: readonly Colour[], [x, y, z]: Colour): Float64Array {
  return Float64Array.from(colours, ([l, a, b]) => x * l + y * a + z * b).sort();
}
