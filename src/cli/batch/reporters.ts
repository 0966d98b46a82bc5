/** How a batch is told: to a person, to a program, or not at all. */
import { GivernyError } from '../../core/errors.js';
import type { BatchListeners, Outcome } from '../../node/painting/batch.js';
import type { Started } from '../../node/painting/request.js';
import { type BatchCounts, printEvent } from '../events.js';
import { EXIT_CODES, type StopSignal } from '../interrupts.js';
import { duration } from '../progress.js';
import { listed } from '../reporters.js';
import { type Screen, statusLine, withBar } from '../status-line.js';
import { BatchProgress } from './progress.js';

/** A painting as people read it. */
export interface BatchItem {
  readonly content: string;
  readonly styles: readonly string[];
  readonly output: string;
}

/** `onDone` or `onError` comes last. */
export interface BatchReporter extends Required<BatchListeners> {
  /** @param unreadable sentences about folders. */
  onPrepared(items: readonly BatchItem[], jobs: number, unreadable: readonly string[]): void;
  onStopping(sentence: string): void;
  /** @param signal what stopped the batch. */
  onDone(counts: BatchCounts, exitCode: number, signal: StopSignal | undefined): void;
  onError(): void;
}

const nothing = () => {};

export const batchSilence: BatchReporter = {
  ...{ onPrepared: nothing, onPainting: nothing, onPlanned: nothing, onBegin: nothing, onStart: nothing },
  ...{ onStep: nothing, onSaved: nothing, onNotice: nothing, onEnd: nothing },
  ...{ onStopping: nothing, onDone: nothing, onError: nothing },
};

/** One JSON object per line. */
export function jsonBatchReporter(): BatchReporter {
  let items: readonly BatchItem[] = [];
  return {
    ...batchSilence,
    onPrepared(all, jobs, unreadable) {
      items = all;
      printEvent({ type: 'batch', paintings: all.length, jobs });
      for (const message of unreadable) printEvent({ type: 'notice', message });
    },
    onStart(index, { notes, networkNote: _, ...started }: Started) {
      printEvent({ type: 'start', index, ...(items[index] as BatchItem), ...started });
      for (const message of notes) printEvent({ type: 'notice', index, message });
    },
    onStep: (index, report) => printEvent({ type: 'step', index, ...report }),
    onSaved: (index, path) => printEvent({ type: 'saved', index, path }),
    onNotice: (index, message) => printEvent({ type: 'notice', index, message }),
    onEnd(index, outcome) {
      const item = { index, ...(items[index] as BatchItem) };
      if (outcome.status === 'painted') {
        const { stopped: _, bytes: __, picture: ___, output = item.output, ...painted } = outcome.painted;
        printEvent({ type: 'painted', ...item, ...painted, output });
      } else if (outcome.status === 'skipped') printEvent({ type: 'skipped', ...item });
      else if (outcome.status === 'failed') printEvent({ type: 'failed', ...item, ...described(outcome.error) });
    },
    onStopping: (message) => printEvent({ type: 'notice', message }),
    onDone(counts, exitCode, signal) {
      if (signal) printEvent({ type: 'stopped', exitCode: EXIT_CODES[signal], signal, ...counts });
      else printEvent({ type: 'done', exitCode, ...counts });
    },
  };
}

function described(error: Error): { code: string; message: string } {
  return { code: error instanceof GivernyError ? error.code : 'UNEXPECTED', message: error.message };
}

/** Failures that are listed in full. */
const MOST_LISTED = 50;

/**
 * Sentences, and a line of progress on a terminal.
 *
 * @param verb what is done: `Painted`.
 */
export function plainBatchReporter(screen: Screen, errors: Screen): BatchReporter {
  const line = statusLine(screen);
  let items: readonly BatchItem[] = [];
  let progress = new BatchProgress(0, 1);
  let ended = 0;
  let now = '';
  let step = '';
  const failures: string[] = [];
  const draw = () => {
    const { secondsLeft } = progress;
    const left = secondsLeft === undefined ? 'preparing' : `about ${duration(secondsLeft)} left`;
    line.draw(withBar([`${ended}/${items.length}`, left, now, step], progress.share, line.columns));
  };
  const what = (index: number) => {
    const { content, styles } = items[index] as BatchItem;
    return `${content} in the style of ${listed(styles)}`;
  };
  return {
    onPrepared(all, jobs, unreadable) {
      items = all;
      progress = new BatchProgress(all.length, jobs);
      for (const sentence of unreadable) line.say(sentence, errors);
      failures.push(...unreadable);
      line.say(`${count(all.length, 'painting')}${jobs > 1 ? `, ${jobs} at a time` : ''}.`);
      line.draw(withBar([`0/${all.length}`, 'looking at what is there'], 0, line.columns));
    },
    onPainting() {
      if (ended > 0) line.say(`${ended} of them are there already or cannot be painted.`);
      draw();
    },
    onPlanned: (index, work) => progress.planned(index, work),
    onBegin(index) {
      progress.begin(index);
      now = (items[index] as BatchItem).output;
      step = '';
      draw();
    },
    onStart(index, { scales, steps, resumed }) {
      progress.start(index, scales, resumed?.step);
      if (!resumed) return;
      const { output } = items[index] as BatchItem;
      line.say(`${output} goes on from step ${resumed.step} of ${steps} (${resumed.state}).`);
    },
    onStep(index, report) {
      progress.step(index, report);
      step = `step ${report.step + 1}/${report.steps}`;
      draw();
    },
    onSaved: nothing,
    onNotice: (index, sentence) => line.say(`${what(index)}: ${sentence}`, errors),
    onEnd(index, outcome: Outcome) {
      ended++;
      progress.end(index, outcome.status === 'painted');
      const { output } = items[index] as BatchItem;
      if (outcome.status === 'failed') {
        failures.push(`${what(index)}: ${outcome.error.message}`);
        line.say(`${place(ended, items.length)} failed: ${failures.at(-1)}`, errors);
      } else if (outcome.status === 'painted' && !line.redraws) {
        const left = progress.secondsLeft;
        const rest = left !== undefined && ended < items.length ? `, about ${duration(left)} left` : '';
        line.say(`${place(ended, items.length)} ${output} in ${duration(outcome.painted.seconds)}${rest}`);
      } else draw();
    },
    onStopping: (sentence) => line.say(sentence, errors),
    onDone({ painted, skipped, failed, left, passedOver, seconds }, _, signal) {
      line.end();
      const rows: (readonly [string, number, string])[] = [
        ['painted', painted, ` in ${duration(seconds)}`],
        ['skipped', skipped, ', there already'],
        ['failed', failed, ''],
        ['left', left, signal ? '; the same command goes on with them' : ''],
      ];
      const width = String(Math.max(...rows.map(([, n]) => n))).length;
      for (const [name, n, note] of rows) {
        if (n > 0 || name === 'painted') line.say(`${name.padEnd(8)} ${String(n).padStart(width)}${note}`);
      }
      for (const failure of failures.slice(0, MOST_LISTED)) line.say(`  ${failure}`);
      const more = failures.length - MOST_LISTED;
      if (more > 0) line.say(`  and ${more} more: --json lists all.`);
      if (passedOver > 0) line.say(`${count(passedOver, 'file')} in the folders passed over: hidden, or no pictures.`);
    },
    onError: line.end,
  };
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

const place = (n: number, all: number) => `${String(n).padStart(String(all).length)}/${all}`;
