/** How fast this browser paints: as measured of its last painting, before that as machines usually are. */
import type { WebDevice } from '../../engines/web.js';

export interface Machine {
  readonly device: WebDevice;
  readonly threads: number;
}

const KEY = 'giverny.pace';
/** Seconds per unit of work in WASM on one thread of a server processor (AMD EPYC); see `secondsLeft` of the core. */
const TYPICAL_PACE = 4e-10;

const keyOf = ({ device, threads }: Machine) => `${device} ${threads}`;

/** Seconds per unit of work. */
export function paceOf(machine: Machine): number {
  const known = read()[keyOf(machine)];
  if (known !== undefined) return known;
  return TYPICAL_PACE * (machine.device === 'webgpu' ? 0.05 : 0.15 + 0.85 / machine.threads);
}

/** Keeps the pace of a painting. */
export function rememberPace(machine: Machine, pace: number): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), [keyOf(machine)]: pace }));
  } catch {
    // Without storage the next forecast is a guess again.
  }
}

function read(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
