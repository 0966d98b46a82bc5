/**
 * Whether one painter keeps its memory flat: paints small pictures one after the other, each with another seed, size and
 * statistic, and prints memory on the way. `node --expose-gc dist/bench/flat.js [paintings]`
 */
import process from 'node:process';
import { picture } from '#dist/core/pictures/picture.js';
import { paintFile } from '#dist/node/painting/paint-file.js';
import { createPainter } from '#dist/node/painting/painter.js';

const STATISTICS = ['sliced', 'wasserstein', 'gram'] as const;
const count = Number(process.argv[2] ?? 200);
const painter = createPainter();
const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0).padStart(6);

/** A picture of colours and stripes that no other seed has. */
function drawn(side: number, seed: number) {
  const result = picture(side, side);
  for (let i = 0; i < result.data.length; i++) result.data[i] = 128 + 100 * Math.sin(i * (0.01 + seed * 0.001) + seed);
  return result;
}

console.log('paintings   rss MB  heap MB  arrays MB');
for (let i = 0; i < count; i++) {
  const side = 48 + 8 * (i % 7);
  await paintFile({
    content: drawn(side, i),
    styles: [drawn(64 + (i % 5), 1000 + i)],
    network: 'pocket',
    options: { size: side, steps: 2, firstSize: 0, seed: i, statistic: STATISTICS[i % 3] },
    painter,
  });
  if ((i + 1) % 20 !== 0) continue;
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  console.log(`${String(i + 1).padStart(9)} ${megabytes(rss)}  ${megabytes(heapUsed)}   ${megabytes(arrayBuffers)}`);
}
