/** Small pictures with structure at several scales, made in the test. */
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { seededNumbers } from './random.js';

/** Waves of random direction, length and colour over a little noise. */
export function waves(width: number, height: number, seed = 1): Picture {
  const numbers = seededNumbers(seed);
  const result = picture(width, height);
  const plane = width * height;
  for (let channel = 0; channel < 3; channel++) {
    const terms = Array.from({ length: 5 }, () => ({
      x: (numbers() - 0.5) * 1.5,
      y: (numbers() - 0.5) * 1.5,
      phase: numbers() * 6,
    }));
    for (let i = 0; i < plane; i++) {
      const value = terms.reduce(
        (total, { x, y, phase }) => total + Math.sin((i % width) * x + Math.floor(i / width) * y + phase),
        0,
      );
      result.data[channel * plane + i] = Math.min(255, Math.max(0, 128 + 35 * value + 20 * (numbers() - 0.5)));
    }
  }
  return result;
}
