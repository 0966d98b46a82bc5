/** The cost of a picture and its gradient, as one program for one picture size. */

import type { Engine } from '../graph/engine.js';
import { gradients } from '../graph/gradient.js';
import type { Node } from '../graph/node.js';
import { add, constant, edgePad, input, multiply } from '../graph/operations.js';
import { Program } from '../graph/program.js';
import { scalar, type Tensor, type Tensors, tensor } from '../graph/tensor.js';
import { contentOf, features, layerView } from '../networks/features.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Picture } from '../pictures/picture.js';
import { areasOf, type Region, type Style } from './areas.js';
import { contentCost, totalVariation } from './equations.js';
import { unevenness } from './flatness.js';
import { STATISTICS } from './statistics/index.js';
import type { Sample } from './statistics/statistic.js';

export interface Costs {
  /** alpha * content + beta * style + tv * variation + flatness * unevenness, the last times beta by `strength`. */
  readonly total: number;
  /** Sum over content layers, weighted; by `strength`, of squares of relative costs. */
  readonly content: number;
  /** Sum over style layers, weighted. */
  readonly style: number;
  /** Style cost of each layer before its weight. */
  readonly styleLayers: Readonly<Record<string, number>>;
  /** Total variation before its weight. */
  readonly variation: number;
  /** Before its weight: what `flatness` lowers. */
  readonly unevenness: number;
}

export interface Evaluation {
  readonly costs: Costs;
  /** Of the total cost with respect to the picture, [3, H, W]. */
  readonly gradient: Float32Array;
}

/** Where a painting stays as the photo is. */
interface Kept {
  /** [3, H, W], as networks take it. */
  readonly photo: Float32Array;
  /** How far each pixel takes a style, [H, W]. */
  readonly painted: Float32Array;
}

/** What the costs of a picture are taken against. */
export interface Targets {
  readonly content: Picture;
  /** Pictures of any size. */
  readonly styles: readonly Style[];
  /** Parts of the picture, by the names that styles go by. */
  readonly regions?: Readonly<Record<string, Region>> | undefined;
}

type CostOptions = Pick<
  Options,
  | 'strength'
  | 'alpha'
  | 'beta'
  | 'statistic'
  | 'pooling'
  | 'padding'
  | 'contentLayers'
  | 'styleLayers'
  | 'tv'
  | 'flatness'
  | 'seed'
>;

/**
 * Content and style weigh `alpha` and `beta`, on the paper's costs; or, by `strength`, on relative costs: content
 * relative to the variance of the photo's features, style to the size of the style's own statistic. Those mean the
 * same for every picture, size, network and statistic. Relative content counts squared: where a style is far from
 * the photo, its pull is many times as strong, and without that little of the photo would be left.
 */
export class Objective {
  readonly #program: Program;
  readonly #shape: readonly [1, 3, number, number];
  readonly #styleLayers: readonly string[];
  readonly #feeds: Tensors;
  readonly #kept: Kept | undefined;

  private constructor(
    program: Program,
    content: Picture,
    styleLayers: readonly string[],
    feeds: Tensors,
    kept: Kept | undefined,
  ) {
    this.#program = program;
    this.#shape = [1, 3, content.height, content.width];
    this.#styleLayers = styleLayers;
    this.#feeds = feeds;
    this.#kept = kept;
  }

