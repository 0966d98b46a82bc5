/** A painting on a server, followed to its end and told of: to a person, to a program, or not at all. */
import process from 'node:process';
import type { Client, PaintingEvent, PaintingView } from '../../client.js';
import { printEvent } from '../events.js';
import { EXIT_CODES, type StopSignal } from '../interrupts.js';
import { duration } from '../progress.js';
import { type Screen, statusLine, withBar } from '../status-line.js';

export interface FollowFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

type Listener = (event: PaintingEvent) => void;

interface Reporter {
  readonly onEvent: Listener;
  onLost(): void;
  end(): void;
}

/**
 * Follows a painting until it is done.
 *
 * @param screen where a person reads of it.
 * @returns undefined where a signal ended it: the painting goes on without us, and the exit code is set.
 * @throws ServiceError where it fails or is cancelled.
 */
export async function follow(
  client: Client,
  id: string,
  flags: FollowFlags,
  screen: Screen = process.stdout,
): Promise<PaintingView | undefined> {
  const reporter = flags.json ? jsonReporter(id) : flags.quiet ? silence : plainReporter(screen);
  const ending = new AbortController();
  let signal: StopSignal | undefined;
  for (const name of Object.keys(EXIT_CODES) as StopSignal[]) {
    process.once(name, () => {
      signal ??= name;
      ending.abort();
    });
  }
  try {
    return await client.wait(id, { onEvent: reporter.onEvent, onLost: reporter.onLost, signal: ending.signal });
  } catch (error) {
    if (signal === undefined) throw error;
    reporter.end();
    process.exitCode = EXIT_CODES[signal];
    if (flags.json) printEvent({ type: 'stopped', signal, exitCode: EXIT_CODES[signal] });
    else if (!flags.quiet) screen.write(`The painting goes on at the server: giverny watch ${id}\n`);
    return undefined;
  } finally {
    reporter.end();
  }
}

const silence: Reporter = { onEvent() {}, onLost() {}, end() {} };

const LOST = 'The connection is lost: trying again ...';

function jsonReporter(id: string): Reporter {
  return {
    onEvent(event) {
      if (event.type === 'step') printEvent({ type: 'progress', id, ...event.data });
      else if (event.type === 'status') printEvent({ type: 'status', id, status: event.data.status });
    },
    onLost: () => printEvent({ type: 'notice', message: LOST }),
    end() {},
  };
}

/** Sentences for people, of what a painting's status becomes. */
const SENTENCES: Readonly<Partial<Record<PaintingView['status'], string>>> = {
  queued: 'It waits in the queue.',
  painting: 'It is being painted.',
  paused: 'It is paused.',
};

function plainReporter(screen: Screen): Reporter {
  const line = statusLine(screen);
  let said = '';
  let tenths = 0;
  const say = (sentence: string) => {
    if (sentence !== said) line.say(sentence);
    said = sentence;
  };
  return {
    onEvent(event) {
      if (event.type === 'status') {
        const { status, error } = event.data;
        if (error && status === 'queued') say(`It failed, and waits to be tried again: ${error.message}`);
        else if (SENTENCES[status] !== undefined) say(SENTENCES[status]);
      } else if (event.type === 'step') {
        const { step, steps } = event.data;
        const parts = partsOf(event.data);
        if (line.redraws) line.draw(withBar(parts, step / steps, line.columns));
        else if (Math.floor((10 * step) / steps) > tenths) line.say(parts.join('  '));
        tenths = Math.floor((10 * step) / steps);
      }
    },
    onLost: () => say(LOST),
    end: line.end,
  };
}

function partsOf({ step, steps, scale = 0, scales = 1, secondsLeft, costs }: StepData): string[] {
  return [
    `${step}/${steps}`,
    ...(scales > 1 ? [`scale ${scale + 1}/${scales}`] : []),
    ...(secondsLeft !== undefined && step < steps ? [`about ${duration(secondsLeft)} left`] : []),
    `cost ${costs.total.toExponential(3)}`,
  ];
}

type StepData = Extract<PaintingEvent, { type: 'step' }>['data'];
