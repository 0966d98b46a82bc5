/** Which stages a painting's terms can be measured in. */
import { type Node, topologicalOrder } from '../../graph/node.js';
import { input } from '../../graph/operations.js';
import type { Size } from '../../pictures/picture.js';
import { measuresOf, type Passed, type Staged } from './pass.js';
import { Positional } from './positional.js';
import { byShape } from './runner.js';
import { readBy, type Stage, stagesOf, tilesByStage, wholeStage } from './stages.js';
import type { Tile } from './tiles.js';
import { seenBy, viewsOf } from './view.js';

/**
 * The stages with their measures. A term that looks at shallow and deep layers in one measure has both in one stage.
 *
 * @param coreSidePx the most that a tile of the first stage may measure along each axis, without its halo.
 */
export function stagedBy(passed: Passed, size: Size, layers: readonly string[], coreSidePx: number): Staged[] {
  const { network } = passed;
  const staged = (stages: readonly Stage[]): Staged[] => {
    const taken = new Set<string>();
    return tilesByStage(size, network, stages, coreSidePx).map(({ stage, tiles }, i) => {
      const own = [...seenWithin(passed, stage, tiles[0] as Tile)].filter(([name, isOwn]) => isOwn && !taken.has(name));
      const names = own.map(([name]) => name);
      for (const name of names) taken.add(name);
      return { stage, tiles: byShape(tiles), own: new Set(names), next: stages[i + 1] };
    });
  };
  const whole = staged([wholeStage(network, layers)]);
  const cut = staged(stagesOf(network, layers));
  const measures = (of: readonly Staged[]) => of.reduce((sum, { own }) => sum + own.size, 0);
  return measures(cut) === measures(whole) ? cut : whole;
}

/** All measures of a tile by name, and whether they look at nothing but what the stage computes. */
function seenWithin(passed: Passed, stage: Stage, tile: Tile): Map<string, boolean> {
  const { network, options, setting, bound } = passed;
  const elsewhere = new Set<Node>();
  const { width, height } = readBy(stage, tile).region;
  const seen = seenBy(stage, input('read', [1, stage.channels, height, width]), network, options);
  const views = viewsOf(seen, stage, tile, network, (shape) => {
    const node = input('elsewhere', shape);
    elsewhere.add(node);
    return node;
  });
  const measures = Object.entries(measuresOf(bound, views, setting, new Positional(network, tile)));
  return new Map(
    measures.map(([name, node]) => [name, !topologicalOrder([node]).some((reached) => elsewhere.has(reached))]),
  );
}
