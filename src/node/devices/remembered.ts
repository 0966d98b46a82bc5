/** What trials found, in the cache: a device is tried once for this machine, this version and this runtime. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus, hostname, totalmem } from 'node:os';
import process from 'node:process';
import { z } from 'zod';
import type { GraphicsDevice } from '../../core/devices.js';
import { runtimeVersion } from '../../engines/runtime.js';
import { readMeasured, writeMeasured } from '../files/measured.js';
import { VERSION } from '../version.js';
import type { Trial } from './trial.js';

const timed = z.object({ seconds: z.number(), cpuSeconds: z.number() });
const trial = z.object({
  reason: z.string().optional(),
  driver: z.string().optional(),
  isSoftware: z.boolean().optional(),
  first: timed.optional(),
  step: timed.optional(),
});
const fileSchema = z.object({ key: z.string(), trials: z.record(z.string(), trial) });

type Trials = z.output<typeof fileSchema>['trials'];

const FILE = 'devices.json';

/** The device files of graphics cards on Linux; where none is there, no card is. */
export function graphicsCards(): string[] {
  const namesIn = (folder: string, pattern: RegExp) => {
    try {
      return readdirSync(folder).filter((name) => pattern.test(name));
    } catch {
      return [];
    }
  };
  return [...namesIn('/dev/dri', /^renderD/), ...namesIn('/dev', /^(nvidia\d+|dxg|kgsl.*|mali\d+)$/)].sort();
}

/** What a trial depends on. */
function keyOf(): string {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, CUDA_VISIBLE_DEVICES } = process.env;
  const machine = [hostname(), cpus()[0]?.model, availableParallelism(), totalmem(), graphicsCards()];
  const versions = [VERSION, runtimeVersion(), process.platform, process.arch];
  const chosen = [VK_DRIVER_FILES, VK_ICD_FILENAMES, CUDA_VISIBLE_DEVICES];
  return createHash('sha256')
    .update(JSON.stringify([machine, versions, chosen]))
    .digest('hex');
}

function read(): Trials {
  const found = readMeasured(FILE, fileSchema);
  return found?.key === keyOf() ? found.trials : {};
}

/** What the last trial of a device found; undefined where it was not tried as things are. */
export const remembered = (device: GraphicsDevice): Trial | undefined => read()[device];

/** Remembers what a trial found. Where the cache cannot be written, the device is tried again the next time. */
export const remember = (device: GraphicsDevice, found: Trial): Promise<void> =>
  writeMeasured(FILE, { key: keyOf(), trials: { ...read(), [device]: found } });
