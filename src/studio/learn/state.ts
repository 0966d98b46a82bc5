/** What the learning page knows, and what it asks for. */
import { computed, effect, signal } from '@preact/signals';
import { decodePicture } from '../../browser/pictures.js';
import type { Costs } from '../../core/costs/objective/objective.js';
import { VGG_MEAN } from '../../core/networks/network.js';
import { type Options, resolveOptions } from '../../core/options/options.js';
import { blend, notebookRandom, uniformNoise } from '../../core/painting/start.js';
import { fitPicture } from '../../core/pictures/fit.js';
import { type Picture, picture } from '../../core/pictures/picture.js';
import { exampleUrl } from '../examples.js';
import { PaintingWorker } from '../painting/painting-worker.js';
import type { Frame, FromWorker, PaintOrder, StepReport } from '../painting/protocol.js';
import type { Answer, Ask, Looks, Seen, Weighed, Weighs } from './protocol.js';

/** Small, so that every answer comes while the question is still in mind. */
const SIDE_PX = 224;
const STEPS = 100;
/** Where the pocket network can take costs; those of the notebook's layers. */
export const LAYERS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv4_2', 'conv5_1'] as const;
export const STYLE_LAYERS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'] as const;

/** A picture to learn from, at the page's small size. */
export interface Sample {
  readonly url: string;
  readonly blob: Blob;
  readonly picture: Picture;
}

export const photo = signal<Sample | undefined>(undefined);
export const style = signal<Sample | undefined>(undefined);
export const layer = signal<string>('conv2_1');
export const contentLayer = signal<string>('conv4_2');
/** Share of noise in the picture that the costs are shown of. */
export const noise = signal(0.6);
export const lambdas = signal<Readonly<Record<string, number>>>(
  Object.fromEntries(STYLE_LAYERS.map((name) => [name, 0.2])),
);
export const alpha = signal(10);
export const beta = signal(40);

export const seenPhoto = signal<Seen | undefined>(undefined);
export const seenStyle = signal<Seen | undefined>(undefined);
export const weighed = signal<Weighed | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

export const frame = signal<Frame | undefined>(undefined);
export const reports = signal<readonly StepReport[]>([]);
export const painting = signal(false);

/** The notebook's options with the page's sliders. */
export const options = computed<Options>(() =>
  resolveOptions({
    preset: 'notebook',
    size: SIDE_PX,
    contentLayers: { [contentLayer.value]: 1 },
    styleLayers: lambdas.value,
    alpha: alpha.value,
    beta: beta.value,
    steps: STEPS,
  }),
);

/** The picture that the costs are of: the photo with noise, as painting starts. */
export const started = computed<Picture | undefined>(() => {
  const content = photo.value?.picture;
  if (!content) return undefined;
  const { width, height, data } = content;
  const plane = width * height;
  const mean = (i: number) => VGG_MEAN[Math.floor(i / plane)] as number;
  const centred = data.map((value, i) => value - mean(i));
  const mixed = blend(uniformNoise(notebookRandom(3), width, height), centred, noise.value);
  return picture(
    width,
    height,
    mixed.map((value, i) => value + mean(i)),
  );
});

export async function takeSample(place: 'photo' | 'style', blob: Blob): Promise<void> {
  const { picture } = await fitPicture(await decodePicture(blob), SIDE_PX);
  const sample = { url: URL.createObjectURL(blob), blob, picture };
  stopPainting();
  if (place === 'photo') photo.value = sample;
  else style.value = sample;
}

export async function takeExample(place: 'photo' | 'style', name: string): Promise<void> {
  await takeSample(place, await (await fetch(exampleUrl(name))).blob());
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'learning' });
const waiting = new Map<number, (answer: Answer) => void>();
let asked = 0;

worker.onmessage = ({ data }: MessageEvent<Answer>) => {
  waiting.get(data.id)?.(data);
  waiting.delete(data.id);
};

type Question = ({ readonly type: 'look' } & Looks) | ({ readonly type: 'weigh' } & Weighs);

function ask(question: Question): Promise<Answer> {
  const id = ++asked;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ id, ...question } satisfies Ask);
  });
}

/** A slider on its way asks once, when it rests. */
const REST_MS = 250;

/** Asks anew whenever what an answer depends on has changed; late answers to old questions are dropped. */
function follow(question: () => Question | undefined, take: (answer: Answer) => void): void {
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const next = question();
    clearTimeout(timer);
    if (!next) return;
    timer = setTimeout(async () => {
      const mine = ++newest;
      const answer = await ask(next);
      if (mine !== newest) return;
      if ('error' in answer) problem.value = answer.error;
      take(answer);
    }, REST_MS);
  });
}

/** Starts the page's questions. */
export function beginLearning(): void {
  follow(
    () => photo.value && { type: 'look', picture: photo.value.picture, layer: layer.value },
    (answer) => {
      if ('seen' in answer) seenPhoto.value = answer.seen;
    },
  );
  follow(
    () => style.value && { type: 'look', picture: style.value.picture, layer: layer.value },
    (answer) => {
      if ('seen' in answer) seenStyle.value = answer.seen;
    },
  );
  follow(
    () => {
      const [content, painted] = [photo.value?.picture, started.value];
      if (!content || !painted || !style.value || !weighs(lambdas.value)) return undefined;
      return { type: 'weigh', content, style: style.value.picture, painted, options: options.value };
    },
    (answer) => {
      if ('weighed' in answer) weighed.value = answer.weighed;
    },
  );
  effect(() => {
    const changes = { options: { ...options.value, init: startedWith } };
    if (painting.peek() && weighs(lambdas.value)) painter.change(changes);
  });
  document.addEventListener('visibilitychange', () => painter.watch(!document.hidden));
}

const weighs = (weights: Readonly<Record<string, number>>) => Object.values(weights).some((weight) => weight > 0);

const painter = new PaintingWorker();

/** The share of noise that the painting began with; the slider may have moved since. */
let startedWith = 0;

export function startPainting(): void {
  if (!photo.value || !style.value) return;
  const order: PaintOrder = {
    content: { name: 'photo', sha256: '', source: photo.value.blob },
    styles: [{ picture: { name: 'style', sha256: '', source: style.value.blob }, weight: 1 }],
    regionStrengths: {},
    options: { ...options.value, init: noise.value },
    network: 'pocket',
    device: 'auto',
  };
  frame.value = undefined;
  reports.value = [];
  painting.value = true;
  startedWith = noise.value;
  painter.paint(order, hear);
}

export function stopPainting(): void {
  if (!painting.value) return;
  painter.kill();
  painting.value = false;
}

function hear(message: FromWorker): void {
  if (message.type === 'step') {
    const { frame: shown, ...report } = message;
    if (shown) frame.value = shown;
    reports.value = [...reports.value, report];
  } else if (message.type === 'ended') {
    painting.value = false;
  } else if (message.type === 'failed') {
    painting.value = false;
    problem.value = message.message;
  }
}

/** The newest costs: of the painting where there is one, else of the picture that painting starts from. */
export const newestCosts = computed<Costs | undefined>(() => reports.value.at(-1)?.costs ?? weighed.value?.costs);
