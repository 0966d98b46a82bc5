/** A job at one scale. */
import type { Scene } from '../costs/setting.js';
import { sizeOfLongSide } from '../pictures/fit.js';
import type { Picture, Size } from '../pictures/picture.js';
import { resample, resamplePlanes } from '../pictures/resample.js';
import type { Colored } from './colored.js';
import type { SettledJob } from './job.js';
import type { Scale } from './schedule.js';

/** The scene of one scale, looked at by `network`. */
export function sceneAt(
  { opacity, regions, options }: SettledJob,
  { content, styles }: Pick<Colored, 'content' | 'styles'>,
  scale: Scale,
  network: Scene['network'],
): Scene {
  const longSidePx = Math.max(scale.width, scale.height) * options.styleScale;
  const planeAt = (plane: Float32Array, from: Size, to: Size) => resamplePlanes(plane, from, to).map(toShare);
  return {
    network,
    options,
    content: sameSize(content, scale) ? content : resample(content, scale.width, scale.height),
    opacity: opacity && planeAt(opacity, content, scale),
    styles: styles.map((style) => {
      const picture = toLongSide(style.picture, longSidePx);
      return { ...style, picture, opacity: style.opacity && planeAt(style.opacity, style.picture, picture) };
    }),
    regions:
      regions &&
      Object.fromEntries(
        Object.entries(regions).map(([name, region]) => [
          name,
          { ...region, mask: planeAt(region.mask, content, scale) },
        ]),
      ),
  };
}

/** Resampling would make a copy, which of a large picture is memory wasted. */
const sameSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height;

const toShare = (value: number) => Math.min(1, Math.max(0, value));

function toLongSide(style: Picture, longSidePx: number): Picture {
  const { width, height } = sizeOfLongSide(style, longSidePx);
  return width === style.width && height === style.height ? style : resample(style, width, height);
}
