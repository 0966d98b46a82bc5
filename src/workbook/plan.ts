/** A painting whose costs are a learner's own functions: recorded at the sizes of its layers, then a Term of the core. */
import type { Measures, Term, View } from '../core/costs/term.js';
import { defineTerm } from '../core/costs/term.js';
import { GivernyError } from '../core/errors.js';
import type { Node } from '../core/graph/node.js';
import { add, pad, scale, transpose } from '../core/graph/operations.js';
import { layerSize } from '../core/networks/measures.js';
import { VGG19 } from '../core/networks/network.js';
import type { Size } from '../core/pictures/picture.js';
import type { Edition } from './answers.js';
import type { RunInSandbox } from './check.js';
import { EXERCISES, type Sources } from './exercises.js';
import { graphOf, settledParts } from './graph.js';
import { joinParts, type Problem } from './joined.js';
import { notTensor, type Recorded } from './judges/judged.js';
import type { Argument, Call, Found, LoopEvent } from './recorded.js';

/** What a learner may turn. */
export interface Knobs {
  readonly contentLayer: string;
  /** Style layers with their lambdas. */
  readonly styleLayers: Readonly<Record<string, number>>;
  readonly alpha: number;
  readonly beta: number;
  readonly iterations: number;
  /** In levels of 0..255. */
  readonly learningRate: number;
  /** Share of noise in the start picture. */
  readonly noiseRatio: number;
}

const STYLE_LAYERS = { conv1_1: 0.2, conv2_1: 0.2, conv3_1: 0.2, conv4_1: 0.2, conv5_1: 0.2 };

export const KNOBS: Readonly<Record<Edition, Knobs>> = {
  first: {
    contentLayer: 'conv4_2',
    styleLayers: STYLE_LAYERS,
    alpha: 10,
    beta: 40,
    iterations: 200,
    learningRate: 2,
    noiseRatio: 0.6,
  },
  later: {
    contentLayer: 'conv5_4',
    styleLayers: STYLE_LAYERS,
    alpha: 10,
    beta: 40,
    iterations: 200,
    learningRate: 2.55,
    noiseRatio: 0,
  },
};

/** One of the learner's functions, recorded. */
type Recording = Pick<Recorded, 'nodes'> & { readonly returned: number };

/** A painting to be, as plain data. */
export interface Plan {
  readonly knobs: Knobs;
  readonly content: Recording;
  readonly styles: Readonly<Record<string, Recording>>;
  readonly total: Recording;
  /** What the learner's loop does; empty where the loop is given. */
  readonly events: readonly LoopEvent[];
}

/** Shape of a layer's features, [1, nH, nW, nC], of a picture. */
function shapeOf(layer: string, size: Size): readonly number[] {
  const channels = VGG19.find(({ name }) => name === layer)?.outputChannels;
  if (channels === undefined) {
    throw new GivernyError('LAYER_UNKNOWN', `Expected a layer from conv1_1 to conv5_4 but received ${layer}.`);
  }
  const { width, height } = layerSize({ convolutions: VGG19 }, layer, size);
  return [1, height, width, channels];
}

/**
 * Records the learner's functions for a picture of one size.
 *
 * @throws GivernyError LAYER_UNKNOWN.
 */
export async function planOf(
  sources: Sources,
  edition: Edition,
  knobs: Knobs,
  size: Size,
  run: RunInSandbox,
): Promise<Plan | { readonly problem: Problem }> {
  const joined = joinParts(EXERCISES, sources, edition);
  if (joined.problem) return { problem: joined.placed(joined.problem) };
  const layers = Object.keys(knobs.styleLayers);
  const tensor = (name: string, shape: readonly number[]): Argument => ({ type: 'tensor', name, shape });
  const listed = (argument: Argument): Argument =>
    edition === 'first' ? argument : { type: 'list', items: [argument] };
  const contentShape = shapeOf(knobs.contentLayer, size);
  const calls: Call[] = [
    { name: 'computeContentCost', arguments: [listed(tensor('a', contentShape)), listed(tensor('g', contentShape))] },
    {
      name: 'totalCost',
      arguments: [
        tensor('JContent', []),
        tensor('JStyle', []),
        { type: 'number', value: knobs.alpha },
        { type: 'number', value: knobs.beta },
      ],
    },
    ...layers.map((layer): Call => {
      const shape = shapeOf(layer, size);
      return { name: 'computeLayerStyleCost', arguments: [tensor('a', shape), tensor('g', shape)] };
    }),
    ...(edition === 'first'
      ? [
          {
            name: 'modelNN',
            arguments: [{ type: 'session' }, { type: 'image' }, { type: 'number', value: knobs.iterations }],
          } satisfies Call,
        ]
      : []),
  ];
  const report = await run(joined.program(calls));
  if ('problem' in report) return { problem: joined.placed(report.problem) };
  const recordings: Recording[] = [];
  let events: readonly LoopEvent[] = [];
  for (const [i, outcome] of report.outcomes.entries()) {
    if ('problem' in outcome) return { problem: joined.placed(outcome.problem) };
    if (calls[i]?.name === 'modelNN') {
      events = outcome.events;
      continue;
    }
    const problem = problemOf(outcome);
    if (problem)
      return { problem: { ...problem, exercise: i === 0 ? 'contentCost' : i === 1 ? 'totalCost' : 'layerStyleCost' } };
    recordings.push({ nodes: outcome.nodes, returned: outcome.returned.type === 'node' ? outcome.returned.node : 0 });
  }
  if (edition === 'first' && !events.some(({ type }) => type === 'train')) {
    return { problem: { code: 'noTraining', params: {}, exercise: 'loop' } };
  }
  const [content, total, ...styles] = recordings as [Recording, Recording, ...Recording[]];
  return {
    knobs,
    content,
    total,
    styles: Object.fromEntries(layers.map((layer, i) => [layer, styles[i] as Recording])),
    events,
  };
}

