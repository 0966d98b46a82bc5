/** What the workbook page knows. Code is kept in this browser; the address presets what a teacher's link says. */
import { effect, signal } from '@preact/signals';
import { decodePicture } from '../../browser/pictures.js';
import { fitPicture } from '../../core/pictures/fit.js';
import type { Picture } from '../../core/pictures/picture.js';
import { EDITIONS, type Edition } from '../../workbook/answers.js';
import { check, type Verdict } from '../../workbook/check.js';
import { byExercise, EXERCISES, type Exercise, type Sources, skeletonOf, skeletons } from '../../workbook/exercises.js';
import { readWorkbook, workbookText } from '../../workbook/file.js';
import { KNOBS, type Knobs, planOf } from '../../workbook/plan.js';
import { sentenceOf } from '../../workbook/sentences.js';
import { exampleUrl, isExamplePhoto, isExampleStyle } from '../examples.js';
import type { Frame, NetworkSource } from '../painting/protocol.js';
import { keptNetwork } from '../store/networks.js';
import { language } from '../words/words.js';
import type { Answer, Ask, Seen } from './protocol.js';
import { runInFrame } from './sandbox.js';
import { tw } from './words.js';

const KEY = 'giverny.workbook';

interface Kept {
  readonly name: string;
  readonly edition: Edition;
  readonly code: Readonly<Partial<Record<Edition, Sources>>>;
  readonly knobs: Readonly<Partial<Record<Edition, string>>>;
}

const address = new URLSearchParams(location.hash.slice(1));

function stored(): Partial<Kept> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
  } catch {
    return {};
  }
}

const kept = stored();
const asked = EDITIONS.find((each) => each === (address.get('edition') ?? kept.edition));

export const name = signal(kept.name ?? '');
export const edition = signal<Edition>(asked ?? 'first');
const codeOf = (of: Edition): Sources => ({ ...skeletons(of, language.value), ...kept.code?.[of] });
export const code = signal<Readonly<Record<Edition, Sources>>>({ first: codeOf('first'), later: codeOf('later') });

/** The knobs as code. */
export const knobsText = (of: Edition) =>
  `const knobs = ${JSON.stringify(KNOBS[of], null, 2)
    .replace(/"(\w+)":/g, '$1:')
    .replaceAll('"', "'")};\n`;
export const knobs = signal<Readonly<Record<Edition, string>>>({
  first: kept.knobs?.first ?? knobsText('first'),
  later: kept.knobs?.later ?? knobsText('later'),
});

/** Whether a teacher's link hides the solutions. */
export const solutionsHidden = address.get('solutions') === 'hidden';

export const verdicts = signal<Readonly<Partial<Record<Exercise, Verdict>>>>({});
export const checking = signal<Exercise | undefined>(undefined);
/** Raised where code changes otherwise than by typing, so that editors take it over. */
export const replaced = signal(0);
export const problem = signal<string | undefined>(undefined);

effect(() => {
  const all: Kept = { name: name.value, edition: edition.value, code: code.value, knobs: knobs.value };
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // It holds for this visit, and can be exported.
  }
});

export function chooseEdition(next: Edition): void {
  edition.value = next;
  verdicts.value = {};
  replaced.value++;
}

export function write(exercise: Exercise, text: string): void {
  const now = code.value;
  code.value = { ...now, [edition.value]: { ...now[edition.value], [exercise]: text } };
}

export function startAgain(exercise: Exercise): void {
  write(exercise, skeletonOf(exercise, edition.value, language.value));
  replaced.value++;
}

export async function checkExercise(exercise: Exercise): Promise<void> {
  checking.value = exercise;
  try {
    const verdict = await check(exercise, code.value[edition.value], edition.value, runInFrame);
    verdicts.value = { ...verdicts.value, [exercise]: verdict };
  } catch (error) {
    problem.value = String(error);
  } finally {
    checking.value = undefined;
  }
}

/** Skeletons that nobody has touched are in the page's language. */
let spoken = language.value;
effect(() => {
  const [before, now] = [spoken, language.value];
  if (before === now) return;
  spoken = now;
  const all = code.peek();
  const inLanguage = (of: Edition) =>
    byExercise((exercise) =>
      all[of][exercise] === skeletonOf(exercise, of, before) ? skeletonOf(exercise, of, now) : all[of][exercise],
    );
  code.value = { first: inLanguage('first'), later: inLanguage('later') };
  replaced.value = replaced.peek() + 1;
});

