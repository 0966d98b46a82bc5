/** Costs and gradients by test/support/reference.py, in double precision. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areasOf, type Region, type Style } from '../../src/core/costs/areas.js';
import { slicedStatistic } from '../../src/core/costs/statistics/sliced.js';
import type { Node } from '../../src/core/graph/node.js';
import { constant } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { tensor } from '../../src/core/graph/tensor.js';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import type { Network } from '../../src/core/networks/network.js';
import { subtractMean } from '../../src/core/networks/pixels.js';
import type { Options } from '../../src/core/options/options.js';
import type { Picture } from '../../src/core/pictures/picture.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { torchPython } from './python.js';

/** What the reference is asked for; pictures in 0..255. */
export interface Question {
  readonly network: Network;
  /** Where the network is written already. */
  readonly networkFile?: string;
  readonly content: Picture;
  /** Of the content, [H, W], 0..1. */
  readonly opacity?: Float32Array;
  readonly styles: readonly Style[];
  readonly regions?: Readonly<Record<string, Region>>;
  readonly generated: Picture;
  readonly options: Options;
  readonly mode?: 'gradient' | 'adam';
}

type CostNumbers = Readonly<Record<'total' | 'content' | 'style' | 'variation' | 'unevenness', number>> & {
  readonly styleLayers: Readonly<Record<string, number>>;
};

export interface Answer extends CostNumbers {
  /** Of Adam, after each update. */
  readonly steps: readonly CostNumbers[];
  /** Of the total cost; with Adam the last picture. */
  readonly gradient: Float64Array;
}

/** All answers of one start of Python, which takes seconds. */
export async function ask(questions: readonly Question[]): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-reference-'));
  const networks = new Map<Network, string>();
  let files = 0;
  const save = (data: Float32Array | Uint8Array) => {
    const file = join(folder, String(files++));
    writeFileSync(file, data);
    return file;
  };
  const requests = [];
  for (const question of questions) {
    const {
      network,
      networkFile,
      content,
      opacity,
      styles,
      regions = {},
      generated,
      options,
      mode = 'gradient',
    } = question;
    if (!networks.has(network)) networks.set(network, networkFile ?? save(writeSafetensors(network.tensors)));
    const ofPicture = (picture: Picture) => save(subtractMean(picture, network));
    // How strength becomes weights is a matter of taste, and not computed twice.
    const balance = (strength: number | undefined) => {
      const { alpha, beta } = areasOf({ content, styles: [] }, network, [], { ...options, strength });
      return { alpha, beta };
    };
    const areaOf = (name?: string) => {
      const own = styles.map((style, i) => [i, style.weight] as const).filter(([i]) => styles[i]?.region === name);
      const common = styles.map((style, i) => [i, style.weight] as const).filter(([i]) => !styles[i]?.region);
      const region = name === undefined ? undefined : regions[name];
      return {
        mask: region && save(region.mask),
        styles: own.length > 0 ? own : common,
        ...balance(own.length + common.length === 0 ? 0 : (region?.strength ?? options.strength)),
      };
    };
    requests.push({
      network: networks.get(network),
      content: ofPicture(content),
      opacity: opacity && save(opacity),
      generated: ofPicture(generated),
      width: content.width,
      height: content.height,
      styles: styles.map(({ picture, opacity }) => ({
        file: ofPicture(picture),
        opacity: opacity && save(opacity),
        width: picture.width,
        height: picture.height,
      })),
      areas: [...Object.keys(regions).map(areaOf), areaOf()],
      relative: options.strength !== undefined,
      contentLayers: options.contentLayers,
      styleLayers: options.styleLayers,
      tv: options.tv,
      flatness: options.flatness,
      statistic: options.statistic,
      styleMix: options.styleMix,
      directions: options.statistic === 'sliced' ? await directionsOf(network, content, options, save) : {},
      pooling: options.pooling,
      padding: options.padding,
      dtype: 'float64',
      mode,
      steps: options.steps,
      learningRate: options.learningRate,
      out: join(folder, `out${requests.length}`),
    });
  }
  const script = fileURLToPath(new URL('reference.py', import.meta.url));
  const input = JSON.stringify(requests);
  const answers = JSON.parse(execFileSync(torchPython as string, [script], { input, encoding: 'utf8' }));
  return requests.map(({ out }, i) => {
    const { buffer, byteOffset, length } = readFileSync(out);
    return { ...answers[i], gradient: new Float64Array(buffer, byteOffset, length / 8) };
  });
}

/** Files of the directions on which layers are projected. */
async function directionsOf(
  { convolutions }: Network,
  { width, height }: Picture,
  { styleLayers, seed }: Options,
  save: (data: Float32Array) => string,
): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [index, layer] of Object.keys(styleLayers).entries()) {
    const { outputChannels, block } = convolutions.find(
      ({ name }) => name === layer,
    ) as Network['convolutions'][number];
    const halvings = 2 ** (block - 1);
    const positions = Math.ceil(width / halvings) * Math.ceil(height / halvings);
    result[layer] = save(await directions(outputChannels, positions, seed + index));
  }
  return result;
}

/** [D, C]: of features that are 1 in one channel at one position, the projections are a column. */
async function directions(channels: number, positions: number, seed: number): Promise<Float32Array> {
  const outputs: Record<string, Node> = {};
  for (let c = 0; c < channels; c++) {
    const one = tensor([channels, 1]);
    one.data[c] = 1;
    const sampled = { features: constant(one), tap: undefined, positions: 1 };
    const about = { channels, dimensions: channels, positions, seed, styleMix: 'blend' } as const;
    outputs[c] = slicedStatistic.measure(sampled, about).projected;
  }
  const program = await Program.load(createNodeEngine(), outputs);
  const columns = await program.run();
  await program.dispose();
  const count = columns[0]?.data.length as number;
  return Float32Array.from(
    { length: count * channels },
    (_, i) => columns[i % channels]?.data[Math.floor(i / channels)] as number,
  );
}
