/** The photo and the styles with the colours that the options ask for, and how to finish what is painted of them. */
import type { Style } from '../costs/areas.js';
import { luminanceOnly, matchColors, matchLuminance, withLuminanceOf } from '../pictures/colors.js';
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

export function colored({ content, styles, options: { colors } }: SettledJob): Colored {
  const same = (picture: Picture) => picture;
  if (colors === 'painting') return { content, styles, begin: same, finish: same };
  const restyled = (change: (style: Picture) => Picture) =>
    styles.map((style) => ({ ...style, picture: change(style.picture) }));
  if (colors !== 'photo') {
    return { content, styles: restyled((style) => matchColors(style, content, colors)), begin: same, finish: same };
  }
  const grey = luminanceOnly(content);
  return {
    content: grey,
    styles: restyled((style) => matchLuminance(luminanceOnly(style), grey)),
    begin: luminanceOnly,
    finish: (painted) => withLuminanceOf(resample(content, painted.width, painted.height), painted),
  };
}
