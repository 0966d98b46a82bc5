/** How fast this machine paints, by its last painting: for forecasts before the first step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineTraits } from '../../core/graph/engine.js';
import { typicalPace } from '../../core/painting/forecast.js';
import { writeAtomically } from '../files/atomic.js';
import { cacheFolder } from '../files/cache-folder.js';

const fileSchema = z.record(z.string(), z.number().positive());

const file = () => join(cacheFolder(), 'pace.json');

type Machine = Pick<EngineTraits, 'device' | 'threads'>;
const keyOf = ({ device, threads }: Machine) => `${device} ${threads}`;

function read(): Record<string, number> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file(), 'utf8')));
  } catch {
    // What is missing or damaged is measured again.
    return {};
  }
}

/** Seconds per unit of work, as `secondsLeft` counts it: of the last painting, else as machines usually are. */
export const paceOf = (machine: Machine): number => read()[keyOf(machine)] ?? typicalPace(machine.threads);

/** Remembers the pace of a painting. Where the cache cannot be written, the next forecast is a guess again. */
export async function rememberPace(machine: Machine, pace: number): Promise<void> {
  const text = JSON.stringify({ ...read(), [keyOf(machine)]: pace }, null, 2);
  await writeAtomically(file(), new TextEncoder().encode(`${text}\n`), { neighbour: false }).catch(() => {});
}
