/** The measures of bench/quality on cases whose answer is known, and its guards. No network is needed. */
import { describe, expect, test } from 'vitest';
import { border, clipped, flatGrain, grain, rim } from '../../bench/quality/artefacts.js';
import { colourDistance, oklab } from '../../bench/quality/colour.js';
import { selfSimilarity, ssim } from '../../bench/quality/content.js';
import { cropped, recoloured } from '../../bench/quality/guards.js';
import type { Scores } from '../../bench/quality/judge.js';
import { cellMeans, samples } from '../../bench/quality/look.js';
import { cosineDistances, euclideanDistances } from '../../bench/quality/matrices.js';
import { paretoChart } from '../../bench/quality/pareto.js';
import { planeChart } from '../../bench/quality/plane.js';
import { brokenGuards, type Result, summaries, tableOf } from '../../bench/quality/results.js';
import { nearness, relative } from '../../bench/quality/score.js';
import { energyDistance } from '../../bench/quality/style.js';
import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { waves } from '../support/pictures.js';
import { seededNumbers } from '../support/random.js';

const engine = createNodeEngine({ threads: 1 });

const matrix = (rows: readonly (readonly number[])[]) =>
  tensor([rows.length, (rows[0] as readonly number[]).length], Float32Array.from(rows.flat()));

/** A picture whose value depends on the place alone, the same in all channels. */
function grey(width: number, height: number, value: (x: number, y: number) => number): Picture {
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) =>
    value(i % width, Math.floor(i / width) % height),
  );
  return picture(width, height, data);
}

function cloud(count: number, shift: number, seed: number): Tensor {
  const numbers = seededNumbers(seed);
  return tensor(
    [count, 3],
    Float32Array.from({ length: 3 * count }, () => numbers() + shift),
  );
}

const energyBetween = async (x: Tensor, y: Tensor) =>
  energyDistance(
    await euclideanDistances(engine, x, y),
    await euclideanDistances(engine, x, x),
    await euclideanDistances(engine, y, y),
  );

describe('style', () => {
  test('distances by hand', async () => {
    const a = matrix([
      [3, 0],
      [0, 0],
    ]);
    const b = matrix([
      [0, 4],
      [1, 0],
      [-2, 0],
    ]);
    expect([...(await euclideanDistances(engine, a, b)).data]).toEqual([5, 2, 5, 4, 1, 2]);
    expect([...(await cosineDistances(engine, a, b)).data]).toEqual([1, 0, 2, 1, 1, 1]);
  });

  test('energy distance: 0 for one distribution, 1 for two points apart, more the farther apart', async () => {
    expect(await energyBetween(cloud(600, 0, 1), cloud(600, 0, 2))).toBeLessThan(0.05);
    const here = matrix([[0], [0], [0], [0]]);
    const there = matrix([[7], [7], [7], [7]]);
    expect(await energyBetween(here, there)).toBeCloseTo(1);
    const near = await energyBetween(cloud(400, 0, 1), cloud(400, 0.2, 2));
    const farther = await energyBetween(cloud(400, 0, 1), cloud(400, 0.6, 2));
    expect(near).toBeGreaterThan(0.1);
    expect(farther).toBeGreaterThan(2 * near);
  });

  test('energy distance sees what equal means and deviations hide', async () => {
    const numbers = seededNumbers(3);
    const twoPoints = tensor(
      [500, 1],
      Float32Array.from({ length: 500 }, (_, i) => (i % 2 ? 1 : -1)),
    );
    const uniform = tensor(
      [500, 1],
      Float32Array.from({ length: 500 }, () => Math.sqrt(3) * (2 * numbers() - 1)),
    );
    expect(await energyBetween(twoPoints, uniform)).toBeGreaterThan(0.15);
  });

  test('samples are features of all channels, the same places in pictures of one size', () => {
    const features = tensor(
      [1, 2, 5, 4],
      Float32Array.from({ length: 40 }, (_, i) => i),
    );
    const points = samples(features);
    expect(points.shape).toEqual([20, 2]);
    expect([...points.data].sort((a, b) => a - b)).toEqual([...features.data]);
    for (let row = 0; row < 20; row++) expect(points.data[2 * row + 1]).toBe((points.data[2 * row] as number) + 20);
    expect(samples(features)).toEqual(points);
  });

  test('cells are means', () => {
    const features = tensor(
      [1, 1, 2, 64],
      Float32Array.from({ length: 128 }, (_, i) => i % 64),
    );
    const cells = cellMeans(features);
    expect(cells.shape).toEqual([64, 1]);
    expect([...cells.data.slice(0, 3)]).toEqual([0.5, 2.5, 4.5]);
  });
});