export function exported(): { readonly name: string; readonly text: string } {
  const file = { name: name.value, edition: edition.value, code: code.value[edition.value] };
  const stem = name.value.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return { name: `${stem || 'workbook'}.json`, text: workbookText(file) };
}

export async function open(file: File): Promise<void> {
  try {
    const opened = readWorkbook(await file.text(), file.name);
    name.value = opened.name;
    code.value = { ...code.value, [opened.edition]: opened.code };
    chooseEdition(opened.edition);
    problem.value = undefined;
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** The pictures, at the notebook's size or at one that the address says. */
export interface Sample {
  readonly url: string;
  readonly picture: Picture;
}

const [askedWidth, askedHeight] = (address.get('size') ?? '').split('x').map(Number);
const fits = (side: number | undefined) => side !== undefined && side >= 32 && side <= 1024;
export const size = computedSize();
function computedSize() {
  const isAsked = fits(askedWidth) && fits(askedHeight);
  return isAsked
    ? { width: askedWidth as number, height: askedHeight as number }
    : { width: 400, height: edition.peek() === 'first' ? 300 : 400 };
}

export const photo = signal<Sample | undefined>(undefined);
export const style = signal<Sample | undefined>(undefined);

export async function takePicture(place: 'photo' | 'style', blob: Blob): Promise<void> {
  stop();
  const { picture } = await fitPicture(await decodePicture(blob), size);
  (place === 'photo' ? photo : style).value = { url: URL.createObjectURL(blob), picture };
}

export async function takeExample(place: 'photo' | 'style', example: string): Promise<void> {
  await takePicture(place, await (await fetch(exampleUrl(example))).blob());
}

export async function takeFirstPictures(): Promise<void> {
  const [wantedPhoto, wantedStyle] = [address.get('photo') ?? '', address.get('style') ?? ''];
  await takeExample('photo', isExamplePhoto(wantedPhoto) ? wantedPhoto : 'boats');
  await takeExample('style', isExampleStyle(wantedStyle) ? wantedStyle : 'swirls');
}

/** The network: the pocket one, or VGG-19 where it is kept in this browser. */
export const network = signal<NetworkSource>('pocket');
export const hasVgg19 = signal(false);
export async function findVgg19(): Promise<void> {
  const found = await keptNetwork('vgg19').catch(() => undefined);
  if (!found) return;
  hasVgg19.value = true;
  network.value = { name: found.name, file: found.file };
}

/** A step as the curve and the lines show it. */
export interface Reported {
  readonly step: number;
  readonly steps: number;
  readonly total: number;
  readonly content: number;
  readonly style: number;
  readonly layers: Readonly<Record<string, number>>;
  readonly reference?: number | undefined;
}

export const painting = signal(false);
export const reports = signal<readonly Reported[]>([]);
export const frame = signal<Frame | undefined>(undefined);
export const snapshots = signal<readonly { readonly label: string; readonly frame: Frame }[]>([]);
export const lines = signal<readonly string[]>([]);
export const gradient = signal<
  { readonly values: Float32Array; readonly width: number; readonly height: number } | undefined
>(undefined);
export const compare = signal(true);
export const knobsProblem = signal<string | undefined>(undefined);
export const seen = signal<Seen | undefined>(undefined);
export const layer = signal('conv2_1');

let worker: Worker | undefined;
let looker: Worker | undefined;
let asks = 0;

const started = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'workbook' });

/** Asks for the features of a layer whenever the layer or a picture changes. */
export function followLayer(): void {
  effect(() => {
    const [from, to, at, by] = [photo.value, style.value, layer.value, network.value];
    if (!from || !to) return;
    looker ??= started();
    const id = ++asks;
    looker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.id !== id) return;
      if (data.type === 'seen') seen.value = data.seen;
      if (data.type === 'failed') problem.value = data.message;
    };
    looker.postMessage({
      id,
      type: 'look',
      network: by,
      photo: from.picture,
      style: to.picture,
      layer: at,
    } satisfies Ask);
  });
}

/** The knobs that the learner's code says, or why there are none. */
async function turnedKnobs(): Promise<Knobs | string> {
  const { programText } = await import('../../workbook/sandbox.js');
  const { parse } = await import('../../workbook/parse.js');
  const parsed = parse(knobs.value[edition.value]);
  if ('problem' in parsed) return sentenceOf(parsed.problem, language.value);
  const report = await runInFrame(
    programText(
      `${parsed.code}\nfunction givenKnobs() { return knobs; }`,
      ['givenKnobs'],
      [{ name: 'givenKnobs', arguments: [] }],
    ),
  );
  const outcome = 'problem' in report ? report : report.outcomes[0];
  if (!outcome || 'problem' in outcome) return outcome ? sentenceOf(outcome.problem, language.value) : '';
  if (outcome.returned.type !== 'json') return tw('knobsObject');
  return { ...KNOBS[edition.value], ...(JSON.parse(outcome.returned.text) as Partial<Knobs>) };
}

