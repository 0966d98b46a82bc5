/** Pictures that need no painting, and must not win: they go through the same measures as two more programs each. */

import { fitPicture } from '#dist/core/pictures/fit.js';
import { type Picture, picture } from '#dist/core/pictures/picture.js';

/** What each guard makes of a photo and a painting; of the photo's size. */
export const GUARDS: Readonly<Record<string, (photo: Picture, painting: Picture) => Promise<Picture>>> = {
  'unchanged photo': async (photo) => photo,
  'copied painting': async (photo, painting) => (await fitPicture({ picture: painting }, photo)).picture,
  'photo, recoloured': async (photo, painting) => recoloured(photo, painting),
  'double exposure': async (photo, painting) => {
    const copy = (await fitPicture({ picture: painting }, photo)).picture;
    return { ...photo, data: photo.data.map((value, i) => (value + (copy.data[i] as number)) / 2) };
  },
};

/**
 * Mean and deviation of each channel as in the painting, clipped: Reinhard, Ashikhmin, Gooch & Shirley, "Color
 * Transfer between Images", IEEE CG&A 21 (2001), in RGB.
 */
export function recoloured(photo: Picture, painting: Picture): Picture {
  const planes = [0, 1, 2].map((channel) => {
    const [from, to] = [moments(photo, channel), moments(painting, channel)];
    const factor = from.deviation > 0 ? to.deviation / from.deviation : 0;
    return from.plane.map((value) => Math.min(255, Math.max(0, (value - from.mean) * factor + to.mean)));
  });
  return picture(photo.width, photo.height, Float32Array.from(planes.flatMap((plane) => [...plane])));
}

function moments({ width, height, data }: Picture, channel: number) {
  const plane = data.subarray(channel * width * height, (channel + 1) * width * height);
  const mean = plane.reduce((total, value) => total + value, 0) / plane.length;
  const variance = plane.reduce((total, value) => total + (value - mean) ** 2, 0) / plane.length;
  return { plane, mean, deviation: Math.sqrt(variance) };
}

/** The middle of a picture, 7/8 of its sides. */
export function cropped({ width, height, data }: Picture): Picture {
  const [columns, rows] = [Math.round((width * 7) / 8), Math.round((height * 7) / 8)];
  const [left, top] = [(width - columns) >> 1, (height - rows) >> 1];
  const result = picture(columns, rows);
  for (let i = 0; i < result.data.length; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns) % rows];
    const channel = Math.floor(i / (columns * rows));
    result.data[i] = data[(channel * height + top + y) * width + left + x] as number;
  }
  return result;
}