describe('content', () => {
  test('self-similarity: 0 for another scale of distances, by hand otherwise', () => {
    const a = matrix([
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
    ]);
    const doubled = { ...a, data: a.data.map((value) => 2 * value) };
    expect(selfSimilarity(a, doubled)).toBe(0);
    const b = matrix([
      [0, 1, 1],
      [1, 0, 0],
      [1, 0, 0],
    ]);
    // Columns of b: halves as in a; all on the first; all on the first. Total variations 0, 1/2, 1/2.
    expect(selfSimilarity(a, b)).toBeCloseTo(1 / 3);
  });

  test('SSIM: 1 for itself, the formula for flat pictures, little for noise', () => {
    const photo = waves(80, 60);
    expect(ssim(photo, photo)).toBeCloseTo(1, 10);
    const c1 = (0.01 * 255) ** 2;
    const [dark, light] = [grey(40, 30, () => 50), grey(40, 30, () => 150)];
    expect(ssim(dark, light)).toBeCloseTo((2 * 50 * 150 + c1) / (50 ** 2 + 150 ** 2 + c1), 6);
    const numbers = seededNumbers(4);
    expect(
      Math.abs(
        ssim(
          photo,
          grey(80, 60, () => 255 * numbers()),
        ),
      ),
    ).toBeLessThan(0.1);
    expect(() => ssim(photo, dark)).toThrow('Expected pictures of one size but received 80x60 and 40x30.');
  });

  test('SSIM of a large picture looks at means of 2x2', () => {
    const [width, height] = [600, 512];
    const flat = grey(width, height, () => 128);
    const chequered = grey(width, height, (x, y) => ((x + y) % 2 ? 228 : 28));
    expect(ssim(flat, chequered)).toBeCloseTo(1, 6);
    expect(
      ssim(
        grey(300, 256, () => 128),
        cropTo(chequered, 300, 256),
      ),
    ).toBeLessThan(0.1);
  });
});

function cropTo(source: Picture, width: number, height: number): Picture {
  return grey(width, height, (x, y) => source.data[y * source.width + x] as number);
}

describe('colour', () => {
  test('Oklab of white, black and red', () => {
    const close = (colour: readonly number[], wanted: readonly number[]) =>
      wanted.forEach((value, i) => {
        expect(colour[i]).toBeCloseTo(value, 3);
      });
    close(oklab([255, 255, 255]), [1, 0, 0]);
    close(oklab([0, 0, 0]), [0, 0, 0]);
    close(oklab([255, 0, 0]), [0.628, 0.2249, 0.1258]);
  });

  test('0 for the same colours elsewhere, half of 100 from black to white', () => {
    const halves = grey(64, 64, (x) => (x < 32 ? 40 : 200));
    const mirrored = grey(64, 64, (x) => (x < 32 ? 200 : 40));
    expect(colourDistance(halves, halves)).toBe(0);
    expect(colourDistance(halves, mirrored)).toBeLessThan(1);
    // The mean of |cos| over all directions is 1/2; 32 directions come near.
    const whole = colourDistance(
      grey(32, 32, () => 0),
      grey(32, 32, () => 255),
    );
    expect(whole).toBeGreaterThan(40);
    expect(whole).toBeLessThan(60);
  });
});

