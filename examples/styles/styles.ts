/** All example styles by name, in gallery order. */
import type { Style } from './canvas.js';
import { dots } from './dots.js';
import { glass } from './glass.js';
import { ink } from './ink.js';
import { mosaic } from './mosaic.js';
import { swirls } from './swirls.js';
import { waves } from './waves.js';

export const styles: Readonly<Record<string, Style>> = { swirls, dots, glass, mosaic, waves, ink };