function problemOf(outcome: Recorded): Found | undefined {
  const { nodes, returned } = outcome;
  const refused = notTensor(returned);
  if (refused || returned.type !== 'node')
    return refused ?? { code: 'notATensor', params: { received: returned.type } };
  const shape = nodes[returned.node]?.shape ?? [];
  return shape.length === 0 ? undefined : { code: 'notScalar', params: { shape: `[${shape.join(', ')}]` } };
}

/**
 * The plan's costs as a term: `J` with the parts `content`, `style` and `style.<layer>`.
 *
 * The learner's functions see features as the notebook has them, [1, nH, nW, nC] with VGG-19's channels. Features of a
 * calibrated network come through its taps, which keep distances between features, filled up with channels of zeros: so
 * sums of squares and Gram matrices are VGG-19's, and so is nC.
 */
export function termOf({ knobs, content, styles, total }: Plan): Term {
  const layers = Object.keys(styles);
  const all = [...new Set([knobs.contentLayer, ...layers])];
  /** What a function computes of its target alone, by the names of the term's tensors. */
  const settledOf = (prefix: string, { nodes, returned }: Recording) =>
    settledParts(nodes, returned, 'a').map((place) => ({ place, name: `${prefix}.${place}` }));
  const targetOf = (view: View, prefix: string, layer: string, recording: Recording): Measures => {
    const a = asInNotebook(view.layer(layer).mapped(), layer);
    return Object.fromEntries(
      settledOf(prefix, recording).map(({ place, name }) => [name, graphOf(recording.nodes, place, () => a)]),
    );
  };
  const costOf = (prefix: string, layer: string, recording: Recording, measures: Measures, target: Measures): Node => {
    const g = asInNotebook(measures[layer] as Node, layer);
    const known = settledOf(prefix, recording).map(({ place, name }) => [place, target[name] as Node] as const);
    return graphOf(recording.nodes, recording.returned, () => g, new Map(known));
  };
  const styleOf = (layer: string) => styles[layer] as Recording;
  return defineTerm<string, string>({
    name: 'J',
    weight: 1,
    layers: all,
    measure: (view) => Object.fromEntries(all.map((layer) => [layer, view.layer(layer).mapped()])),
    target: async (sources) => {
      const ofContent = settledOf('content', content).length > 0;
      const photo = ofContent
        ? await sources.ofContent([knobs.contentLayer], (view) =>
            targetOf(view, 'content', knobs.contentLayer, content),
          )
        : {};
      const targets = (view: View): Measures =>
        Object.assign({}, ...layers.map((layer) => targetOf(view, `style.${layer}`, layer, styleOf(layer))));
      const ofStyle = layers.some((layer) => settledOf('', styleOf(layer)).length > 0);
      return { tensors: { ...photo, ...(ofStyle ? await sources.ofStyle(0, layers, targets) : {}) } };
    },
    cost: (measures, target) => {
      const JContent = costOf('content', knobs.contentLayer, content, measures, target);
      const byLayer = layers.map((layer) => costOf(`style.${layer}`, layer, styleOf(layer), measures, target));
      const JStyle = byLayer
        .map((cost, i) => scale(cost, knobs.styleLayers[layers[i] as string] as number))
        .reduce((a, b) => add(a, b));
      const inputs: Readonly<Record<string, Node>> = { JContent, JStyle };
      return {
        cost: graphOf(total.nodes, total.returned, (name) => inputs[name] as Node),
        parts: {
          content: JContent,
          style: JStyle,
          ...Object.fromEntries(layers.map((layer, i) => [`style.${layer}`, byLayer[i] as Node])),
        },
      };
    },
  });
}

/** Features [1, C", H, W] as [1, H, W, nC]. */
function asInNotebook(features: Node, layer: string): Node {
  const own = features.shape[1] as number;
  const channels = VGG19.find(({ name }) => name === layer)?.outputChannels ?? own;
  const filled = channels > own ? pad(features, [null, [0, channels - own], null, null]) : features;
  return transpose(filled, [0, 2, 3, 1]);
}
