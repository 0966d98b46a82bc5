import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { cholesky, lowerInverse, ofEigenvalues, product } from '../../src/core/pictures/color-matrices.js';
import {
  type ColorMatch,
  distribution,
  luminanceOnly,
  matchColors,
  matchHistogram,
  matchLuminance,
  withLuminanceOf,
} from '../../src/core/pictures/colors.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { resample } from '../../src/core/pictures/resample.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { waves } from '../support/pictures.js';
import { pythonWith } from '../support/python.js';

const load = async (path: string, width: number, height: number) => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const result = resample((await readPicture(file)).picture, width, height);
  result.data.set(result.data.map((value) => Math.min(255, Math.max(0, value))));
  return result;
};
let swirls: Picture;
let dots: Picture;
beforeAll(async () => {
  swirls = await load('examples/styles/swirls.jpg', 160, 120);
  dots = await load('examples/styles/dots.jpg', 150, 71);
});

const LINEAR = ['cholesky', 'symmetric', 'pca'] as const;
const ALL: readonly ColorMatch[] = [...LINEAR, 'histogram'];

const plane = ({ width, height, data }: Picture, channel: number) =>
  data.subarray(channel * width * height, (channel + 1) * width * height);
const pixel = (source: Picture, i: number) => [0, 1, 2].map((c) => plane(source, c)[i] as number);
const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const covariance = (source: Picture) =>
  [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => {
      const [x, y] = [plane(source, i), plane(source, j)];
      return x.reduce((sum, value, k) => sum + value * (y[k] as number), 0) / x.length - mean(x) * mean(y);
    }),
  );
const grey = (values: Float32Array, width: number) =>
  picture(width, values.length / width, Float32Array.of(...values, ...values, ...values));
const flat = (r: number, g: number, b: number) =>
  picture(
    8,
    4,
    Float32Array.from({ length: 96 }, (_, i) => [r, g, b][Math.floor(i / 32)] as number),
  );

/** Largest difference, as a share of the largest number wanted. */
function off(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(actual.length).toBe(wanted.length);
  const numbers = Array.from(wanted);
  return (
    Math.max(...numbers.map((value, i) => Math.abs(value - (actual[i] as number)))) / Math.max(...numbers.map(Math.abs))
  );
}

