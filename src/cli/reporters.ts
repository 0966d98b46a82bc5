/** How a painting is told: to a person, to a program, or not at all. */
import { existsSync } from 'node:fs';
import { gigabytes } from '../core/painting/forecast.js';
import type { StepReport } from '../core/painting/job.js';
import type { Painted, Started } from '../node/painting/request.js';
import { printEvent } from './events.js';
import { EXIT_CODES, type StopSignal } from './interrupts.js';
import type { Subject } from './prepare.js';
import { duration, showProgress } from './progress.js';
import type { Screen } from './status-line.js';

/** `onDone`, `onStopped` or `onError` comes last. */
export interface Reporter {
  /** Files and flags are checked; the painting process starts. */
  onPrepared(subject: Subject): void;
  onStart(started: Started): void;
  onStep(report: StepReport): void;
  onSaved(path: string): void;
  onNotice(sentence: string): void;
  onDone(painted: Painted): void;
  /** @param painted undefined where the painting was ended at once. */
  onStopped(signal: StopSignal, painted?: Painted): void;
  /** Leaves the terminal clean for the error's sentence, which is printed elsewhere. */
  onError(): void;
}

export const silence: Reporter = {
  onPrepared() {},
  onStart() {},
  onStep() {},
  onSaved() {},
  onNotice() {},
  onDone() {},
  onStopped() {},
  onError() {},
};

/** One JSON object per line. */
export function jsonReporter(): Reporter {
  let files: Subject = { content: '', styles: [], output: '' };
  const onNotice = (message: string) => printEvent({ type: 'notice', message });
  return {
    onPrepared(subject) {
      files = subject;
    },
    onStart({ notes, networkNote: _, ...started }) {
      const { content, styles, output } = files;
      printEvent({ type: 'start', content, styles, output, ...started });
      notes.forEach(onNotice);
    },
    onStep: (report) => printEvent({ type: 'step', ...report }),
    onSaved: (path) => printEvent({ type: 'saved', path }),
    onNotice,
    onDone: ({ stopped: _, ...painted }) => printEvent({ type: 'done', exitCode: 0, ...painted }),
    onStopped(signal, painted) {
      const ended = { type: 'stopped', exitCode: EXIT_CODES[signal], signal } as const;
      if (!painted || painted.steps === 0) return printEvent(ended);
      const { stopped: _, ...soFar } = painted;
      printEvent({ ...ended, ...soFar });
    },
    onError() {},
  };
}

/**
 * Sentences and a progress line.
 *
 * @param linesEvery print the costs in full every so many steps.
 */
export function plainReporter(screen: Screen, errors: Screen, linesEvery: number | undefined): Reporter {
  const progress = showProgress(screen, linesEvery);
  progress.prepare();
  let files: Subject = { content: '', styles: [], output: '' };
  let steps = 0;
  let done = 0;
  let networkNote: string | undefined;
  let film: string | undefined;
  let resumed: Started['resumed'];
  const end = (...sentences: readonly (string | undefined)[]) => {
    progress.end();
    for (const sentence of sentences) if (sentence !== undefined) progress.say(sentence);
  };
  const frames = () => (done > 0 && files.frames ? `The pictures on the way are in ${files.frames}.` : undefined);
  return {
    onPrepared(subject) {
      files = subject;
    },
    onStart(started) {
      ({ steps, networkNote, resumed } = started);
      for (const note of started.notes) progress.say(note);
      const { width, height, scales, network, coarseNetwork } = started;
      const { content, styles } = files;
      const path = scales.length > 1 ? ` at ${scales.length} scales` : '';
      const networks = coarseNetwork ? `${coarseNetwork.name}, at last ${network.name}` : network.name;
      progress.say(
        `Painting ${content} in the style of ${listed(styles)}: ${width}x${height}, ${steps} steps${path}, ${networks}.`,
      );
      if (resumed) progress.say(`Going on from step ${resumed.step} of ${steps} (${resumed.state}).`);
      progress.say(`About ${gigabytes(started.forecastBytes)} of memory and ${duration(started.forecastSeconds)}.`);
      progress.start(scales);
    },
    onStep(report) {
      done = report.step + 1;
      progress.step(report);
    },
    onSaved(path) {
      if (path === files.timelapse) film = `The film is ${path}.`;
    },
    onNotice: (sentence) => progress.say(sentence, errors),
    onDone({ seconds, network }) {
      const painted = `Painted ${files.output} in ${duration(seconds)}.`;
      end(painted, frames(), film, networkNote ?? `Network: ${network}.`);
    },
    onStopped(_, painted) {
      const goesOn =
        files.state && existsSync(files.state)
          ? `The same command goes on, and so does giverny resume ${files.state}.`
          : undefined;
      if (painted && painted.steps > 0) {
        const soFar = `Stopped after ${painted.steps} of ${steps} steps: the picture so far is ${files.output}.`;
        end(soFar, goesOn, frames(), film, networkNote ?? `Network: ${painted.network}.`);
      } else if (done > 0)
        end(`Stopped at once after ${done} of ${steps} steps: ${files.output} was not written.`, goesOn, frames());
      else if (resumed) end(`Stopped before the next step: ${resumed.state} stays as it was.`);
      else end('Stopped before the first step: nothing was written.');
    },
    onError: progress.end,
  };
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}
