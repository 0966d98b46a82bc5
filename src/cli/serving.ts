/** What the commands have in common that serve until they are stopped. */
import process from 'node:process';
import { expected } from '../core/errors.js';
import { printEvent } from './events.js';
import { EXIT_CODES, type StopSignal } from './interrupts.js';

/** Parses a whole number within bounds; the sentence for a bad one names the flag. */
export const wholeNumber = (flag: string, least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw expected(`a whole number from ${least} to ${most}`, flag, text);
};

/** A port to serve at; 0 takes a free one. */
export const portNumber = wholeNumber('--port', 0, 65535);

/** Waits for a signal, or until what serves must end by itself, then closes it. */
export async function untilStopped(
  serving: { close(): Promise<void>; readonly outdated?: Promise<never> },
  json: boolean | undefined,
): Promise<void> {
  const stopped = new Promise<StopSignal>((resolve) => {
    for (const name of Object.keys(EXIT_CODES) as StopSignal[]) process.once(name, () => resolve(name));
  });
  let signal: StopSignal;
  try {
    signal = await (serving.outdated ? Promise.race([stopped, serving.outdated]) : stopped);
  } finally {
    await serving.close();
  }
  if (json) printEvent({ type: 'stopped', signal, exitCode: 0 });
}
