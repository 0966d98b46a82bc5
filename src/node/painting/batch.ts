/** Many paintings, in one process or several, each with a painter that serves all its paintings. */
import { GivernyError } from '../../core/errors.js';
import { resolveOptions } from '../../core/options/options.js';
import type { StepReport } from '../../core/painting/job.js';
import { plan } from '../../core/painting/plan.js';
import { availableThreads } from '../../engines/processors.js';
import { Inputs } from './inputs.js';
import { paintedBefore } from './painted-before.js';
import { PaintingProcess, type ProcessPainting } from './painting-process.js';
import { type CheckedRequest, checkedRequest, type Painted, type PaintRequest, type Started } from './request.js';
import { refuseObjects } from './start-painting.js';
import { usableBytes } from './usable-bytes.js';

/** What became of a painting of a batch. */
export type Outcome =
  | { readonly status: 'painted'; readonly painted: Painted }
  /** Its file is there already, painted from the same inputs with the same options. */
  | { readonly status: 'skipped' }
  | { readonly status: 'failed'; readonly error: Error }
  /** The batch was stopped while it was painted; its file has the picture so far, if there was one. */
  | { readonly status: 'stopped'; readonly painted?: Painted | undefined };

/** Each is told the painting's index among the requests. */
export interface BatchListeners {
  /** All of it that is known to be there already was skipped; painting begins. */
  onPainting?(): void;
  /** How much work a painting is: PlannedScale.work of all its steps. Told while others are painted. */
  onPlanned?(index: number, work: number): void;
  /** A process prepares it. */
  onBegin?(index: number): void;
  onStart?(index: number, started: Started): void;
  onStep?(index: number, report: StepReport): void;
  onSaved?(index: number, path: string): void;
  onNotice?(index: number, sentence: string): void;
  onEnd?(index: number, outcome: Outcome): void;
}

export interface BatchSettings extends BatchListeners {
  /** Paintings at a time, each in a process of its own. Default 1. */
  readonly jobs?: number | undefined;
  /** Threads of all processes together. Default: as many as this process may use. */
  readonly threads?: number | undefined;
  /** Whether files that exist are painted again and replaced, whatever they are. Default false. */
  readonly overwrite?: boolean | undefined;
}

export interface Batch {
  /** Outcomes by index; undefined where the batch was stopped before that painting. */
  readonly done: Promise<readonly (Outcome | undefined)[]>;
  /** Ends the batch after the step that it is in. */
  stop(): void;
  /** Ends the batch at once. */
  kill(): void;
}

/**
 * Paints requests, in their order. A request that fails is an outcome; the others are painted. A file that exists is
 * skipped where it is the same painting, painted again where that was stopped on the way, and otherwise refused.
 *
 * @throws (by `done`) GivernyError where a network that requests name cannot be opened, before anything is painted.
 */
export function paintBatch(requests: readonly PaintRequest[], settings: BatchSettings = {}): Batch {
  const { jobs = 1, threads = availableThreads(), overwrite = false } = settings;
  const outcomes: (Outcome | undefined)[] = requests.map(() => undefined);
  const running = new Set<ProcessPainting>();
  let isStopped = false;
  const end = (index: number, outcome: Outcome) => {
    outcomes[index] = outcome;
    settings.onEnd?.(index, outcome);
  };

  const paintAll = async () => {
    const inputs = new Inputs();
    const left = await leftToPaint(inputs);
    if (isStopped || left.length === 0) return outcomes;
    settings.onPainting?.();
    const planning = planAll(left, inputs);
    const each = Math.max(1, Math.floor(threads / jobs));
    const queue = left.values();
    const processes = Array.from({ length: Math.min(jobs, left.length) }, () => new PaintingProcess());
    try {
      await Promise.all(processes.map((child) => paintFrom(queue, child, each)));
    } finally {
      for (const child of processes) child.end();
      for (const painting of running) painting.kill();
      isStopped = true;
      await planning;
    }
    return outcomes;
  };

  /** Paintings that are not there; what is there is skipped or refused. */
  const leftToPaint = async (inputs: Inputs) => {
    const left: { readonly index: number; readonly request: CheckedRequest }[] = [];
    const networks = new Set(requests.flatMap(({ network, coarseNetwork }) => [network, coarseNetwork]));
    for (const name of networks)
      if (typeof name === 'string' && !['none', 'auto'].includes(name)) await inputs.open(name);
    for (const [index, request] of requests.entries()) {
      if (isStopped) break;
      try {
        const { checked } = checkedRequest(request);
        refuseObjects(checked);
        const found = overwrite ? 'nothing' : await paintedBefore(checked, inputs);
        if (found === 'painting') end(index, { status: 'skipped' });
        else if (found === 'other') throw occupied(checked.output as string);
        else left.push({ index, request: checked });
      } catch (error) {
        end(index, { status: 'failed', error: error as Error });
      }
    }
    return left;
  };

  const paintFrom = async (
    queue: Iterable<{ readonly index: number; readonly request: CheckedRequest }>,
    child: PaintingProcess,
    threads: number,
  ) => {
    for (const { index, request } of queue) {
      if (isStopped) return;
      settings.onBegin?.(index);
      const painting = child.paint(
        { maxMemory: jobs > 1 ? Math.floor(usableBytes() / jobs) : undefined, ...request, threads },
        {
          onStart: (started) => settings.onStart?.(index, started),
          onStep: (report) => settings.onStep?.(index, report),
          onSaved: (path) => settings.onSaved?.(index, path),
          onNotice: (sentence) => settings.onNotice?.(index, sentence),
        },
      );
      running.add(painting);
      try {
        const painted = await painting.done;
        if (!painted.stopped) end(index, { status: 'painted', painted });
        else end(index, { status: 'stopped', painted: painted.steps > 0 ? painted : undefined });
      } catch (error) {
        if (isStopped) end(index, { status: 'stopped' });
        else end(index, { status: 'failed', error: error as Error });
      } finally {
        running.delete(painting);
      }
    }
  };

  const planAll = async (
    left: readonly { readonly index: number; readonly request: CheckedRequest }[],
    inputs: Inputs,
  ) => {
    for (const { index, request } of left) {
      if (isStopped) return;
      const work = await workOf(request, inputs).catch(() => undefined);
      if (work !== undefined) settings.onPlanned?.(index, work);
    }
  };

  const stop = () => {
    isStopped = true;
    for (const painting of running) painting.stop();
  };
  return {
    done: paintAll(),
    stop,
    kill() {
      isStopped = true;
      for (const painting of running) painting.kill();
    },
  };
}

function occupied(path: string): GivernyError {
  return new GivernyError(
    'FILE_EXISTS',
    `Expected a free name for the painting but "${path}" is another picture, or was painted otherwise; overwrite replaces it.`,
  );
}

/** Work of all steps of a painting. @throws Error where its photo is no file. */
async function workOf(request: CheckedRequest, inputs: Inputs): Promise<number> {
  const options = resolveOptions(request.options);
  const fitted = await inputs.fitted(request.content, options);
  const { network, coarse } = await inputs.networksOf(request, options, fitted);
  return plan(fitted, options, network, coarse).reduce((sum, { steps, work }) => sum + steps * work, 0);
}