describe('artefacts', () => {
  test('grain: chequerboard all, waves none, white noise as many as there are frequencies', () => {
    expect(grain(grey(64, 64, (x, y) => ((x + y) % 2 ? 255 : 0)))).toBeGreaterThan(0.99);
    expect(grain(grey(64, 64, (x) => 128 + 100 * Math.sin((2 * Math.PI * x) / 16)))).toBeLessThan(1e-3);
    expect(grain(grey(64, 64, () => 77))).toBe(0);
    const numbers = seededNumbers(5);
    expect(grain(grey(256, 256, () => 255 * numbers()))).toBeCloseTo((32 ** 2 - 23 ** 2) / 32 ** 2, 1);
  });

  test('grain of flat areas: none where edges are crisp, by hand of a chequerboard, not of a busy half', () => {
    expect(flatGrain(grey(64, 64, (x) => (x < 32 ? 20 : 220)))).toBe(0);
    // A blur by 1 2 1 both ways leaves nothing of single pixels that alternate.
    expect(flatGrain(grey(64, 64, (x, y) => 100 + ((x + y) % 2 ? 3 : -3)))).toBeCloseTo(3, 1);
    const numbers = seededNumbers(8);
    const busy = grey(64, 64, (x, y) => (x < 32 ? 100 + ((x + y) % 2) : 255 * numbers()));
    expect(flatGrain(busy)).toBeCloseTo(0.5, 1);
  });

  test('rim: of embossed edges, at any angle; none of steps and none of strokes', () => {
    const profiles: Record<string, (d: number) => number> = {
      step: (d) => (d < 0 ? 80 : 160),
      stroke: (d) => (Math.abs(d) < 2 ? 160 : 80),
      embossed: (d) => 120 + (Math.abs(d) < 2.5 ? 60 * Math.sign(d) : 0),
    };
    const rims = Object.entries(profiles).map(([name, profile]) => [
      name,
      ...[0, 0.5, 1.1].map((angle) =>
        rim(grey(64, 64, (x, y) => profile((x - 31.5) * Math.cos(angle) + (y - 31.5) * Math.sin(angle)))),
      ),
    ]);
    for (const [name, ...values] of rims) {
      // 60 levels above and below, for each of the 64 rows by 64 pixels.
      for (const value of values) {
        if (name === 'embossed') expect(value, name).toBeGreaterThan(0.6);
        else expect(value, name as string).toBeLessThan(0.2);
      }
    }
  });

  test('border: a frame shows, an even picture does not', () => {
    const numbers = seededNumbers(6);
    const noise = Array.from({ length: 128 * 96 }, () => numbers());
    const even = grey(128, 96, (x, y) => 100 * (noise[y * 128 + x] as number));
    expect(border(even)).toBeCloseTo(1, 1);
    const inFrame = (x: number, y: number) => Math.min(x, y, 127 - x, 95 - y) < 8;
    const framed = grey(128, 96, (x, y) => (inFrame(x, y) ? 3 : 1) * 50 * (noise[y * 128 + x] as number));
    expect(border(framed)).toBeGreaterThan(6);
    expect(border(grey(64, 64, () => 9))).toBe(1);
  });

  test('clipped: at the ends, not beside them', () => {
    expect(clipped(grey(10, 10, (x) => [0, 255, 1, 254, 128][x % 5] as number))).toBeCloseTo(0.4);
  });
});

describe('guards', () => {
  test('the photo recoloured has the mean and deviation of the painting', () => {
    const photo = grey(40, 40, (x) => 100 + x);
    const painting = grey(30, 20, (x) => 150 + 2 * (x % 2));
    const result = recoloured(photo, painting);
    const mean = result.data.reduce((sum, value) => sum + value, 0) / result.data.length;
    expect(mean).toBeCloseTo(151, 3);
    expect(result.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / result.data.length).toBeCloseTo(1, 3);
  });

  test('a crop is the middle', () => {
    const crop = cropped(grey(64, 32, (x, y) => 100 * y + x));
    expect([crop.width, crop.height]).toEqual([56, 28]);
    expect(crop.data[0]).toBe(204);
    expect(crop.data.at(-1)).toBe(100 * 29 + 59);
  });

  test('the score is 0 where either side is lost', () => {
    expect(nearness(1, 0)).toBe(0);
    expect(nearness(0, 1.2)).toBe(0);
    expect(nearness(0.36, 0.75)).toBeCloseTo(0.4);
    expect(relative(3, 1, 5)).toBe(0.5);
    expect(() => relative(1, 2, 2)).toThrow('Expected a photo and a painting that differ');
  });

  test('a photo that beats a preset, or a trick that beats all, is said aloud', () => {
    const all = [result('balanced', 'preset', 0.5), result('draft', 'preset', 0.3), result('weak', 'variant', 0.1)];
    const guards = [result('unchanged photo', 'guard', 0), result('double exposure', 'guard', 0.4)];
    expect(brokenGuards(summaries([...all, ...guards]))).toEqual([]);
    expect(brokenGuards(summaries([...all, result('unchanged photo', 'guard', 0.35)]))).toEqual([
      'Expected "unchanged photo" to score below 0.300 but it scored 0.350.',
    ]);
    expect(brokenGuards(summaries([...all, result('double exposure', 'guard', 0.6)]))).toHaveLength(1);
  });
});