describe('matrices', () => {
  const m = [5, 2, -1, 2, 3, 0.5, -1, 0.5, 2];
  test('functions of eigenvalues', () => {
    const root = ofEigenvalues(m, Math.sqrt);
    expect(off(product(root, root), m)).toBeLessThan(1e-14);
    expect(
      off(
        product(
          m,
          ofEigenvalues(m, (x) => 1 / x),
        ),
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
      ),
    ).toBeLessThan(1e-14);
    expect(ofEigenvalues([4, 0, 0, 0, 9, 0, 0, 0, 1], Math.sqrt)).toEqual([2, 0, 0, 0, 3, 0, 0, 0, 1]);
  });
  test('Cholesky, also of what is singular', () => {
    const transposed = (l: readonly number[]) => [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => l[i] as number);
    for (const wanted of [m, [1, 1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 2, 4, 0, 4, 8]]) {
      const l = cholesky(wanted);
      expect([l[1], l[2], l[5]]).toEqual([0, 0, 0]);
      expect(off(product(l, transposed(l)), wanted)).toBeLessThan(1e-14);
    }
    expect(off(product(lowerInverse(cholesky(m)), cholesky(m)), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-14);
  });
});

describe('matching colours', () => {
  test.each(LINEAR)('%s: mean and covariance become those of the other picture', (method) => {
    for (const [style, to] of [
      [swirls, dots],
      [dots, swirls],
      [waves(40, 30), swirls],
    ] as const) {
      const matched = matchColors(style, to, method);
      expect([matched.width, matched.height]).toEqual([style.width, style.height]);
      for (const c of [0, 1, 2]) expect(mean(plane(matched, c))).toBeCloseTo(mean(plane(to, c)), 2);
      expect(off(covariance(matched), covariance(to))).toBeLessThan(1e-3);
    }
  });

  test.each([...LINEAR, 'histogram'] as const)('%s: of transparent pixels nothing counts', (method) => {
    const upper = ({ width, height, data }: Picture) => {
      const rows = Math.floor(height / 3);
      const pixels = rows * width;
      const opacity = Float32Array.from({ length: width * height }, (_, i) => (i < pixels ? 0.5 : 0));
      const cut = picture(width, rows);
      for (const c of [0, 1, 2]) plane(cut, c).set(data.subarray(c * width * height, c * width * height + pixels));
      return { opacity, cut };
    };
    const [style, to] = [upper(swirls), upper(dots)];
    const matched = upper(matchColors(swirls, dots, method, { style: style.opacity, to: to.opacity })).cut.data;
    const wanted = matchColors(style.cut, to.cut, method).data;
    expect(Math.max(...matched.map((value, i) => Math.abs(value - (wanted[i] as number))))).toBeLessThan(1e-2);
    const all = matchColors(swirls, dots, method, {
      style: new Float32Array(style.opacity.length).fill(0.3),
      to: new Float32Array(to.opacity.length).fill(1),
    }).data;
    const alike = matchColors(swirls, dots, method).data;
    expect(Math.max(...all.map((value, i) => Math.abs(value - (alike[i] as number))))).toBeLessThan(1e-2);
  });

  test('luminance: of transparent pixels nothing counts', () => {
    const plain = new Float32Array(swirls.width * swirls.height).fill(0);
    plain[5] = 1;
    const to = new Float32Array(dots.width * dots.height).fill(0);
    to[7] = 1;
    // One pixel has no deviation: the style takes its luminance, and no contrast.
    const matched = matchLuminance(swirls, dots, { style: plain, to });
    expect(pixel(matched, 0)[0]).toBeCloseTo(pixel(luminanceOnly(dots), 7)[0] as number, 3);
  });

  test('the shape of each map: triangular, or symmetric and positive', () => {
    // The last four pixels show the columns of A.
    const style = picture(dots.width, dots.height, dots.data.slice());
    const last = dots.width * dots.height - 4;
    for (const [k, colour] of [
      [100, 100, 100],
      [101, 100, 100],
      [100, 101, 100],
      [100, 100, 101],
    ].entries()) {
      for (const [c, value] of colour.entries()) plane(style, c)[last + k] = value;
    }
    const columns = (method: ColorMatch) => {
      const matched = matchColors(style, swirls, method);
      return [last + 1, last + 2, last + 3].map((i) =>
        pixel(matched, i).map((value, c) => value - (pixel(matched, last)[c] as number)),
      );
    };
    const [, second, third] = columns('cholesky') as [number[], number[], number[]];
    expect([second[0], third[0], third[1]]).toEqual([0, 0, 0]);
    const a = columns('symmetric') as [number[], number[], number[]];
    for (const i of [0, 1, 2]) {
      expect(a[i]?.[i]).toBeGreaterThan(0);
      for (const j of [0, 1, 2]) expect(a[i]?.[j]).toBeCloseTo(a[j]?.[i] as number, 3);
    }
    const p = columns('pca') as [number[], number[], number[]];
    expect(Math.abs((p[0][1] as number) - (p[1][0] as number))).toBeGreaterThan(0.01);
  });

  const numpy = pythonWith(['numpy']);
  if (!numpy) console.log('Skipped: colour maps against numpy need python3 with numpy.');
  test.skipIf(!numpy).each(LINEAR)('%s: every pixel is as numpy maps it', (method) => {
    const program = `import sys, numpy as np
x = np.frombuffer(sys.stdin.buffer.read(), '<f4').astype(float)
style, to = x[:${swirls.data.length}].reshape(3, -1), x[${swirls.data.length}:].reshape(3, -1)
S, T = np.cov(style, bias=True), np.cov(to, bias=True)
def root(m):
  d, v = np.linalg.eigh(m)
  return v @ np.diag(np.sqrt(d)) @ v.T
inv, chol = np.linalg.inv, np.linalg.cholesky
A = dict(cholesky=lambda: chol(T) @ inv(chol(S)), pca=lambda: root(T) @ inv(root(S)),
  symmetric=lambda: inv(root(S)) @ root(root(S) @ T @ root(S)) @ inv(root(S)))['${method}']()
y = A @ (style - style.mean(1, keepdims=True)) + to.mean(1, keepdims=True)
sys.stdout.buffer.write(y.astype('<f4').tobytes())`;
    const input = Buffer.from(Float32Array.of(...swirls.data, ...dots.data).buffer);
    const theirs = execFileSync(numpy as string, ['-c', program], { input, maxBuffer: 2 ** 26 });
    const ours = matchColors(swirls, dots, method).data;
    expect(
      off(ours, new Float32Array(theirs.buffer.slice(theirs.byteOffset, theirs.byteOffset + theirs.length))),
    ).toBeLessThan(1e-5);
  });

  test.each(ALL)('%s: a style of one colour, or to one colour, becomes that mean', (method) => {
    for (const result of [
      matchColors(flat(10, 200, 30), swirls, method),
      matchColors(swirls, flat(10, 200, 30), method),
    ]) {
      const wanted = result.width === 8 ? [0, 1, 2].map((c) => mean(plane(swirls, c))) : [10, 200, 30];
      for (const c of [0, 1, 2]) {
        expect(
          off(
            plane(result, c),
            plane(result, c)
              .slice()
              .fill(wanted[c] as number),
          ),
        ).toBeLessThan(1e-4);
      }
    }
  });

  test.each(ALL)('%s: a grey style takes means and contrast, colour of one hue; a colour one turns grey', (method) => {
    const greySwirls = luminanceOnly(swirls);
    const coloured = matchColors(greySwirls, dots, method);
    expect(coloured.data.every(Number.isFinite)).toBe(true);
    for (const c of [0, 1, 2]) expect(mean(plane(coloured, c))).toBeCloseTo(mean(plane(dots, c)), 1);
    expect(Math.max(...coloured.data)).toBeLessThan(400);
    const faded = matchColors(swirls, luminanceOnly(dots), method);
    if (method === 'histogram') return;
    for (let i = 0; i < 100; i++) {
      const [r, g, b] = pixel(faded, i * 97) as [number, number, number];
      expect(Math.max(Math.abs(r - g), Math.abs(g - b))).toBeLessThan(0.1);
    }
  });

  test.each(LINEAR)('%s: noise of less than a level is not blown up to full contrast', (method) => {
    const noisy = flat(100, 100, 100);
    noisy.data.forEach((value, i) => {
      noisy.data[i] = value + (i % 3 === 0 ? 0.1 : 0);
    });
    const before = Math.sqrt(covariance(swirls)[0] as number);
    expect(Math.sqrt(covariance(matchColors(noisy, swirls, method))[0] as number)).toBeLessThan(0.2 * before);
  });
});

describe('histograms', () => {
  const quantile = (values: Float32Array, share: number) =>
    values.slice().sort()[Math.floor(share * (values.length - 1))] as number;

  test('quantiles become those of a picture of another size', () => {
    const matched = matchColors(swirls, dots, 'histogram');
    for (const c of [0, 1, 2]) {
      for (const share of [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]) {
        expect(Math.abs(quantile(plane(matched, c), share) - quantile(plane(dots, c), share))).toBeLessThan(1.5);
      }
      expect(mean(plane(matched, c))).toBeCloseTo(mean(plane(dots, c)), 2);
    }
  });

  test('without ties and of one size, the values are the very ones, in the order of the style', () => {
    const style = grey(Float32Array.of(5, 1, 4, 2, 3, 0), 3);
    const to = grey(Float32Array.of(10, 60, 20, 50, 30, 40), 3);
    expect([...plane(matchColors(style, to, 'histogram'), 1)]).toEqual([60, 20, 50, 30, 40, 10]);
    const half = grey(Float32Array.of(9, 7, 8), 3);
    expect([...plane(matchColors(half, to, 'histogram'), 0)]).toEqual([55, 15, 35]);
  });

  test('a channel may have more values than a Map has room for', () => {
    const ascending = new Float32Array(2 ** 24 + 2);
    const bits = new Uint32Array(ascending.buffer);
    for (let i = 0; i < bits.length; i++) bits[i] = 0x3f800000 + i;
    const matched = matchHistogram(ascending, undefined, distribution(Float32Array.of(10, 20)));
    expect([matched[0], matched.at(-1)]).toEqual([10, 20]);
  });

  test('equal values stay equal, larger ones larger', () => {
    const style = luminanceOnly(swirls);
    style.data.forEach((value, i) => {
      style.data[i] = Math.round(value / 20);
    });
    const [from, to] = [plane(style, 0), plane(matchColors(style, dots, 'histogram'), 0)];
    const order = Array.from(from.keys()).sort((a, b) => (from[a] as number) - (from[b] as number));
    for (const [k, i] of order.entries()) {
      const before = order[k - 1];
      if (before === undefined) continue;
      if (from[before] === from[i]) expect(to[i]).toBe(to[before]);
      else expect(to[i]).toBeGreaterThan(to[before] as number);
    }
  });
});

describe('luminance', () => {
  test('of pure colours is that of YIQ, in all three channels', () => {
    const result = luminanceOnly(flat(255, 0, 0));
    for (const c of [0, 1, 2]) expect(plane(result, c)[5]).toBeCloseTo(76.245, 3);
    expect(pixel(luminanceOnly(flat(0, 100, 200)), 0)[0]).toBeCloseTo(81.5, 3);
    expect(off(luminanceOnly(luminanceOnly(swirls)).data, luminanceOnly(swirls).data)).toBeLessThan(1e-6);
  });

  test('takes mean and deviation of another picture', () => {
    const matched = matchLuminance(swirls, dots);
    const target = luminanceOnly(dots);
    expect(plane(matched, 1)).toEqual(plane(matched, 0));
    expect(mean(plane(matched, 0))).toBeCloseTo(mean(plane(target, 0)), 2);
    expect(off(covariance(matched), covariance(target))).toBeLessThan(1e-4);
    expect(pixel(matchLuminance(flat(9, 9, 9), flat(80, 80, 80)), 3)[2]).toBeCloseTo(80, 4);
  });

  test('of another picture, in the colours of this: exact luminance, the same hue, within 0..255', () => {
    const source = resample(dots, swirls.width, swirls.height);
    source.data.forEach((value, i) => {
      source.data[i] = Math.min(255, Math.max(0, 2 * value - 128));
    });
    const result = withLuminanceOf(swirls, source);
    expect(Math.min(...result.data)).toBeGreaterThan(-1e-3);
    expect(Math.max(...result.data)).toBeLessThan(255.001);
    expect(off(luminanceOnly(result).data, luminanceOnly(source).data)).toBeLessThan(1e-5);
    const [y, own] = [luminanceOnly(source), luminanceOnly(swirls)];
    let [shrunk, largest, turned] = [0, 0, 0];
    for (let i = 0; i < swirls.width * swirls.height; i++) {
      const before = pixel(swirls, i).map((value) => value - (own.data[i] as number));
      const after = pixel(result, i).map((value) => value - (y.data[i] as number));
      const share = Math.hypot(...after) / Math.hypot(...before);
      largest = Math.max(largest, share);
      if (share < 0.99) shrunk++;
      // The same direction of colour is the same hue.
      for (const c of [0, 1, 2]) {
        turned = Math.max(turned, Math.abs((after[c] as number) - share * (before[c] as number)));
      }
    }
    expect(largest).toBeLessThan(1.001);
    expect(turned).toBeLessThan(0.01);
    expect(shrunk).toBeGreaterThan(100);
    expect(shrunk).toBeLessThan((swirls.width * swirls.height) / 2);
  });

  test('its own luminance leaves a picture as it is, another size is refused', () => {
    expect(off(withLuminanceOf(swirls, swirls).data, swirls.data)).toBeLessThan(1e-6);
    expect(() => withLuminanceOf(swirls, dots)).toThrow('160x120 need a luminance of that size, not 150x71');
  });
});
