/** Photo and styles, looked at through the network. */
import type { Engine } from '../graph/engine.js';
import { hashOf } from '../graph/hash.js';
import { input } from '../graph/operations.js';
import { Program } from '../graph/program.js';
import { type Tensor, type Tensors, tensor } from '../graph/tensor.js';
import { subtractMean } from '../networks/pixels.js';
import type { Picture } from '../pictures/picture.js';
import { positionWeights } from './areas.js';
import { maskAt } from './guidance.js';
import type { Scene } from './setting.js';
import { blended, type Sample } from './statistics/statistic.js';
import type { Measures, Setting, Sources, View } from './term.js';
import { viewsOf } from './view.js';

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

/** The sources of a scene's targets. */
export function sourcesOf(engine: Engine, scene: Scene, setting: Setting, keep: Keep = keepNothing): Sources {
  const { content, styles, network, options } = scene;
  const look = async (
    { picture, opacity }: Source,
    layers: readonly string[],
    measure: (view: View) => Measures,
  ): Promise<Tensors> => {
    const { width, height } = picture;
    const shape = [1, 3, height, width];
    const feeds: Record<string, Tensor> = { picture: tensor(shape, subtractMean(picture, network)) };
    const views = viewsOf(input('picture', shape), network, layers, options);
    const view = views(setting, {
      weights: (_, layer) => {
        if (!opacity) return undefined;
        const value = positionWeights(maskAt(opacity, picture, layer, network));
        feeds[`weights/${layer}`] = value;
        return input(`weights/${layer}`, value.shape);
      },
      importance: () => undefined,
      map: (name) => {
        throw new RangeError(`Expected no map of a source picture but ${name} was asked for.`);
      },
    });
    const program = await Program.load(engine, measure(view), network.tensors);
    try {
      return await program.run(feeds);
    } finally {
      await program.dispose();
    }
  };
  const ofStyle: Sources['ofStyle'] = (index, layers, measure, key) => {
    const style = styles[index] as Source;
    const measured = () => look(style, layers, measure);
    if (key === undefined) return measured();
    return keep.measured(`${network.hash} ${options.pooling} ${options.padding} ${contentKey(style)} ${key}`, measured);
  };
  return {
    ...setting,
    content,
    styles,
    ofContent: (layers, measure) => look({ picture: content }, layers, measure) as never,
    contentFeatures: (layers) =>
      look({ picture: content }, layers, (view) =>
        Object.fromEntries(layers.map((layer) => [layer, view.layer(layer).mapped()])),
      ),
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
