/** The loop of a painting, on small networks and pictures. */
import { describe, expect, test } from 'vitest';
import { areasOf, type Region } from '../../src/core/costs/areas.js';
import { wholeObjective } from '../../src/core/costs/objective/whole.js';
import type { Network } from '../../src/core/networks/network.js';
import { subtractMean } from '../../src/core/networks/pixels.js';
import { type OptionsInput, resolveOptions } from '../../src/core/options/options.js';
import type { Job, Revision, Step } from '../../src/core/painting/job.js';
import { paint } from '../../src/core/painting/paint.js';
import { scalesOf } from '../../src/core/painting/schedule.js';
import { luminanceOnly } from '../../src/core/pictures/colors.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { resample } from '../../src/core/pictures/resample.js';
import { watchedEngine } from '../support/engine.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const network = smallNetwork([[6], [8], [10]]);
const [width, height] = [64, 48];
const photo = waves(width, height, 1);
const painting = waves(width, height, 2);
const styles = [{ picture: painting, weight: 1 }];

/** All that matters here, so that no default does. */
function optionsOf(input: OptionsInput = {}) {
  return resolveOptions({
    ...('alpha' in input ? {} : { strength: 0.6 }),
    statistic: 'gram',
    colors: 'painting',
    styleScale: 1,
    padding: 'replicate',
    contentLayers: 'conv3_1',
    styleLayers: 'conv1_1,conv2_1',
    tv: 0,
    flatness: 0,
    optimizer: 'lbfgs',
    learningRate: 2,
    averaging: 0,
    clamp: 'yes',
    tolerance: 0,
    steps: 8,
    firstSteps: 8,
    firstSize: 0,
    init: 'content',
    ...input,
  });
}

const jobOf = (options: OptionsInput = {}, rest: Partial<Job> = {}): Job => ({
  content: photo,
  styles,
  network,
  options: optionsOf(options),
  ...rest,
});

interface Taken extends Omit<Step, 'picture' | 'costs'> {
  readonly costs: Costs;
  readonly picture: Picture;
}

/** All steps of a painting; `revise` may hand the painting something after a step. */
async function stepsOf(
  job: Job,
  revise: (step: number) => Revision | undefined = () => undefined,
  engine = watchedEngine(),
): Promise<Taken[]> {
  const steps: Taken[] = [];
  const painted = paint(job, engine);
  let next = await painted.next();
  while (!next.done) {
    const { value } = next;
    steps.push({ ...value, costs: value.costs as Costs & Step['costs'], picture: value.picture });
    next = await painted.next(revise(value.step));
  }
  expect(engine.open).toBe(0);
  return steps;
}

const last = <T>(list: readonly T[]) => list.at(-1) as T;

async function paintedOf(options: OptionsInput = {}, rest: Partial<Job> = {}): Promise<Picture> {
  return last(await stepsOf(jobOf(options, rest))).picture;
}

/** Mean difference of two pictures in levels, over the pixels for which `where` holds. */
function difference(a: Picture, b: Picture, where: (x: number, y: number) => boolean = () => true): number {
  const own = { sum: 0, count: 0 };
  for (const [i, value] of a.data.entries()) {
    if (!where(i % a.width, Math.floor(i / a.width) % a.height)) continue;
    own.sum += Math.abs(value - (b.data[i] as number));
    own.count++;
  }
  return own.sum / own.count;
}

/** The costs that are always there with these options. */
type Costs = Readonly<Record<'total' | 'content' | 'style', number>>;

/** Costs of a picture against photo and style, by the same measure for all. */
async function costsOf(of: Picture, style = painting) {
  const targets = { content: photo, styles: [{ picture: style, weight: 1 }] };
  const scene = { network, ...targets, options: optionsOf({ strength: 0.5 }) };
  const objective = await wholeObjective(watchedEngine(), scene);
  const { costs } = await objective.evaluate(subtractMean(of, network));
  await objective.dispose();
  return costs as Costs;
}

