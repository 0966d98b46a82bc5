/** How a painting is told: to a person, to a program, or not at all. */
import process from 'node:process';
import { printable, printableJson } from '../core/errors.js';
import type { Painted, PaintListeners } from '../node/painting/request.js';
import { duration, showProgress } from './progress.js';

export interface Reporter extends PaintListeners {
  onNotice(sentence: string): void;
  /** The painting has ended, well or badly: leaves the terminal clean. */
  onEnd(painted?: Painted): void;
}

export const silence: Reporter = { onNotice() {}, onEnd() {} };

/** One JSON object per line: a line for each step, then one with `done`. */
export function jsonReporter(): Reporter {
  const print = (value: object) => process.stdout.write(`${printableJson(value)}\n`);
  const notices: string[] = [];
  const saved: string[] = [];
  return {
    onStart: ({ notes }) => notices.push(...notes),
    onStep: print,
    onSaved: (path) => saved.push(path),
    onNotice: (sentence) => notices.push(sentence),
    onEnd: (painted) => painted && print({ done: true, ...painted, saved, notices }),
  };
}

/**
 * Sentences and a progress line.
 *
 * @param styles as people read them.
 * @param linesEvery print the costs in full every so many steps.
 */
export function plainReporter(content: string, styles: readonly string[], linesEvery: number | undefined): Reporter {
  const progress = showProgress(process.stdout, linesEvery);
  // Sentences name files and networks that strangers may have named.
  const say = (sentence: string, screen?: NodeJS.WriteStream) => progress.say(printable(sentence), screen);
  const log = (sentence: string) => console.log(printable(sentence));
  let steps = 0;
  let networkNote: string | undefined;
  return {
    onStart(started) {
      ({ steps, networkNote } = started);
      for (const note of started.notes) say(note);
      const { width, height, scales, network, coarseNetwork } = started;
      const path = scales.length > 1 ? ` at ${scales.length} scales` : '';
      const networks = coarseNetwork ? `${coarseNetwork.name}, at last ${network.name}` : network.name;
      say(
        `Painting ${content} in the style of ${listed(styles)}: ${width}x${height}, ${steps} steps${path}, ${networks}.`,
      );
      progress.start(scales);
    },
    onStep: progress.step,
    onNotice: (sentence) => say(sentence, process.stderr),
    onEnd(painted) {
      progress.end();
      if (!painted) return;
      const { output, seconds, stopped } = painted;
      if (painted.steps === 0) log('Stopped before the first step: nothing was written.');
      else if (stopped) log(`Stopped after ${painted.steps} of ${steps} steps: the picture so far is ${output}.`);
      else log(`Painted ${output} in ${duration(seconds)}.`);
      log(networkNote ?? `Network: ${painted.network}.`);
    },
  };
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}
