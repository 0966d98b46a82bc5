/** How fast this machine paints, by its last painting: for forecasts before the first step. */
import { z } from 'zod';
import type { EngineTraits } from '../../core/graph/engine.js';
import { secondsLeft, typicalPace } from '../../core/painting/forecast.js';
import type { PlannedScale } from '../../core/painting/plan.js';
import { readMeasured, writeMeasured } from '../files/measured.js';

const FILE = 'pace.json';
const read = () => readMeasured(FILE, z.record(z.string(), z.number().positive()));

type Machine = Pick<EngineTraits, 'device' | 'threads'>;
const keyOf = ({ device, threads }: Machine, network = '') => `${device} ${threads} ${network}`;

/**
 * Seconds per unit of work, as `secondsLeft` counts it: of the last painting with this network, else of the last with any,
 * else as machines usually are. Networks differ in what they do not count: of a very small one the optimiser takes most.
 */
export function paceOf(machine: Machine, network: string): number {
  const paces = read() ?? {};
  const others = Object.entries(paces).filter(([key]) => key.startsWith(keyOf(machine)));
  return paces[keyOf(machine, network)] ?? others.at(-1)?.[1] ?? typicalPace(machine.threads);
}

/**
 * The pace of a painting that has ended.
 *
 * @param stepsDone at each scale, which may be fewer than were planned.
 */
export function paceOfPainting(scales: readonly PlannedScale[], stepsDone: readonly number[], seconds: number): number {
  const done = scales.map((scale, i) => ({ ...scale, steps: stepsDone[i] ?? 0 }));
  return seconds / secondsLeft(done, 0, 1);
}

/** Remembers the pace of a painting. */
export function rememberPace(machine: Machine, network: string, pace: number): Promise<void> {
  const { [keyOf(machine, network)]: _, ...others } = read() ?? {};
  // The last stands last.
  return writeMeasured(FILE, { ...others, [keyOf(machine, network)]: pace });
}
