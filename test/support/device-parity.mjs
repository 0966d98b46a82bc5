/**
 * A process that computes costs and gradient on a device and on the CPU, and prints how they differ as JSON: a driver
 * that crashes ends this process and no other. Its arguments are the device and a statistic.
 *
 * @typedef {object} Parity
 * @property {Record<string, number>} costs relative differences by name.
 * @property {number} gradient relative L2 of the difference.
 * @property {number} fedBytes that were new among the feeds of the last run.
 * @property {number} pictureBytes of the pixels.
 */
import process from 'node:process';
import { wholeObjective } from '#dist/core/costs/objective/whole.js';
import { tensor } from '#dist/core/graph/tensor.js';
import { networkOf, vggTable } from '#dist/core/networks/network.js';
import { resolveOptions } from '#dist/core/options/options.js';
import { createNodeEngine } from '#dist/engines/node.js';

const [device, statistic] = process.argv.slice(2);
const [width, height] = [44, 36];

/** The third block is wide enough for Winograd convolutions. */
const WIDTHS = [[4, 4], [8, 8], [96, 96, 8, 8], [8, 8, 8, 8], [8]];

function network() {
  const tensors = {};
  let state = 1;
  const number = () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  };
  const draw = (shape, scale) => {
    const value = tensor(shape);
    for (let i = 0; i < value.data.length; i++) value.data[i] = number() * scale;
    return value;
  };
  for (const { name, inputChannels, outputChannels } of vggTable(WIDTHS)) {
    tensors[`${name}.weight`] = draw([outputChannels, inputChannels, 3, 3], Math.sqrt(6 / (9 * inputChannels)));
    tensors[`${name}.bias`] = draw([outputChannels], 5);
  }
  return networkOf('small', 'seeded', tensors);
}

function stripes(seed) {
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 128 + 60 * Math.sin((x * seed) / 5 + y / (4 + seed)) + 40 * Math.cos((x - y * seed) / 3);
  });
  return { width, height, data };
}

const scene = {
  network: network(),
  content: stripes(1),
  styles: [{ picture: stripes(2), weight: 1 }],
  options: resolveOptions({ statistic }),
};
const pixels = stripes(3).data;

/** Costs and gradient after the third run, and the bytes of its feeds that had not been fed before. */
async function evaluated(engine) {
  const seen = new Set();
  let fedBytes = 0;
  const watched = {
    ...engine,
    async load(model) {
      const session = await engine.load(model);
      return {
        ...session,
        run(feeds) {
          const fed = Object.values(feeds).filter((feed) => !seen.has(feed));
          fedBytes = fed.reduce((sum, { data }) => sum + data.byteLength, 0);
          for (const feed of fed) seen.add(feed);
          return session.run(feeds);
        },
      };
    },
  };
  const objective = await wholeObjective(watched, scene);
  for (let run = 0; run < 2; run++) await objective.evaluate(pixels);
  const evaluation = await objective.evaluate(pixels);
  await objective.dispose();
  return { ...evaluation, fedBytes };
}

const norm = (values) => Math.hypot(...values);
const reference = await evaluated(createNodeEngine({ threads: 1 }));
const own = await evaluated(createNodeEngine({ device, threads: 1 }));
const costs = Object.entries(reference.costs).map(([name, cost]) => [name, Math.abs(own.costs[name] - cost) / cost]);
const parity = {
  costs: Object.fromEntries(costs),
  gradient: norm(own.gradient.map((g, i) => g - reference.gradient[i])) / norm(reference.gradient),
  fedBytes: own.fedBytes,
  pictureBytes: pixels.byteLength,
};
process.stdout.write(JSON.stringify(parity));
