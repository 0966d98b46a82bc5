/** The example styles: each draws the same picture every time, unlike the others, with texture all over. */
import { describe, expect, it } from 'vitest';
import type { Canvas } from '../../examples/styles/canvas.js';
import { styles } from '../../examples/styles/styles.js';

const [WIDTH, HEIGHT] = [96, 72];
const pictures = new Map(Object.entries(styles).map(([name, draw]) => [name, draw(WIDTH, HEIGHT, 7)]));

/** Mean and spread of each channel, 0 to 255. */
function statistics(canvas: Canvas): number[] {
  const bytes = canvas.bytes();
  return [0, 1, 2].flatMap((channel) => {
    const values = bytes.filter((_, i) => i % 3 === channel);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return [mean, Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)];
  });
}

/** How much green goes up and down inside a 12 by 12 tile: the spread of its values. */
function textures(canvas: Canvas): number[] {
  const spreads: number[] = [];
  for (let top = 0; top < HEIGHT; top += 12)
    for (let left = 0; left < WIDTH; left += 12) {
      const tile = Array.from(
        { length: 144 },
        (_, i) => canvas.get(left + (i % 12), top + Math.floor(i / 12))[1] * 255,
      );
      const mean = tile.reduce((sum, v) => sum + v, 0) / 144;
      spreads.push(Math.sqrt(tile.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 144));
    }
  return spreads;
}

describe.each([...pictures])('%s', (name, picture) => {
  it('fills the canvas with colours', () => {
    expect(picture.pixels).toHaveLength(WIDTH * HEIGHT * 3);
    expect(picture.pixels.every(Number.isFinite)).toBe(true);
  });

  it('draws the same picture every time', () => {
    expect(styles[name]?.(WIDTH, HEIGHT, 7).bytes()).toEqual(picture.bytes());
  });

  it('has texture everywhere', () => {
    const spreads = textures(picture).sort((a, b) => a - b);
    expect(spreads[0]).toBeGreaterThan(2);
    expect(spreads[Math.floor(spreads.length / 2)]).toBeGreaterThan(9);
  });

  it('has a palette of its own', () => {
    const own = statistics(picture);
    for (const [other, canvas] of pictures) {
      if (other === name) continue;
      const apart = Math.hypot(...statistics(canvas).map((v, i) => v - (own[i] as number)));
      expect(apart, `${name} and ${other}`).toBeGreaterThan(15);
    }
  });
});
