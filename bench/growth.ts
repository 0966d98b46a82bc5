/**
 * How time and memory of a step grow with the picture, whole and in tiles: `node dist/bench/growth.js` prints one line
 * for each size and way. Each runs in a process of its own, whose peak of memory is that run's alone. Time is that of
 * the processors, which other programs on the machine hardly change.
 *
 * As a child: `growth.js <width> <height> <core side, or whole> [network] [statistic] [styles] [steps]`.
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Objective } from '#dist/core/costs/objective/objective.js';
import { tiledObjective } from '#dist/core/costs/objective/tiled.js';
import { wholeObjective } from '#dist/core/costs/objective/whole.js';
import { subtractMean } from '#dist/core/networks/pixels.js';
import { resolveOptions } from '#dist/core/options/options.js';
import { type Picture, picture } from '#dist/core/pictures/picture.js';
import { createNodeEngine } from '#dist/engines/node.js';
import { openNetwork } from '#dist/node/networks/open.js';
import { inLargePages } from '#dist/node/painting/large-pages.js';

/** What one run took. */
export interface Taken {
  /** Of the process, in bytes. */
  readonly peak: number;
  /** Processor time of each evaluation. */
  readonly seconds: readonly number[];
}

const [width, height, way, network = 'pocket', statistic = 'wasserstein', styles = '1', steps = '2'] =
  process.argv.slice(2);
if (width === undefined) compare();
else console.log(JSON.stringify(await evaluated(Number(width), Number(height), way as string)));

/** Sizes in pixels, with the ways to paint them: whole, or the longest side of a tile's core. */
const RUNS: readonly (readonly [number, number, readonly string[]])[] = [
  [384, 256, ['whole']],
  [768, 512, ['whole', '256']],
  [1536, 1024, ['whole', '512', '1024']],
  [3072, 2048, ['whole', '768']],
  [6000, 4000, ['768']],
];

function compare(): void {
  for (const [w, h, ways] of RUNS) {
    for (const how of ways) {
      const args = [fileURLToPath(import.meta.url), String(w), String(h), how];
      const { peak, seconds } = JSON.parse(
        execFileSync(process.execPath, args, { encoding: 'utf8', env: inLargePages(process.env) }),
      ) as Taken;
      const pace = Math.min(...seconds) / ((w * h) / 1e6);
      console.log(`${w}x${h}  ${how}  ${pace.toFixed(2)} s per megapixel and step  ${(peak / 1e9).toFixed(2)} GB`);
    }
  }
}

async function evaluated(w: number, h: number, how: string): Promise<Taken> {
  // Threads that wait busily would count as work.
  const engine = createNodeEngine({ spinning: false });
  const scene = {
    network: await openNetwork(network),
    content: patches(w, h, 1),
    styles: Array.from({ length: Number(styles) }, (_, i) => ({ picture: patches(w, h, i + 2), weight: 1 })),
    options: resolveOptions({ statistic }),
  };
  const objective: Objective =
    how === 'whole' ? await wholeObjective(engine, scene) : await tiledObjective(engine, scene, Number(how));
  const pixels = subtractMean(scene.content, scene.network);
  const seconds: number[] = [];
  for (let step = 0; step < Number(steps); step++) {
    const before = process.cpuUsage();
    await objective.evaluate(pixels);
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  return { peak: process.resourceUsage().maxRSS * 1024, seconds };
}

/** A picture of soft patches with some grain. */
function patches(w: number, h: number, seed: number): Picture {
  const data = new Float32Array(3 * w * h);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % w, Math.floor(i / w) % h];
    const level = 128 + 60 * Math.sin((x + seed * y) / 37) + 40 * Math.cos((y - seed * x) / 11);
    data[i] = level + 20 * Math.sin(i * 12.9898 * seed);
  }
  return picture(w, h, data);
}
