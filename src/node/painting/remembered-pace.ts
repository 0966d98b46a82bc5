/** How fast this machine paints, by its last painting: for forecasts before the first step. */
import { z } from 'zod';
import type { EngineTraits } from '../../core/graph/engine.js';
import { secondsLeft, typicalPace } from '../../core/painting/forecast.js';
import type { PlannedScale } from '../../core/painting/plan.js';
import { readMeasured, writeMeasured } from '../files/measured.js';

const FILE = 'pace.json';
const read = () => readMeasured(FILE, z.record(z.string(), z.number().positive()));

type Machine = Pick<EngineTraits, 'device' | 'threads'>;
const keyOf = ({ device, threads }: Machine) => `${device} ${threads}`;

/** Seconds per unit of work, as `secondsLeft` counts it: of the last painting, else as machines usually are. */
export const paceOf = (machine: Machine): number => read()?.[keyOf(machine)] ?? typicalPace(machine.threads);

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
export const rememberPace = (machine: Machine, pace: number): Promise<void> =>
  writeMeasured(FILE, { ...read(), [keyOf(machine)]: pace });
