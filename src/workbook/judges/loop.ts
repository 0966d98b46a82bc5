/** Judges the loops: what they did, in which order, and the cost that they minimise. */
import type { Edition } from '../answers.js';
import type { Numbers } from '../evaluate.js';
import type { Found, LoopEvent } from '../recorded.js';
import { digits, type Judge, type Judged, type Recorded, scalarOf } from './judged.js';
import { contentCostOf, layerStyleCostOf, near } from './mistakes.js';

export const judgeLoop = (edition: Edition): Judge => (edition === 'first' ? modelJudge : stepJudge);

/** Iterations of the two calls of modelNN: enough for three reports, and another number. */
const ITERATIONS = [45, 7] as const;

const modelJudge: Judge = {
  calls: ITERATIONS.map((value) => ({
    name: 'modelNN',
    arguments: [{ type: 'session' }, { type: 'image' }, { type: 'number', value }],
  })),
  judge: ([long, short]) => {
    const problem = problemOfModel(long as Recorded, ITERATIONS[0]) ?? problemOfModel(short as Recorded, ITERATIONS[1]);
    return problem ? { problem } : {};
  },
};

function problemOfModel({ events, returned }: Recorded, iterations: number): Found | undefined {
  const found = (code: string, params: Found['params'] = {}): Found => ({ code, params });
  const trained = events.filter(({ type }) => type === 'train').length;
  const firstTrain = events.findIndex(({ type }) => type === 'train');
  if (firstTrain < 0) return found('noTraining');
  const assigned = events.findIndex((event) => event.type === 'assign');
  if (assigned < 0) return found('noAssign');
  if (assigned > firstTrain) return found('assignedLate');
  const assigns = events.filter((event) => event.type === 'assign');
  if (assigns.length > 1) return found('assignedAgain');
  if (assigns.some(({ value }) => value !== 'start')) return found('assignedOther');
  if (trained === 1) return found('trainedOnce');
  if (trained !== iterations) return found('trainedOften', { n: trained, wanted: iterations });
  const problem = problemOfReports(events, iterations);
  if (problem) return problem;
  const last = events.findLast((event) => event.type === 'save');
  if (last?.path !== 'output/generated_image.jpg') return found('noLastPicture');
  const newest = 1 + iterations;
  if (last.version !== newest) return found('oldLastPicture');
  if (returned.type !== 'image') return found('noPictureReturned');
  return returned.version === newest ? undefined : found('oldPictureReturned');
}

/** Costs, lines and pictures every 20 iterations, of the picture after that iteration's update. */
function problemOfReports(events: readonly LoopEvent[], iterations: number): Found | undefined {
  const found = (code: string, params: Found['params'] = {}): Found => ({ code, params });
  const due = Array.from({ length: Math.ceil(iterations / 20) }, (_, i) => 20 * i);
  let trained = 0;
  const costs: { trained: number; names: readonly string[]; id: number }[] = [];
  const saves: { trained: number; path: string; version: number | undefined }[] = [];
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === 'train') trained++;
    if (event.type === 'costs') costs.push({ trained, names: event.names, id: event.id });
    if (event.type === 'print') lines.push(event.text);
    if (event.type === 'save' && event.path !== 'output/generated_image.jpg') {
      saves.push({ trained, path: event.path, version: event.version });
    }
  }
  if (costs.length === 0) return found('noCosts');
  const times = [...new Set(costs.map((each) => each.trained))];
  if (String(times) !== String(due.map((i) => i + 1))) {
    if (String(times) === String(due)) return found('costsBefore');
    if (times.length >= iterations) return found('costsAlways');
    return found('costsWhen', {
      received: times
        .map((n) => n - 1)
        .slice(0, 5)
        .join(', '),
      wanted: due.join(', '),
    });
  }
  const missing = ['J', 'JContent', 'JStyle'].find((name) => !costs.some(({ names }) => names.includes(name)));
  if (missing) return found('costMissing', { name: missing });
  const printed = lines.join('\n');
  const unprinted = ['J', 'JContent', 'JStyle'].find((name) => !printed.includes(`{${name}#`));
  if (unprinted) return found(lines.length === 0 ? 'nothingPrinted' : 'costUnprinted', { name: unprinted });
  if (saves.length === 0) return found('noPictures');
  for (const [k, i] of due.entries()) {
    const save = saves[k];
    if (!save) return found('pictureMissing', { path: `output/${i}.png` });
    if (save.path !== `output/${i}.png`) return found('pictureName', { received: save.path, path: `output/${i}.png` });
    if (save.version === undefined) return found('notAPicture', { path: save.path });
    if (save.version !== 1 + save.trained || save.trained !== i + 1) return found('oldPicture', { path: save.path });
  }
  return saves.length > due.length ? found('picturesAlways') : undefined;
}