export async function startPainting(): Promise<void> {
  stop();
  knobsProblem.value = undefined;
  const [from, to] = [photo.value, style.value];
  if (!from || !to) return;
  painting.value = true;
  const turned = await turnedKnobs();
  const fail = (message: string) => {
    knobsProblem.value = message;
    painting.value = false;
  };
  if (typeof turned === 'string') return fail(turned);
  // The pocket network ends at conv5_1.
  const settled =
    network.value === 'pocket' && turned.contentLayer === 'conv5_4' ? { ...turned, contentLayer: 'conv5_1' } : turned;
  try {
    const { resolveOptions } = await import('../../core/options/options.js');
    const { contentLayer, styleLayers, alpha, beta, iterations, learningRate, noiseRatio } = settled;
    resolveOptions({
      contentLayers: { [contentLayer]: 1 },
      styleLayers,
      alpha,
      beta,
      steps: iterations,
      learningRate,
      init: noiseRatio,
    });
    const plan = await planOf(code.value[edition.value], edition.value, settled, from.picture, runInFrame);
    if ('problem' in plan) {
      const { exercise } = plan.problem;
      return fail(`${tw(exercise)}: ${sentenceOf(plan.problem, language.value)}`);
    }
    reports.value = [];
    snapshots.value = [];
    lines.value = [];
    const id = ++asks;
    worker = started();
    worker.onmessage = ({ data }: MessageEvent<Answer>) => hear(data, plan.events);
    worker.onerror = (event) => fail(event.message || tw('memoryOut'));
    worker.postMessage({
      id,
      type: 'paint',
      network: network.value,
      photo: from.picture,
      style: to.picture,
      edition: edition.value,
      plan,
      compare: compare.value,
    } satisfies Ask);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

type Events = Extract<Awaited<ReturnType<typeof planOf>>, { events: unknown }>['events'];

function hear(data: Answer, events: Events): void {
  if (data.type === 'failed') {
    knobsProblem.value = data.message;
    painting.value = false;
  }
  if (data.type === 'ended') painting.value = false;
  if (data.type !== 'step') return;
  const { costs, step, steps, reference } = data;
  const layers = Object.fromEntries(
    Object.entries(costs).flatMap(([key, value]) => (key.startsWith('J.style.') ? [[key.slice(8), value]] : [])),
  );
  const report = {
    step,
    steps,
    total: costs.total,
    content: costs['J.content'] ?? 0,
    style: costs['J.style'] ?? 0,
    layers,
    reference,
  };
  reports.value = [...reports.value, report];
  frame.value = data.frame;
  if (data.gradient) gradient.value = { values: data.gradient, width: data.frame.width, height: data.frame.height };
  if (events.length > 0) {
    replay(events, step, report, data.frame);
  } else if (step % 20 === 0 || step === steps - 1) {
    lines.value = [...lines.value, `Epoch ${step} : J = ${report.total}`];
    snapshots.value = [...snapshots.value, { label: String(step), frame: data.frame }];
  }
}

/** What the learner's loop does after a training step. */
function replay(events: Events, step: number, { total, content, style: styled }: Reported, now: Frame): void {
  const from = events.flatMap(({ type }, i) => (type === 'train' ? [i] : []));
  const after = events.slice((from[step] ?? events.length) + 1, from[step + 1] ?? events.length);
  const values: Readonly<Record<string, number>> = { J: total, JContent: content, JStyle: styled };
  const printed = after.flatMap((event) =>
    event.type === 'print'
      ? [event.text.replace(/\{(J|JContent|JStyle)#\d+\}/g, (_, cost: string) => String(values[cost]))]
      : [],
  );
  if (printed.length > 0) lines.value = [...lines.value, ...printed];
  const saved = after.filter((event) => event.type === 'save').map(({ path }) => ({ label: path, frame: now }));
  if (saved.length > 0) snapshots.value = [...snapshots.value, ...saved];
}

export function stop(): void {
  worker?.terminate();
  worker = undefined;
  painting.value = false;
}

export const passed = () => EXERCISES.filter((exercise) => verdicts.value[exercise]?.passed).length;
