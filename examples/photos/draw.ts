/** Draws the example photos to JPEGs beside their sources: `node dist/examples/photos/draw.js [name ...]`, in minutes. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { fruit } from './fruit.js';
import { lake } from './lake.js';

const SEED = 7;
const [WIDTH, HEIGHT] = [960, 720];

for (const [name, photo] of Object.entries({ lake, fruit })) {
  if (process.argv.length > 2 && !process.argv.includes(name)) continue;
  const file = fileURLToPath(new URL(`../../../examples/photos/${name}.jpg`, import.meta.url));
  await sharp(photo(WIDTH, HEIGHT, SEED).bytes(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 84, mozjpeg: true })
    .toFile(file);
}