describe('scales', () => {
  test('steps tell where they are, pictures grow, the last has the full size', async () => {
    const job = jobOf({ firstSize: 45, firstSteps: 5, steps: 3 });
    const scales = scalesOf(photo, resolveOptions(job.options));
    expect(scales).toHaveLength(2);
    const steps = await stepsOf(job);
    const wanted = scales.flatMap((scale, s) => Array<number>(scale.steps).fill(s));
    expect(steps.map(({ scale }) => scale)).toEqual(wanted);
    for (const [i, step] of steps.entries()) {
      expect(step).toMatchObject({ step: i, steps: 8, scales: 2 });
      expect([step.picture.width, step.picture.height]).toEqual([
        scales[step.scale]?.width,
        scales[step.scale]?.height,
      ]);
      expect(step.seconds).toBeGreaterThan(0);
      expect(step.notice).toBeUndefined();
    }
    expect([last(steps).picture.width, last(steps).picture.height]).toEqual([width, height]);
  });

  test('a scale goes on from the picture of the one before', async () => {
    const steps = await stepsOf(jobOf({ firstSize: 45, firstSteps: 20, steps: 1 }));
    const alone = await stepsOf(jobOf({ steps: 1 }));
    expect(last(steps).costs.style).toBeLessThan(0.8 * last(alone).costs.style);
  });

  /** Widths of the first layer's weights by widths of the pictures that were looked at. */
  async function lookedAt(coarseNetwork: Network | undefined) {
    const engine = watchedEngine();
    const content = waves(144, 104, 1);
    const options = { firstSize: 45, firstSteps: 2, steps: 2 };
    await stepsOf(
      jobOf(options, { content, coarseNetwork, styles: [{ picture: content, weight: 1 }] }),
      undefined,
      engine,
    );
    // By their shapes: names are the program's own business.
    const pairs = engine.feeds.flatMap((feed) => {
      const shapes = Object.values(feed).map(({ shape }) => shape);
      const seen = shapes.find(([n, channels, , across]) => n === 1 && channels === 3 && across !== 3);
      const weight = shapes.find(([, channels, , across]) => channels === 3 && across === 3);
      return seen && weight ? [`${seen[3]}:${weight[0]}`] : [];
    });
    return [...new Set(pairs)].sort();
  }

  test('the coarse network looks at all scales but the last', async () => {
    expect(await lookedAt(smallNetwork([[4], [8], [10]]))).toEqual(['144:6', '45:4', '80:4']);
    expect(await lookedAt(undefined)).toEqual(['144:6', '45:6', '80:6']);
  });

  test.each(['adam', 'lbfgs'])('%s: a coarse network of another mean does not move the bounds', async (optimizer) => {
    const coarseNetwork: Network = { ...network, mean: [20, 20, 20] };
    const content = picture(
      width,
      height,
      photo.data.map((value) => (value > 128 ? 255 : 0)),
    );
    const options = { firstSize: 45, firstSteps: 4, steps: 4, strength: 0.4, optimizer };
    const painted = await paintedOf(options, { content, coarseNetwork });
    expect(Math.max(...painted.data)).toBeCloseTo(255, 3);
    expect(Math.min(...painted.data)).toBeCloseTo(0, 3);
  });

  test('with a tolerance a scale ends early, and steps go on with the next one', async () => {
    // No ten steps can lower a cost by all of it.
    const steps = await stepsOf(jobOf({ firstSize: 45, firstSteps: 25, steps: 30, tolerance: 1 }));
    const ten = (from: number) => Array.from({ length: 10 }, (_, i) => from + i);
    expect(steps.map(({ step }) => step)).toEqual([...ten(0), ...ten(25)]);
    const some = await stepsOf(jobOf({ steps: 200, tolerance: 0.3 }));
    expect(some.length).toBeGreaterThan(10);
    expect(some.length).toBeLessThan(200);
    const totals = some.map(({ costs }) => costs.total);
    expect(last(totals)).toBeGreaterThan(0.7 * (totals.at(-11) as number));
    expect(totals.at(-2)).toBeLessThanOrEqual(0.7 * (totals.at(-12) ?? Number.POSITIVE_INFINITY));
  });

  test('without a tolerance a painting takes all its steps, even uphill', async () => {
    const steps = await stepsOf(jobOf({ steps: 25, optimizer: 'adam', learningRate: 200, clamp: 'no', strength: 0.1 }));
    expect((steps[10] as Taken).costs.total).toBeGreaterThan((steps[0] as Taken).costs.total);
    expect(steps).toHaveLength(25);
  });
});

