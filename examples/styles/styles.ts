/** All example styles by name, in gallery order. */
import type { Style } from './canvas.js';
import { dots } from './dots.js';
import { facets } from './facets.js';
import { glass } from './glass.js';
import { gold } from './gold.js';
import { ink } from './ink.js';
import { mosaic } from './mosaic.js';
import { pastel } from './pastel.js';
import { swirls } from './swirls.js';
import { waves } from './waves.js';

export const styles: Readonly<Record<string, Style>> = {
  swirls,
  dots,
  glass,
  mosaic,
  waves,
  ink,
  facets,
  pastel,
  gold,
};
