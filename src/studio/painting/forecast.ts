/** How long a painting will take and how much memory it needs, from what paintings here took before. */
import type { WebDevice } from '../../engines/web.js';

export interface Machine {
  readonly device: WebDevice;
  readonly threads: number;
}

/** What a painting may take: WASM addresses 4 GB, of which some is lost to fragments. */
export const PAGE_BYTES = 3.2e9;

const KEY = 'giverny.speed';
/** Seconds per step and megapixel of the pocket network in WASM on one thread of a 2023 server core. */
const POCKET_SECONDS = 12;
/** VGG-19 has this many times the pocket network's work. */
export const LARGE = 3.2;

/** Measured or, before the first painting, estimated seconds per step and megapixel. */
export function secondsPerMegapixel(network: string, machine: Machine): number {
  const known = read()[keyOf(network, machine)];
  if (known !== undefined) return known;
  const share = machine.device === 'webgpu' ? 0.05 : 0.15 + 0.85 / machine.threads;
  return POCKET_SECONDS * share * (network === 'pocket' ? 1 : LARGE);
}

/** Keeps what a step of a painting took. */
export function remember(network: string, machine: Machine, pixels: number, seconds: number): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), [keyOf(network, machine)]: (seconds / pixels) * 1e6 }));
  } catch {
    // Without storage the next forecast is a guess again.
  }
}

/**
 * Megabytes of the page while painting: the runtime, the network, and the features of every layer with their gradients.
 * Measured on Chromium for the pocket network, estimated from it for larger ones. What would take more than a page may
 * is painted in tiles.
 */
export function megabytes(network: string, pixels: number): number {
  const whole = network === 'pocket' ? 470 + (pixels / 1e6) * 1650 : 1300 + (pixels / 1e6) * 3500;
  return Math.min(PAGE_BYTES / 1e6, whole);
}

const keyOf = (network: string, { device, threads }: Machine) =>
  `${network === 'pocket' ? network : 'large'} ${device} ${threads}`;

function read(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