describe('revisions', () => {
  const other = waves(width, height, 7);

  test('the painting moves towards another style from the next step on', async () => {
    const kept = await stepsOf(jobOf({ steps: 30 }));
    const engine = watchedEngine();
    const revised = await stepsOf(
      jobOf({ steps: 30 }),
      (step) => (step === 9 ? { styles: [{ picture: other, weight: 1 }] } : undefined),
      engine,
    );
    expect(revised.map(({ step }) => step)).toEqual(kept.map(({ step }) => step));
    for (let i = 0; i <= 9; i++) expect(revised[i]?.picture).toEqual(kept[i]?.picture);
    expect((revised[10] as Taken).costs.style).toBeGreaterThan(1.2 * (kept[10] as Taken).costs.style);
    const [own, theirs] = [last(revised).picture, last(kept).picture];
    expect((await costsOf(own, other)).style).toBeLessThan(0.5 * (await costsOf(theirs, other)).style);
    expect((await costsOf(theirs)).style).toBeLessThan(0.5 * (await costsOf(own)).style);
  });

  test('options count from the next step', async () => {
    const { options } = jobOf({ steps: 20, strength: 0 });
    const steps = await stepsOf(jobOf({ steps: 20 }), (step) => (step === 9 ? { options } : undefined));
    const [before, after] = [await costsOf((steps[9] as Taken).picture), await costsOf(last(steps).picture)];
    expect(before.content).toBeGreaterThan(0.02);
    expect(after.content).toBeLessThan(0.1 * before.content);
  });

  test('a revision that does not fit ends the painting with its sentence, and frees the memory', async () => {
    const engine = watchedEngine();
    const wrong = { styles: [{ picture: other, weight: 1, region: 'sky' }] };
    await expect(stepsOf(jobOf(), () => wrong, engine)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(engine.open).toBe(0);
  });
});

describe('memory', () => {
  test('a painting that is stopped early frees it', async () => {
    const engine = watchedEngine();
    for await (const { step } of paint(jobOf({ firstSize: 45 }), engine)) {
      expect(engine.open).toBe(1);
      if (step === 2) break;
    }
    expect(engine.open).toBe(0);
  });

  test('one that fails, too', async () => {
    const engine = watchedEngine();
    const job = jobOf({}, { content: picture(width, height, new Float32Array(photo.data.length).fill(Number.NaN)) });
    await expect(stepsOf(job, undefined, engine)).rejects.toMatchObject({ code: 'COST_NOT_FINITE' });
    expect(engine.open).toBe(0);
  });
});

test('averaging shows the bias-corrected mean of the pictures', async () => {
  const share = 0.7;
  const plain = await stepsOf(jobOf({ steps: 6 }));
  const averaged = await stepsOf(jobOf({ steps: 6, averaging: share }));
  for (const [k, { picture: shown }] of averaged.entries()) {
    const wanted = shown.data.map((_, i) => {
      let [sum, whole] = [0, 0];
      for (let j = 0; j <= k; j++) {
        const weight = (1 - share) * share ** (k - j);
        sum += weight * (plain[j]?.picture.data[i] as number);
        whole += weight;
      }
      return sum / whole;
    });
    expect(difference(shown, picture(width, height, wanted))).toBeLessThan(1e-3);
  }
  expect(difference(last(averaged).picture, last(plain).picture)).toBeGreaterThan(0.5);
});

test('what a scale begins with is confined: resampling overshoots at edges', async () => {
  const content = picture(
    width,
    height,
    photo.data.map((value) => (value > 128 ? 255 : 0)),
  );
  const evaluated = async (clamp: string) => {
    const engine = watchedEngine();
    await stepsOf(jobOf({ firstSize: 45, firstSteps: 1, steps: 1, clamp }, { content }), undefined, engine);
    // The objective alone is fed weights of costs, which are scalars.
    const fed = engine.feeds
      .map((feed) => Object.values(feed))
      .filter((tensors) => tensors.some(({ shape }) => shape.length === 0))
      .flatMap((tensors) => tensors.filter(({ shape }) => shape[1] === 3 && shape[2] === height));
    expect(fed.length).toBeGreaterThan(0);
    return fed.flatMap(({ data }) =>
      network.mean.map((mean, c) =>
        data.subarray(c * width * height, (c + 1) * width * height).map((value) => value + mean),
      ),
    );
  };
  const range = (planes: readonly Float32Array[]) =>
    planes.map((plane) => [Math.min(...plane), Math.max(...plane)] as const);
  for (const [least, most] of range(await evaluated('yes'))) {
    expect(least).toBeGreaterThan(-1e-3);
    expect(most).toBeLessThan(255.001);
  }
  expect(range(await evaluated('no')).some(([least, most]) => least < -2 || most > 257)).toBe(true);
});

test.each(['adam', 'lbfgs'] as const)('%s: pixels stay displayable where that is asked for', async (optimizer) => {
  const range = async (clamp: string) => {
    let [least, most] = [255, 0];
    for (const { picture } of await stepsOf(jobOf({ optimizer, clamp, learningRate: 30, strength: 0.9 }))) {
      least = Math.min(least, ...picture.data);
      most = Math.max(most, ...picture.data);
    }
    return { least, most };
  };
  const free = await range('no');
  expect(free.least).toBeLessThan(-1);
  expect(free.most).toBeGreaterThan(256);
  const kept = await range('yes');
  expect(kept.least).toBeGreaterThan(-1e-3);
  expect(kept.most).toBeLessThan(255.001);
});

describe('colours of the photo', () => {
  /** Of each pixel R, G, B without the luminance. */
  const chroma = (of: Picture) => {
    const grey = luminanceOnly(of);
    return of.data.map((value, i) => value - (grey.data[i] as number));
  };

  test('are in the painting, with another brightness', async () => {
    const painted = await paintedOf({ colors: 'photo', steps: 15, strength: 0.8 });
    expect(difference(luminanceOnly(painted), luminanceOnly(photo))).toBeGreaterThan(3);
    const [own, wanted] = [chroma(painted), chroma(photo)];
    const plane = width * height;
    let kept = 0;
    for (let i = 0; i < plane; i++) {
      const at = (of: Float32Array) => [0, 1, 2].map((c) => of[c * plane + i] as number);
      const share = Math.hypot(...at(own)) / Math.hypot(...at(wanted));
      // The same hue: paler only where brightness leaves no room.
      expect(share).toBeLessThan(1.001);
      if (share > 0.999) kept++;
      for (const [c, value] of at(own).entries())
        expect(Math.abs(value - share * (at(wanted)[c] as number))).toBeLessThan(0.01);
    }
    expect(kept).toBeGreaterThan(0.3 * plane);
    const ofPainting = await paintedOf({ steps: 15, strength: 0.8 });
    expect(difference(picture(width, height, chroma(ofPainting)), picture(width, height, wanted))).toBeGreaterThan(5);
  });

  test('strength 0 leaves the photo', async () => {
    const painted = await paintedOf({ colors: 'photo', strength: 0 });
    expect(difference(painted, photo)).toBeLessThan(0.1);
  });
});

describe('strength', () => {
  test('the stronger, the further from the photo and the nearer to the style', async () => {
    const results = [];
    for (const strength of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      const painted = await paintedOf({ strength, steps: 60 });
      if (strength === 0) expect(difference(painted, photo)).toBeLessThan(1e-3);
      results.push(await costsOf(painted));
    }
    for (const [i, { content, style }] of results.entries()) {
      const before = results[i - 1];
      if (!before) continue;
      expect(content).toBeGreaterThan(1.2 * before.content);
      expect(style).toBeLessThan(0.9 * before.style);
    }
  });

  test('content weighs nothing at 1, style nothing at 0', () => {
    const balance = (strength: number) => areasOf({ content: photo, styles }, network, [], optionsOf({ strength }));
    expect(balance(1).alpha).toBe(0);
    expect(balance(1).beta).toBeGreaterThan(0);
    expect(balance(0).alpha).toBeGreaterThan(0);
    expect(balance(0).beta).toBe(0);
  });
});

describe('the start', () => {
  const start = waves(width, height, 9);
  const slow = { learningRate: 0.001, optimizer: 'adam', steps: 1 };

  test('may be any picture of the photo, noise, or between', async () => {
    expect(difference(await paintedOf(slow, { start }), start)).toBeLessThan(0.01);
    expect(difference(await paintedOf(slow), photo)).toBeLessThan(0.01);
    const grey = picture(
      width,
      height,
      photo.data.map((_, i) => network.mean[Math.floor(i / (width * height))] as number),
    );
    const noise = await paintedOf({ ...slow, init: 'noise' });
    // Uniform in -20..20: 10 on average.
    expect(difference(noise, grey)).toBeCloseTo(10, 0);
    const some = await paintedOf({ ...slow, init: 0.3 });
    const wanted = picture(
      width,
      height,
      photo.data.map((value, i) => 0.7 * value + 0.3 * (noise.data[i] as number)),
    );
    expect(difference(some, wanted)).toBeLessThan(0.01);
    expect(await paintedOf({ ...slow, init: 0.3 })).toEqual(some);
    expect(difference(await paintedOf({ ...slow, init: 0.3, seed: 4 }), some)).toBeGreaterThan(1);
  });

  test('a start that does not fit is refused', async () => {
    await expect(paintedOf({}, { start: waves(40, 40) })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: 'Expected a picture of 64x48 pixels for start but received "40x40".',
    });
    await expect(paintedOf({ init: 'sketch.png' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: 'Expected the picture of that file as `start` for init but received "sketch.png".',
    });
  });
});

describe('regions', () => {
  const maskOf = (where: (x: number) => boolean) =>
    Float32Array.from({ length: width * height }, (_, i) => (where(i % width) ? 1 : 0));
  const left = { mask: maskOf((x) => x < 32) };
  const right = { mask: maskOf((x) => x >= 32) };
  const other = waves(width, height, 7);
  /** What lies beyond the sight of features across the border. */
  const inLeft = (x: number) => x < 22;
  const inRight = (x: number) => x >= 42;

  test('of strength 0 stay the photo, the others change', async () => {
    const painted = await paintedOf({ steps: 20 }, { regions: { left, right: { ...right, strength: 0 } } });
    expect(difference(painted, photo, inRight)).toBeLessThan(1);
    expect(difference(painted, photo, inLeft)).toBeGreaterThan(8);
  });

  test('without a style stay the photo', async () => {
    const regions = { left };
    const painted = await paintedOf(
      { steps: 20 },
      { regions, styles: [{ picture: painting, weight: 1, region: 'left' }] },
    );
    expect(difference(painted, photo, inRight)).toBeLessThan(1);
    expect(difference(painted, photo, inLeft)).toBeGreaterThan(8);
  });

  test('get each its own style', async () => {
    const both = [
      { picture: painting, weight: 1, region: 'left' },
      { picture: other, weight: 1, region: 'right' },
    ];
    const painted = await paintedOf({ steps: 40, strength: 0.9 }, { regions: { left, right }, styles: both });
    // Each half put twice side by side, as a picture of its own.
    const half = (from: number) =>
      picture(
        width,
        height,
        painted.data.map((_, i) => painted.data[i - (i % width) + from + ((i % width) % 28)] as number),
      );
    const style = async (from: number, of: Picture) => (await costsOf(half(from), of)).style;
    expect(await style(0, painting)).toBeLessThan(0.5 * (await style(36, painting)));
    expect(await style(36, other)).toBeLessThan(0.5 * (await style(0, other)));
  });

  test('the same style in two halves is much as the whole', async () => {
    const whole = await paintedOf({ steps: 25 });
    const halves = await paintedOf({ steps: 25 }, { regions: { left, right } });
    expect((await costsOf(halves)).style).toBeLessThan(0.05 * (await costsOf(photo)).style);
    expect(difference(halves, whole)).toBeLessThan(0.7 * difference(whole, photo));
  });

  test('all of strength 0 stay the photo', async () => {
    const still = (region: Region) => ({ ...region, strength: 0 });
    const painted = await paintedOf({ strength: 0 }, { regions: { left: still(left), right: still(right) } });
    expect(difference(painted, photo)).toBeLessThan(1e-3);
  });

  test('of strength 0, or without a style, stay the photo beside painted ones, also from noise', async () => {
    const kept = { left, right: { ...right, strength: 0 } };
    const forLeft = { regions: { left }, styles: [{ picture: painting, weight: 1, region: 'left' }] };
    for (const job of [{ regions: kept }, forLeft]) {
      const painted = await paintedOf({ steps: 10, strength: 0.9, init: 0.6 }, job);
      expect(difference(painted, photo, (x) => x < 28)).toBeGreaterThan(8);
      expect(difference(painted, photo, (x) => x > 36)).toBeLessThan(1e-3);
    }
  });

  test('may go by any name', async () => {
    const byName = (name: string) =>
      paintedOf({ steps: 10 }, { regions: { [name]: left }, styles: [{ picture: painting, weight: 1, region: name }] });
    const wanted = await byName('left');
    for (const name of ['rest', 'all', 'a.b']) expect(difference(await byName(name), wanted), name).toBeLessThan(1e-3);
  });

  test('without a style are held even where the styles reach full strength', () => {
    const targets = { content: photo, styles: [{ ...styles[0], region: 'left' }] as Job['styles'], regions: { left } };
    const { alpha, list, importance } = areasOf(targets, network, ['conv1_1'], optionsOf({ strength: 1 }));
    expect(alpha).toBe(areasOf({ content: photo, styles }, network, [], optionsOf({ strength: 0 })).alpha);
    expect(list).toHaveLength(1);
    const row = importance('conv1_1', [1, 6, height, width])?.data.subarray(0, width) as Float32Array;
    expect([row[0], row[20], row[50], row[63]]).toEqual([0, 0, 1, 1]);
  });

  test('shrink with the scales', async () => {
    const job = jobOf({ firstSize: 45, firstSteps: 20 }, { regions: { left, right: { ...right, strength: 0 } } });
    const { picture: coarse } = (await stepsOf(job)).filter(({ scale }) => scale === 0).at(-1) as Taken;
    const small = resample(photo, coarse.width, coarse.height);
    expect(coarse.width).toBe(45);
    expect(difference(coarse, small, (x) => x < 14)).toBeGreaterThan(8);
    expect(difference(coarse, small, (x) => x > 31)).toBeLessThan(1e-3);
  });

  test.each<readonly [string, Partial<Job>, OptionsInput]>([
    [
      'Expected a style\'s region to be among the regions (left, right) but received "sky".',
      { regions: { left, right }, styles: [{ picture: painting, weight: 1, region: 'sky' }] },
      {},
    ],
    [
      'Expected a style\'s region to be among the regions (none is given) but received "sky".',
      { styles: [{ picture: painting, weight: 1, region: 'sky' }] },
      {},
    ],
    [
      'Expected weights of the styles of at least 0, not all 0, but received 0, 0.',
      {
        styles: [
          { picture: painting, weight: 0 },
          { picture: other, weight: 0 },
        ],
      },
      {},
    ],
    [
      'Expected weights of the styles of at least 0, not all 0, but received 2, -1.',
      {
        styles: [
          { picture: painting, weight: 2 },
          { picture: other, weight: -1 },
        ],
      },
      {},
    ],
    [
      'Expected weights of the styles of region left of at least 0, not all 0, but received 0.',
      { regions: { left }, styles: [...styles, { picture: other, weight: 0, region: 'left' }] },
      {},
    ],
  ])('%s', async (message, rest, options) => {
    const engine = watchedEngine();
    await expect(stepsOf(jobOf(options, rest), undefined, engine)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message,
    });
    expect(engine.loads).toBe(0);
  });
});
