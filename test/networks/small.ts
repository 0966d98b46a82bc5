/** A small VGG-shaped network of known numbers, and the shape every reader must bring it to. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sizeOf, type Tensor } from '../../src/core/graph/tensor.js';
import { vggTable } from '../../src/core/networks/network.js';

/** Two blocks; more layers in the second, so that a torchvision file has a pool in the right place. */
export const WIDTHS = [
  [4, 5],
  [6, 3],
];

/** Exact in float16, different everywhere. */
export function smallTensors(): Record<string, Tensor> {
  let next = 0;
  const numbers = (shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => ((next++ * 37) % 2001) / 1024 - 1),
  });
  return Object.fromEntries(
    vggTable(WIDTHS).flatMap(({ name, inputChannels, outputChannels }) => [
      [`${name}.weight`, numbers([outputChannels, inputChannels, 3, 3])],
      [`${name}.bias`, numbers([outputChannels])],
    ]),
  );
}

const PYTHON = '/usr/bin/python3';

/** Whether Debian's numpy, scipy and h5py are here, to write files independently of our readers. */
export const hasPython = spawnSync(PYTHON, ['-c', 'import numpy, scipy.io, h5py']).status === 0;

/** Writes the small network in every format, as its own tools would; returns the folder. */
export function writeWithPython(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'giverny-networks-'));
  const json = Object.entries(smallTensors()).map(([name, { shape, data }]) => [name, shape, Array.from(data)]);
  writeFileSync(path.join(folder, 'source.json'), JSON.stringify(json));
  execFileSync(PYTHON, [fileURLToPath(new URL('write_networks.py', import.meta.url)), folder], { stdio: 'inherit' });
  return folder;
}
