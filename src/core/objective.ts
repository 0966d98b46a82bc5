/** The cost of a picture and its gradient, as one program for one picture size. */
import { contentCost, layerStyleCost } from './costs.js';
import type { Engine } from './engine.js';
import { contentOf, features, styleOf } from './features.js';
import { gradients } from './graph/gradient.js';
import type { Node } from './graph/node.js';
import { add, fixedInput, input, multiply, scale } from './graph/operations.js';
import { Program } from './graph/program.js';
import type { Network } from './network.js';
import type { Options } from './options.js';
import type { Picture } from './picture.js';
import { scalar, type Tensor, type Tensors, tensor } from './tensor.js';

export interface Costs {
  /** alpha * content + beta * style. */
  readonly total: number;
  /** Sum over content layers, weighted. */
  readonly content: number;
  /** Sum over style layers, weighted. */
  readonly style: number;
  /** Style cost of each layer before its weight. */
  readonly styleLayers: Readonly<Record<string, number>>;
}

export interface Evaluation {
  readonly costs: Costs;
  /** Of the total cost with respect to the picture, [3, H, W]. */
  readonly gradient: Float32Array;
}

/** What the costs of a picture are taken against. */
export interface Targets {
  readonly content: Picture;
  /** Pictures of any size; their Gram matrices are blended by weight. */
  readonly styles: readonly { readonly picture: Picture; readonly weight: number }[];
}

type CostOptions = Pick<Options, 'pooling' | 'contentLayers' | 'styleLayers' | 'alpha' | 'beta'>;

export class Objective {
  readonly #program: Program;
  readonly #shape: readonly [1, 3, number, number];
  readonly #styleLayers: readonly string[];
  readonly #weights: Tensors;

  private constructor(program: Program, content: Picture, styleLayers: readonly string[], weights: Tensors) {
    this.#program = program;
    this.#shape = [1, 3, content.height, content.width];
    this.#styleLayers = styleLayers;
    this.#weights = weights;
  }

  /**
   * Takes the targets' features and compiles the cost for pictures of the content's size.
   *
   * @throws GivernyError LAYER_UNKNOWN, OUT_OF_MEMORY, ENGINE_FAILED.
   */
  static async create(engine: Engine, network: Network, targets: Targets, options: CostOptions): Promise<Objective> {
    const contentLayers = positive(options.contentLayers);
    const styleLayers = positive(options.styleLayers);
    const fixed: Record<string, Tensor> = { ...network.tensors };
    const contentTargets = await targetsOf(engine, network, targets.content, options, contentLayers, contentOf);
    for (const layer of contentLayers) fixed[`content.${layer}`] = contentTargets[layer] as Tensor;
    const whole = targets.styles.reduce((total, { weight }) => total + weight, 0);
    for (const { picture, weight } of targets.styles) {
      const grams = await targetsOf(engine, network, picture, options, styleLayers, styleOf);
      for (const layer of styleLayers) {
        const { shape, data } = grams[layer] as Tensor;
        const blend = fixed[`style.${layer}`] ?? tensor(shape);
        for (let i = 0; i < data.length; i++)
          blend.data[i] = (blend.data[i] as number) + ((data[i] as number) * weight) / whole;
        fixed[`style.${layer}`] = blend;
      }
    }

    const { width, height } = targets.content;
    const picture = input('picture', [1, 3, height, width]);
    const layers = features(picture, network, [...contentLayers, ...styleLayers], options.pooling);
    const content = weighted(contentLayers, options.contentLayers, (layer) => {
      const a = contentOf(network, layer, layers[layer] as Node);
      return contentCost(fixedInput(`content.${layer}`, a.shape), a, network.costChannels?.[layer]);
    });
    const styleCosts = Object.fromEntries(
      styleLayers.map((layer) => {
        const gramG = styleOf(network, layer, layers[layer] as Node);
        const gramS = fixedInput(`style.${layer}`, gramG.shape);
        return [layer, layerStyleCost(gramS, gramG, network.costChannels?.[layer])];
      }),
    );
    const style = weighted(styleLayers, options.styleLayers, (layer) => styleCosts[layer] as Node);
    // alpha and beta are fed on every run, so that they can change while painting.
    const total = add(multiply(input('alpha', []), content), multiply(input('beta', []), style));
    const [gradient] = gradients(total, [picture]) as [Node];
    const outputs = {
      total,
      content,
      style,
      gradient,
      ...Object.fromEntries(styleLayers.map((layer) => [`style.${layer}.cost`, styleCosts[layer] as Node])),
    };
    const program = await Program.load(engine, outputs, fixed);
    return new Objective(program, targets.content, styleLayers, {
      alpha: scalar(options.alpha),
      beta: scalar(options.beta),
    });
  }

  /** Costs and gradient of a picture [3, H, W], RGB in 0..255 minus the network's mean. */
  async evaluate(pixels: Float32Array): Promise<Evaluation> {
    const results = await this.#program.run({ ...this.#weights, picture: tensor(this.#shape, pixels) });
    const number = (name: string) => (results[name] as Tensor).data[0] as number;
    return {
      costs: {
        total: number('total'),
        content: number('content'),
        style: number('style'),
        styleLayers: Object.fromEntries(this.#styleLayers.map((layer) => [layer, number(`style.${layer}.cost`)])),
      },
      gradient: (results.gradient as Tensor).data,
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

function weighted(
  layers: readonly string[],
  weights: Readonly<Record<string, number>>,
  cost: (layer: string) => Node,
): Node {
  return layers.map((layer) => scale(cost(layer), weights[layer] as number)).reduce((a, b) => add(a, b));
}

async function targetsOf(
  engine: Engine,
  network: Network,
  picture: Picture,
  { pooling }: CostOptions,
  layers: readonly string[],
  statistic: (network: Network, layer: string, a: Node) => Node,
): Promise<Tensors> {
  const shape = [1, 3, picture.height, picture.width];
  const nodes = features(input('picture', shape), network, layers, pooling);
  const outputs = Object.fromEntries(layers.map((layer) => [layer, statistic(network, layer, nodes[layer] as Node)]));
  const program = await Program.load(engine, outputs, network.tensors);
  try {
    return await program.run({ picture: tensor(shape, subtractMean(picture, network)) });
  } finally {
    await program.dispose();
  }
}
