/** How a painting is told: to a person, to a program, or not at all. */
import process from 'node:process';
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
  const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
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
  let steps = 0;
  let networkNote: string | undefined;
  return {
    onStart(started) {
      ({ steps, networkNote } = started);
      for (const note of started.notes) progress.say(note);
      const { width, height, scales, network, coarseNetwork } = started;
      const path = scales.length > 1 ? ` at ${scales.length} scales` : '';
      const networks = coarseNetwork ? `${coarseNetwork.name}, at last ${network.name}` : network.name;
      progress.say(
        `Painting ${content} in the style of ${listed(styles)}: ${width}x${height}, ${steps} steps${path}, ${networks}.`,
      );
      progress.start(scales);
    },
    onStep: progress.step,
    onNotice: (sentence) => progress.say(sentence, process.stderr),
    onEnd(painted) {
      progress.end();
      if (!painted) return;
      const { output, seconds, stopped } = painted;
      if (painted.steps === 0) console.log('Stopped before the first step: nothing was written.');
      else if (stopped)
        console.log(`Stopped after ${painted.steps} of ${steps} steps: the picture so far is ${output}.`);
      else console.log(`Painted ${output} in ${duration(seconds)}.`);
      console.log(networkNote ?? `Network: ${painted.network}.`);
    },
  };
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}