/** The shapes of the layers that the sandbox gives, the content layer last. */
const LAYERS = [4, 4, 3, 3, 2, 2].map((side, i) => [1, side, side + 1, i + 2]);

function layersOf(seed: number): Numbers[] {
  return LAYERS.map((shape, layer) => ({
    shape,
    data: Float64Array.from(
      { length: shape.reduce((product, extent) => product * extent, 1) },
      (_, i) => 2 + 3 * Math.sin(seed + 1.7 * layer + 0.61 * i * (1 + seed / 7)),
    ),
  }));
}

const content = layersOf(1);
const style = layersOf(2);
const painted = layersOf(3);
const after = layersOf(4);

const styleCostOf = (a: readonly Numbers[], g: readonly Numbers[]) =>
  a.slice(0, -1).reduce((sum, layer, i) => sum + 0.2 * layerStyleCostOf({ a: layer, g: g[i] as Numbers }), 0);
const contentOf = (a: readonly Numbers[], g: readonly Numbers[], layer = -1) =>
  contentCostOf({ a: a.at(layer) as Numbers, g: g.at(layer) as Numbers });

const stepJudge: Judge = {
  calls: [{ name: 'trainStep', arguments: [{ type: 'image' }] }],
  judge: ([outcome]) => {
    const recorded = outcome as Recorded;
    const { events, nodes, returned } = recorded;
    const found = (code: string, params: Found['params'] = {}): Judged => ({ problem: { code, params } });
    const inputs = Object.fromEntries(
      [
        ['aC', content],
        ['aS', style],
        ['aG0', painted],
        ['aG1', after],
        ['aG2', after],
      ].flatMap(([name, layers]) => (layers as Numbers[]).map((layer, i) => [`${name}.${i}`, layer] as const)),
    );
    if (returned.type === 'other' && returned.text === 'undefined') return found('costNotReturned');
    const result = scalarOf(recorded, inputs);
    if ('problem' in result) return result;
    const J = result.value;
    const [c, s] = [contentOf(content, painted), styleCostOf(style, painted)];
    const total = 10 * c + 40 * s;
    const value = digits(J);
    if (!near(J, total)) {
      const known: readonly (readonly [string, number])[] = [
        ['stepWeightsExchanged', 40 * c + 10 * s],
        ['stepTargetsExchanged', 10 * contentOf(style, painted) + 40 * styleCostOf(content, painted)],
        ['stepStyleForContent', 10 * contentOf(style, painted) + 40 * s],
        ['stepContentForStyle', 10 * c + 40 * styleCostOf(content, painted)],
        ['stepAfterUpdate', 10 * contentOf(content, after) + 40 * styleCostOf(style, after)],
        ['stepContentOnly', c],
        ['stepStyleOnly', s],
        ['stepWeightsForgotten', c + s],
        ['stepSelfContent', 40 * s],
        ['stepSelfStyle', 10 * c],
      ];
      const mistake = known.find(([, wrong]) => near(J, wrong));
      return found(mistake?.[0] ?? 'stepWrong', { value, expected: digits(total) });
    }
    const applied = events.filter(({ type }) => type === 'apply');
    if (applied.length === 0) return found('notApplied');
    if (applied.length > 1) return found('appliedTwice', { n: applied.length });
    const [{ of }] = applied as [Extract<LoopEvent, { type: 'apply' }>];
    const gradientOf =
      of === undefined ? undefined : scalarOf({ nodes, events, returned: { type: 'node', node: of } }, inputs);
    if (gradientOf && 'value' in gradientOf && !near(gradientOf.value, total)) {
      if (near(gradientOf.value, c)) return found('gradientOfPart', { name: 'JContent' });
      if (near(gradientOf.value, s)) return found('gradientOfPart', { name: 'JStyle' });
      return found('gradientOfOther');
    }
    const assigned = events.filter((event) => event.type === 'assign');
    if (assigned.length === 0) return found('notClipped');
    const order = events.map(({ type }) => type);
    const clip = assigned.at(-1) as Extract<LoopEvent, { type: 'assign' }>;
    if (order.lastIndexOf('assign') < order.indexOf('apply')) return found('clippedEarly');
    if (clip.value !== 'clipped') return found('assignedUnclipped');
    if (clip.version !== 1) return found('clippedOld');
    return { value };
  },
};
