/** The photo and the styles with the colours that the options ask for, and how to finish what is painted of them. */
import type { Style } from '../costs/areas.js';
import { luminanceOnly, matchColors, matchLuminance, type Opacities, withLuminanceOf } from '../pictures/colors.js';
import type { Picture } from '../pictures/picture.js';
import { resample } from '../pictures/resample.js';
import type { SettledJob } from './job.js';

export interface Colored {
  readonly content: Picture;
  readonly styles: readonly Style[];
  /** A picture to start from, as the costs see pictures. */
  begin(start: Picture): Picture;
  /** A painted picture, as people see it. */
  finish(painted: Picture): Picture;
}

export function colored({ content, opacity, styles, options: { colors } }: SettledJob): Colored {
  const same = (picture: Picture) => picture;
  if (colors === 'painting') return { content, styles, begin: same, finish: same };
  const restyled = (change: (style: Picture, opacity: Opacities) => Picture) =>
    styles.map((style) => ({ ...style, picture: change(style.picture, { style: style.opacity, to: opacity }) }));
  if (colors !== 'photo') {
    const matched = restyled((style, opacities) => matchColors(style, content, colors, opacities));
    return { content, styles: matched, begin: same, finish: same };
  }
  const grey = luminanceOnly(content);
  return {
    content: grey,
    styles: restyled((style, opacities) => matchLuminance(luminanceOnly(style), grey, opacities)),
    begin: luminanceOnly,
    finish: (painted) => withLuminanceOf(resample(content, painted.width, painted.height), painted),
  };
}
