/** The style cost: a statistic of the painting's features comes near to the styles'. */
import type { Node } from '../graph/node.js';
import { scalar, type Tensor } from '../graph/tensor.js';
import type { Options } from '../options/options.js';
import { STATISTICS } from './statistics/index.js';
import type { About, Sample } from './statistics/statistic.js';
import { defineTerm, type Join, type Setting, type Term, type View } from './term.js';
import { byWeight, layersOf, share, total } from './weights.js';

type StyleOptions = Pick<Options, 'styleLayers' | 'styleMix' | 'statistic' | 'seed' | 'strength'>;

/**
 * Costs of a statistic, sum over layers by their weights and over areas by their shares of the painting (Gatys et al.
 * 2015, eq. 5, where the statistic is the Gram matrix). By `strength` each counts relative to the size of the style's
 * own statistic, so that it means the same for every picture, size, network and statistic.
 */
export function styleTerm({ styleLayers, styleMix, statistic: name, seed, strength }: StyleOptions): Term {
  const layers = layersOf(styleLayers);
  const statistic = STATISTICS[name];
  const aboutOf = (setting: Setting, layer: string): About => {
    const { channels, dimensions, positions } = setting.layer(layer);
    return { channels, dimensions, positions, seed: seed + layers.indexOf(layer), styleMix };
  };
  /** Of all areas of the painting, or of a style as a whole. */
  const measure = (view: View, setting: Setting, areas: number) =>
    joined(
      layers.flatMap((layer) =>
        Array.from({ length: areas }, (_, area) => {
          const { features, tap, positions } = view.layer(layer);
          const sampled = { features, tap, positions, weights: view.weights(area, layer) };
          return [`${area}.${layer}`, statistic.measure(sampled, aboutOf(setting, layer))];
        }),
      ),
    );
  const join = (measure: string) => statistic.join[measure.slice(measure.lastIndexOf('.') + 1)] as Join;
  return defineTerm<string, string>({
    name: 'style',
    weight: ({ areas }) => areas.beta,
    layers,
    join,
    measure: (view) => measure(view, view, view.areas.list.length),
    target: async (sources) => {
      const { areas, styles } = sources;
      const key = `${name} ${layers.map((layer) => Object.values(aboutOf(sources, layer)))}`;
      const measured: Readonly<Record<string, Tensor>>[] = [];
      for (const index of styles.keys()) {
        measured.push(await sources.ofStyle(index, layers, (view) => measure(view, sources, 1), key, join));
      }
      const tensors: Record<string, Tensor> = {};
      for (const layer of layers) {
        for (const [i, area] of areas.list.entries()) {
          const samples = area.styles.map(({ index, weight }): Sample => {
            return { measures: separated(`0.${layer}`, measured[index] ?? {}), weight };
          });
          const target = statistic.target(samples, aboutOf(sources, layer));
          for (const [key, value] of Object.entries(target.tensors)) tensors[`${i}.${layer}.${key}`] = value;
          tensors[`${i}.${layer}.weight`] = share(area.importance, strength === undefined ? 1 : target.size);
        }
        tensors[`${layer}.weight`] = scalar(styleLayers[layer] as number);
      }
      return { tensors };
    },
    cost: (measures, target, setting) => {
      const parts = Object.fromEntries(
        layers.map((layer) => {
          const costs = setting.areas.list.map((_, area) => {
            const prefix = `${area}.${layer}`;
            const own = separated(prefix, target);
            return byWeight(statistic.cost(separated(prefix, measures), own, aboutOf(setting, layer)), own.weight);
          });
          return [layer, total(costs)];
        }),
      );
      return {
        cost: total(layers.map((layer) => byWeight(parts[layer] as Node, target[`${layer}.weight`]))),
        parts,
      };
    },
  });
}

type Values<T> = Readonly<Record<string, T>>;

/** Values of several records under `<prefix>.<name>`. */
function joined<T>(records: readonly (readonly [prefix: string, values: Values<T>])[]): Values<T> {
  return Object.fromEntries(
    records.flatMap(([prefix, values]) => Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value])),
  );
}

/** What `joined` put under one prefix. */
function separated<T>(prefix: string, values: Values<T>): Values<T> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name.startsWith(`${prefix}.`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );
}
