/** Photo and styles, looked at through the network. */
import type { Engine } from '../../graph/engine.js';
import { hashOf } from '../../graph/hash.js';
import { type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import { layerStride } from '../../networks/measures.js';
import { subtractMean } from '../../networks/pixels.js';
import type { Picture } from '../../pictures/picture.js';
import { positionWeights } from '../areas.js';
import { maskAt } from '../guidance.js';
import type { Scene } from '../setting.js';
import { blended, type Sample } from '../statistics/statistic.js';
import type { Joins, Measures, Setting, Sources, View } from '../term.js';
import { Joined, joinsBy } from './join.js';
import { byShape, TileRunner } from './runner.js';
import { wholeStage } from './stages.js';
import { coreOf, paste, type Tile, tilesOf, wholeTile } from './tiles.js';
import { seenBy, viewsOf } from './view.js';

/** A picture to look at, and how far each of its pixels counts. */
interface Source {
  readonly picture: Picture;
  readonly opacity?: Float32Array | undefined;
}

/** Keeps what was measured of styles. */
export interface Keep {
  measured(key: string, measure: () => Promise<Tensors>): Promise<Tensors>;
}

const keepNothing: Keep = { measured: (_, measure) => measure() };

export interface SourceSettings {
  readonly keep?: Keep | undefined;
  /** The most that a tile may measure along each axis, without its halo; pictures are looked at whole where left out. */
  readonly coreSidePx?: number | undefined;
}

/** The sources of a scene's targets. */
export function sourcesOf(
  engine: Engine,
  scene: Scene,
  setting: Setting,
  { keep = keepNothing, coreSidePx = Number.POSITIVE_INFINITY }: SourceSettings = {},
): Sources {
  const { content, styles, network, options } = scene;
  /** Hands `take` what is measured of each tile. */
  const look = async (
    { picture, opacity }: Source,
    layers: readonly string[],
    measure: (view: View) => Measures,
    take: (measures: Tensors, tile: Tile) => void,
  ): Promise<void> => {
    const stage = wholeStage(network, layers);
    const runner = new TileRunner(engine, network, stage, (region, tile, positional) => {
      const views = viewsOf(seenBy(stage, region, network, options), stage, tile, network);
      const view = views(setting, {
        weights: (_, layer) => {
          if (!opacity) return undefined;
          const value = positionWeights(maskAt(opacity, picture, layer, network));
          return positional.row(`weights/${layer}`, layer, value);
        },
        importance: () => undefined,
        map: (name) => {
          throw new RangeError(`Expected no map of a source picture but ${name} was asked for.`);
        },
      });
      return measure(view);
    });
    try {
      const pixels = subtractMean(picture, network);
      const isSmall = Math.max(picture.width, picture.height) <= coreSidePx;
      const tiles = isSmall ? [wholeTile(picture)] : byShape(tilesOf(picture, stage.halo, coreSidePx));
      for (const tile of tiles) take(await runner.run(pixels, tile), tile);
    } finally {
      await runner.dispose();
    }
  };
  const measured = async (
    source: Source,
    layers: readonly string[],
    measure: (view: View) => Measures,
    join: Joins = 'sum',
  ): Promise<Tensors> => {
    const joined = new Joined(joinsBy(join));
    await look(source, layers, measure, (measures) => joined.add(measures));
    return joined.measures();
  };
  const contentFeatures = async (layers: readonly string[]): Promise<Tensors> => {
    const found: Record<string, Tensor> = {};
    const mapped = (view: View) => Object.fromEntries(layers.map((layer) => [layer, view.layer(layer).mapped()]));
    await look({ picture: content }, layers, mapped, (measures, tile) => {
      for (const layer of layers) {
        const part = measures[layer] as Tensor;
        const { height, width } = setting.layer(layer);
        const channels = part.shape[1] as number;
        found[layer] ??= tensor([1, channels, height, width]);
        paste((found[layer] as Tensor).data, { width, height }, part.data, coreOf(tile, layerStride(network, layer)));
      }
    });
    return found;
  };
  const ofStyle: Sources['ofStyle'] = (index, layers, measure, key, join) => {
    const style = styles[index] as Source;
    const own = () => measured(style, layers, measure, join);
    if (key === undefined) return own();
    return keep.measured(`${network.hash} ${options.pooling} ${options.padding} ${contentKey(style)} ${key}`, own);
  };
  return {
    ...setting,
    content,
    styles,
    ofContent: (layers, measure) => measured({ picture: content }, layers, measure) as never,
    contentFeatures,
    ofStyle,
    ofStyles: async (layers, measure) => {
      const samples: Sample[] = [];
      for (const [index, { weight }] of styles.entries()) {
        samples.push({ measures: await ofStyle(index, layers, measure), weight });
      }
      const names = Object.keys(samples[0]?.measures ?? {});
      return Object.fromEntries(names.map((name) => [name, blended(samples, name)])) as never;
    },
  };
}

/** Tells pictures apart by what is in them. */
function contentKey({ picture, opacity }: Source): string {
  return `${picture.width}x${picture.height} ${hashOf(picture.data)} ${opacity ? hashOf(opacity) : ''}`;
}
