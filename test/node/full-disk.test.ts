/** A disk that fills while a painting's state is saved: the painting goes on, and says so. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { paintFile } from '../../src/node/painting/paint-file.js';
import { bench } from '../cli/bench.js';

/** The folder whose disk is full; none where it is empty. */
const full = vi.hoisted(() => ({ folder: '' }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (...[path, flags, mode]: Parameters<typeof real.open>) => {
      const file = await real.open(path, flags, mode);
      if (full.folder !== '' && flags === 'wx' && String(path).startsWith(full.folder)) {
        // Some of it still fits.
        file.writeFile = async (data) => {
          await file.write((data as Uint8Array).subarray(0, 10));
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        };
      }
      return file;
    },
  };
});

test('once, and saves it again when there is room; the picture is the same', async () => {
  const folder = await bench();
  const asked = {
    content: join(folder, 'photo.jpg'),
    styles: [join(folder, 'style.png')],
    network: join(folder, 'tiny.safetensors'),
    options: { size: 64, steps: 8, firstSize: 0, tolerance: 0 },
  };
  await paintFile({ ...asked, output: join(folder, 'whole.png') });
  const state = join(folder, 'kept', 'out.giverny');
  const notices: string[] = [];
  const kept: boolean[] = [];
  await paintFile({
    ...asked,
    ...{ output: join(folder, 'out.png'), state, stateEverySeconds: 0 },
    onNotice: (sentence) => notices.push(sentence),
    onStep({ step }) {
      kept.push(existsSync(state));
      full.folder = step >= 2 && step < 5 ? join(folder, 'kept') : '';
    },
  });
  expect(notices).toEqual([
    `Expected room to write "${state}" but the disk is full. Until its state can be saved, a painting that is stopped goes on from step 2.`,
  ]);
  // What was saved before the disk was full stays.
  expect(kept.slice(2)).toEqual([true, true, true, true, true, true]);
  expect(await readdir(join(folder, 'kept'))).toEqual([]);
  expect(readFileSync(join(folder, 'out.png')).equals(readFileSync(join(folder, 'whole.png')))).toBe(true);
});