describe('report', () => {
  const results = [
    result('slow & good', 'preset', 0.6, 100),
    result('slow & good', 'preset', 0.4, 300, 'c*d'),
    result('fast', 'preset', 0.3, 10),
    result('dominated', 'reference', 0.2, 20),
    result('double exposure', 'guard', 0.1),
  ];

  test('means over pairs, best first', () => {
    const table = tableOf(results, '# Quality').split('\n');
    const rows = table.filter((line) => line.startsWith('| ')).map((line) => line.split(' | '));
    expect(rows[2]?.slice(0, 2)).toEqual(['| slow & good', '0.500']);
    expect(rows[2]?.at(-2)).toBe('200.0');
    expect(rows[5]?.slice(0, 2)).toEqual(['| _double exposure_', '0.100']);
  });

  test('the chart is well-formed, names every program and rings those that none beats', () => {
    const svg = paretoChart(summaries(results), 'a < b');
    for (const name of ['slow &amp; good', 'fast', 'dominated', 'double exposure', 'a &lt; b']) {
      expect(svg).toContain(name);
    }
    expect(svg).not.toContain('NaN');
    // Two on the front, and one in the legend.
    expect(svg.match(/stroke="#d9a62e"/g)).toHaveLength(3);
  });

  test('on the plane the nearer to photo and painting, the farther to the lower left', () => {
    const at = (program: string, content: number, style: number): Result => {
      const made = result(program, 'preset', nearness(content, style), 1);
      return { ...made, scores: { ...made.scores, content, style } };
    };
    const all = [at('truer', 0.2, 0.5), at('bolder', 0.5, 0.2), { ...at('photo', 0, 1), kind: 'guard' as const }];
    const svg = planeChart(summaries(all), 'a < b');
    // Those of the plot; the one below is the legend's.
    const discs = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="7"/g)]
      .map(([, x, y]) => [Number(x), Number(y)])
      .filter(([, y = 0]) => y < 520);
    expect(discs).toHaveLength(2);
    // Up is farther from the painting: y counts downwards. The photo is off the plot.
    const [[left, top], [right, bottom]] = discs.sort(([a = 0], [b = 0]) => a - b) as [number[], number[]];
    expect(left).toBeLessThan(right as number);
    expect(top).toBeLessThan(bottom as number);
    expect(svg).not.toContain('NaN');
    expect(svg).not.toContain('>photo<');
    // Curves of equal score run down to the right.
    const curve = /<polyline points="([^"]+)"/
      .exec(svg)?.[1]
      ?.split(' ')
      .map((point) => point.split(',').map(Number));
    expect(curve?.at(-1)?.[1]).toBeGreaterThan(curve?.[0]?.[1] as number);
  });
});

function result(program: string, kind: Result['kind'], score: number, seconds?: number, pair = 'a*b'): Result {
  const others = { style: 0, content: 0, selfSimilarity: 0, ssim: 0, colour: 0 };
  const scores: Scores = { ...others, score, grain: 1, flatGrain: 1, rim: 1, border: 1, clipped: 0 };
  return { program, kind, pair, scores, seconds, peakBytes: seconds === undefined ? undefined : 1e9 };
}