  /**
   * Takes the targets' features and compiles the cost for pictures of the content's size.
   *
   * @throws GivernyError LAYER_UNKNOWN, OPTION_INVALID, OUT_OF_MEMORY, ENGINE_FAILED.
   */
  static async create(engine: Engine, network: Network, targets: Targets, options: CostOptions): Promise<Objective> {
    const contentLayers = positive(options.contentLayers);
    const styleLayers = positive(options.styleLayers);
    const relative = options.strength !== undefined;
    const statistic = STATISTICS[options.statistic];
    const { content, styles } = targets;
    const areas = areasOf(targets, network, [...contentLayers, ...styleLayers], options);
    // Targets are fed on every run: nothing of them is compiled in.
    const feeds: Record<string, Tensor> = {};
    const fed = (name: string, value: Tensor) => {
      feeds[name] = value;
      return input(name, value.shape);
    };

    const picture = input('picture', [1, 3, content.height, content.width]);
    const layers = features(picture, network, [...contentLayers, ...styleLayers], options);
    const positionsOf = (layer: string) => {
      const [, , height, width] = (layers[layer] as Node).shape as readonly [number, number, number, number];
      return height * width;
    };
    const viewOf = (layer: string, a: Node, weights?: Node) =>
      layerView(network, layer, a, {
        positions: positionsOf(layer),
        seed: options.seed + styleLayers.indexOf(layer),
        weights,
      });

    const contentTargets = await run(engine, network, content, options, contentLayers, (layer, a) => ({
      [layer]: contentOf(network, layer, a),
    }));
    const contentCosts = contentLayers.map((layer) => {
      const a = contentOf(network, layer, layers[layer] as Node);
      const wanted = contentTargets[layer] as Tensor;
      const channels = network.costChannels?.[layer] ?? (a.shape[1] as number);
      const importance = areas.importance(layer, a.shape);
      const cost = contentCost(
        fed(`content.${layer}`, wanted),
        a,
        channels,
        importance && fed(`content.${layer}.importance`, importance),
      );
      const weight = options.contentLayers[layer];
      if (!relative) return multiply(cost, fed(`content.${layer}.weight`, share(weight, 1)));
      const distance = multiply(cost, fed(`content.${layer}.size`, share(1, variance(wanted) / (4 * channels))));
      return multiply(multiply(distance, distance), fed(`content.${layer}.weight`, share(weight, areas.affected)));
    });

    const samples: Tensors[] = [];
    for (const { picture: style } of styles) {
      samples.push(
        await run(engine, network, style, options, styleLayers, (layer, a) =>
          prefixed(`${layer}.`, statistic.measure(viewOf(layer, a))),
        ),
      );
    }
    const layerCosts = Object.fromEntries(
      styleLayers.map((layer) => {
        const costs = areas.list.map((area, part) => {
          const weights = area.weights(layer);
          const view = viewOf(
            layer,
            layers[layer] as Node,
            weights && fed(`style.${part}.${layer}.positions`, weights),
          );
          const target = statistic.target(
            area.styles.map(
              ({ index, weight }): Sample => ({
                measures: unprefixed(`${layer}.`, samples[index] as Tensors),
                weight,
              }),
            ),
            { ...view, dimensions: (view.tap ?? view.features).shape[0] as number },
          );
          const cost = statistic.cost(view, (name) =>
            fed(`style.${part}.${layer}.${name}`, target.tensors[name] as Tensor),
          );
          return multiply(
            cost,
            fed(`style.${part}.${layer}.weight`, share(area.importance, relative ? target.size : 1)),
          );
        });
        return [layer, total(costs)];
      }),
    );
    const style = total(
      styleLayers.map((layer) =>
        multiply(layerCosts[layer] as Node, fed(`style.${layer}.weight`, scalar(options.styleLayers[layer] as number))),
      ),
    );

    const variation = totalVariation(picture);
    const uneven = unevenness(edgePad(picture), content.width * content.height);
    // A photo has its own grain: at little strength little is taken from it.
    const flatness = options.flatness * (relative ? areas.beta : 1);
    const parts = [
      multiply(fed('alpha', scalar(areas.alpha)), total(contentCosts)),
      multiply(fed('beta', scalar(areas.beta)), style),
      ...(options.tv > 0 ? [multiply(fed('tv', scalar(options.tv)), variation)] : []),
      ...(flatness > 0 ? [multiply(fed('flatness', scalar(flatness)), uneven)] : []),
    ];
    const cost = total(parts);
    const [gradient] = gradients(cost, [picture]) as [Node];
    const outputs = {
      total: cost,
      content: total(contentCosts),
      style,
      variation,
      unevenness: uneven,
      gradient,
      ...Object.fromEntries(styleLayers.map((layer) => [`style.${layer}.cost`, layerCosts[layer] as Node])),
    };
    const program = await Program.load(engine, outputs, network.tensors);
    const kept = areas.painted && { photo: subtractMean(content, network), painted: areas.painted };
    return new Objective(program, content, styleLayers, feeds, kept);
  }

