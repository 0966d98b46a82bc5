/** The example photos: each is the same picture every time, with colours and light and dark. */
import { describe, expect, it } from 'vitest';
import { fruit } from '../../examples/photos/fruit.js';
import { lake } from '../../examples/photos/lake.js';

describe.each(Object.entries({ lake, fruit }))('%s', (_, photo) => {
  it('has light, dark and several colours, the same every time', () => {
    const bytes = photo(24, 18, 7).bytes();
    expect(photo(24, 18, 7).bytes()).toEqual(bytes);
    const pixels = Array.from({ length: 432 }, (_, i) => [...bytes.subarray(3 * i, 3 * i + 3)] as const);
    const brightness = pixels.map(([r = 0, g = 0, b = 0]) => (r + g + b) / 3);
    expect(Math.max(...brightness) - Math.min(...brightness)).toBeGreaterThan(120);
    const share = (is: (r: number, g: number, b: number) => boolean) =>
      pixels.filter(([r = 0, g = 0, b = 0]) => is(r, g, b)).length / pixels.length;
    expect(share((r, _, b) => r > b + 25)).toBeGreaterThan(0.04);
    expect(share((r, _, b) => b > r + 12)).toBeGreaterThan(0.04);
  });
});
