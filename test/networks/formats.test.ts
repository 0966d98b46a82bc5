import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GivernyError } from '../../src/core/errors.js';
import { type NetworkFile, toNetwork } from '../../src/core/networks/formats/canonical.js';
import { readNetworkFile } from '../../src/core/networks/formats/read.js';
import { VGG_MEAN } from '../../src/core/networks/network.js';
import { hasPython, smallTensors, writeWithPython } from './small.js';

let folder = '';
beforeAll(() => {
  if (hasPython) folder = writeWithPython();
});
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true });
});

const read = (name: string) => {
  const file = path.join(folder, name);
  return readNetworkFile(name, readFileSync(file), (shard) => readFile(path.join(path.dirname(file), shard)));
};

/** Compares number by number; `within` is the largest difference allowed. */
function expectSource(found: NetworkFile, within = 0) {
  const source = smallTensors();
  expect(Object.keys(found.tensors).sort()).toEqual(Object.keys(source).sort());
  for (const [name, { shape, data }] of Object.entries(source)) {
    expect(found.tensors[name]?.shape, name).toEqual(shape);
    const differences = Array.from(found.tensors[name]?.data ?? [], (value, i) =>
      Math.abs(value - (data[i] as number)),
    );
    expect(Math.max(...differences), name).toBeLessThanOrEqual(within);
  }
}

describe.skipIf(!hasPython)(
  'files written by scipy, h5py and numpy (skipped without /usr/bin/python3 and these)',
  () => {
    test.each([
      ...['keras1.h5', 'keras2.h5', 'keras3.h5', 'keras-chunked.h5', 'keras-latest.h5', 'keras-many.h5'],
      ...['keras-dense.h5', 'keras-ordered.h5', 'keras-filters.h5', 'keras-uneven.h5'],
    ])('%s', async (name) => {
      const found = await read(name);
      expectSource(found);
      expect(found).toMatchObject({ format: 'Keras', mean: VGG_MEAN });
    });

    test.each(['newer.mat', 'older.mat'])('%s', async (name) => {
      const found = await read(name);
      expectSource(found);
      expect(found).toMatchObject({ format: 'MatConvNet', mean: [123.5, 116.25, 103] });
    });

    test('oldest.mat, with filters and biases and no mean', async () => {
      const found = await read('oldest.mat');
      expectSource(found);
      expect(found.mean).toEqual(VGG_MEAN);
    });

    test('torchvision.safetensors: normalisation folded into conv1_1, mean in 0..255', async () => {
      const found = await read('torchvision.safetensors');
      expectSource(found, 2e-7);
      expect(found.format).toBe('torchvision');
      for (const [i, mean] of [123.675, 116.28, 103.53].entries()) expect(found.mean[i]).toBeCloseTo(mean, 10);
    });

    test('half.safetensors, its numbers exact in float16', async () => {
      expectSource(await read('half.safetensors'));
    });

    test.each([
      ['tfjs/model.json', 0],
      ['tfjs-float16/model.json', 0],
      ['tfjs-uint16/model.json', 2 / 65535],
      ['tfjs-uint8/model.json', 1.01 / 255],
    ])('%s within %d', async (name, within) => {
      const found = await read(name);
      expectSource(found, within);
      expect(found).toMatchObject({ format: 'TensorFlow.js', mean: VGG_MEAN });
    });

    test('the same numbers have the same hash, whatever the file', async () => {
      const hashes = await Promise.all(
        ['keras1.h5', 'oldest.mat', 'half.safetensors', 'tfjs/model.json'].map(
          async (name) => (await toNetwork('small', await read(name))).hash,
        ),
      );
      expect(new Set(hashes).size).toBe(1);
      expect((await toNetwork('small', await read('newer.mat'))).hash).not.toBe(hashes[0]);
    });

    test('a file cut short anywhere is refused with one sentence', async () => {
      for (const name of readdirSync(folder).filter((file) => /\.(h5|mat|safetensors)$/.test(file))) {
        const bytes = readFileSync(path.join(folder, name));
        const whole = await readNetworkFile(name, bytes);
        // Every length near the start, where the structure is, then samples.
        const step = name.endsWith('older.mat') ? 40_009 : 331;
        for (let length = 0; length < bytes.length; length += length < 600 ? 7 : step) {
          await expectRefusal(
            `${name} of ${length} bytes`,
            () => readNetworkFile(name, bytes.subarray(0, length)),
            whole,
          );
        }
      }
    }, 60_000);

    test('a file with wrong bytes is read or refused, but never breaks the reader', async () => {
      for (const name of readdirSync(folder).filter((file) => /\.(h5|mat|safetensors)$/.test(file))) {
        const bytes = readFileSync(path.join(folder, name));
        for (let at = 0; at < Math.min(bytes.length, 4000); at += 13) {
          const broken = bytes.slice();
          broken[at] = ((at * 31) % 256) ^ (broken[at] as number) ^ 0x55;
          await readNetworkFile(name, broken).catch((error) => {
            expect(error, `${name} at ${at}: ${error?.stack}`).toBeInstanceOf(GivernyError);
          });
        }
      }
    }, 60_000);
  },
);

/** A prefix that ends after the variable of the layers is a file in its own right. */
async function expectRefusal(what: string, attempt: () => Promise<NetworkFile>, whole: NetworkFile) {
  try {
    expect((await attempt()).tensors, what).toEqual(whole.tensors);
    expect(what).toMatch(/\.mat/);
  } catch (error) {
    expect(error, `${what}: ${error}`).toBeInstanceOf(GivernyError);
    expect(String(error)).toMatch(/Expected .* but found .*\.$/);
  }
}