  /**
   * What comes of pixels [3, H, W], RGB in 0..255 minus the network's mean: parts that take no style stay as in the
   * photo, whatever the features of their neighbours would make of them.
   */
  seen(pixels: Float32Array): Float32Array {
    if (!this.#kept) return pixels;
    const { photo, painted } = this.#kept;
    return photo.map((value, i) => {
      const share = painted[i % painted.length] as number;
      return value + share * ((pixels[i] as number) - value);
    });
  }

  /** Costs of what comes of pixels, and their gradient with respect to these pixels. */
  async evaluate(pixels: Float32Array): Promise<Evaluation> {
    const results = await this.#program.run({ ...this.#feeds, picture: tensor(this.#shape, this.seen(pixels)) });
    const number = (name: string) => (results[name] as Tensor).data[0] as number;
    const { data } = results.gradient as Tensor;
    const painted = this.#kept?.painted;
    return {
      costs: {
        total: number('total'),
        content: number('content'),
        style: number('style'),
        styleLayers: Object.fromEntries(this.#styleLayers.map((layer) => [layer, number(`style.${layer}.cost`)])),
        variation: number('variation'),
        unevenness: number('unevenness'),
      },
      gradient: painted ? data.map((g, i) => g * (painted[i % painted.length] as number)) : data,
    };
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

/** A picture as networks take it: minus the mean of each channel, [3, H, W]. */
export function subtractMean({ width, height, data }: Picture, { mean }: Network): Float32Array {
  const plane = width * height;
  return data.map((value, i) => value - (mean[Math.floor(i / plane)] as number));
}

/** The inverse of subtractMean. */
export function addMean(pixels: Float32Array, { mean }: Network): Float32Array {
  const plane = pixels.length / 3;
  return pixels.map((value, i) => value + (mean[Math.floor(i / plane)] as number));
}

/** Layers whose weight is not 0. */
function positive(weights: Readonly<Record<string, number>>): string[] {
  return Object.keys(weights).filter((layer) => (weights[layer] as number) > 0);
}

const total = ([first, ...others]: readonly Node[]) => others.reduce(add, first ?? constant(scalar(0)));

/** A weight by which a cost counts relative to `size`. */
const share = (weight = 0, size: number) => scalar(size > 0 ? weight / size : 0);

/** Mean over positions of the squared distance of features [1, C, H, W] from their mean. */
function variance({ shape, data }: Tensor): number {
  const channels = shape[1] as number;
  const positions = data.length / channels;
  let result = 0;
  for (let c = 0; c < channels; c++) {
    const plane = data.subarray(c * positions, (c + 1) * positions);
    const mean = plane.reduce((sum, value) => sum + value, 0) / positions;
    result += plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / positions;
  }
  return result;
}

/** Runs the network on a picture and returns what `wanted` takes of each layer. */
async function run(
  engine: Engine,
  network: Network,
  picture: Picture,
  options: CostOptions,
  layers: readonly string[],
  wanted: (layer: string, a: Node) => Readonly<Record<string, Node>>,
): Promise<Tensors> {
  const shape = [1, 3, picture.height, picture.width];
  const nodes = features(input('picture', shape), network, layers, options);
  const outputs = Object.assign({}, ...layers.map((layer) => wanted(layer, nodes[layer] as Node)));
  const program = await Program.load(engine, outputs, network.tensors);
  try {
    return await program.run({ picture: tensor(shape, subtractMean(picture, network)) });
  } finally {
    await program.dispose();
  }
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));
}

function unprefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
