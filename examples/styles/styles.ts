/** All example styles by name, in gallery order. */
import type { Style } from './canvas.js';
import { swirls } from './swirls.js';

export const styles: Readonly<Record<string, Style>> = { swirls };
