/** How far a batch is, and how long it will still take. */

import { workOf } from '../../core/painting/forecast.js';
import type { StepReport } from '../../core/painting/job.js';
import type { PlannedScale } from '../../core/painting/plan.js';
import { runningMedian } from '../progress.js';

interface Begun {
  readonly atMs: number;
  scales: readonly PlannedScale[];
  /** Steps done. */
  steps: number;
  /** Done in an earlier run. */
  workBefore: number;
}

export class BatchProgress {
  readonly #jobs: number;
  readonly #now: () => number;
  /** Work of paintings by index, as far as it is planned. */
  readonly #planned = new Map<number, number>();
  /** Paintings that are neither begun nor ended. */
  readonly #waiting: Set<number>;
  readonly #begun = new Map<number, Begun>();
  readonly #stepPace = runningMedian();
  readonly #paintingPace = runningMedian();
  #secondsPerStepWork: number | undefined;
  #secondsPerWork: number | undefined;
  #workDone = 0;

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(count: number, jobs: number, now = () => performance.now()) {
    this.#jobs = jobs;
    this.#now = now;
    this.#waiting = new Set(Array.from({ length: count }, (_, i) => i));
  }

  planned(index: number, work: number): void {
    this.#planned.set(index, work);
  }

  begin(index: number): void {
    this.#waiting.delete(index);
    this.#begun.set(index, { atMs: this.#now(), scales: [], steps: 0, workBefore: 0 });
  }

  /** @param steps done before, where it goes on. */
  start(index: number, scales: readonly PlannedScale[], steps = 0): void {
    const begun = this.#begun.get(index);
    if (begun) Object.assign(begun, { scales, steps, workBefore: workOf(scales, steps) });
    this.planned(index, workOf(scales, Number.POSITIVE_INFINITY));
  }

  step(index: number, { step, scale, seconds }: StepReport): void {
    const begun = this.#begun.get(index);
    const work = begun?.scales[scale]?.work;
    if (!begun || work === undefined) return;
    begun.steps = step + 1;
    this.#secondsPerStepWork = this.#stepPace(seconds / work);
  }

  /** @param isPainted whether it was painted to its end. */
  end(index: number, isPainted: boolean): void {
    const begun = this.#begun.get(index);
    const work = this.#planned.get(index);
    if (isPainted && begun && work !== undefined) {
      // Preparation, writing and scales that end early are all in this pace.
      this.#secondsPerWork = this.#paintingPace((this.#now() - begun.atMs) / 1000 / (work - begun.workBefore));
      this.#workDone += work;
    }
    this.#waiting.delete(index);
    this.#begun.delete(index);
    this.#planned.delete(index);
  }

  /** Seconds until all is done; undefined before the first step. */
  get secondsLeft(): number | undefined {
    const stepPace = this.#secondsPerStepWork;
    if (stepPace === undefined) return undefined;
    const { waiting, begun } = this.#workLeft;
    return (waiting * (this.#secondsPerWork ?? stepPace) + begun * stepPace) / this.#jobs;
  }

  /** Of the work of all that was begun or waits, 0..1. */
  get share(): number {
    const { waiting, begun, inBegun } = this.#workLeft;
    const all = this.#workDone + inBegun + waiting;
    return all === 0 ? 0 : 1 - (waiting + begun) / all;
  }

  get #workLeft() {
    const known = [...this.#planned.values()];
    const mean = known.reduce((sum, work) => sum + work, 0) / Math.max(1, known.length);
    let [waiting, begun, inBegun] = [0, 0, 0];
    for (const index of this.#waiting) waiting += this.#planned.get(index) ?? mean;
    for (const [index, { scales, steps }] of this.#begun) {
      const all = this.#planned.get(index) ?? mean;
      inBegun += all;
      begun += all - workOf(scales, steps);
    }
    return { waiting, begun, inBegun };
  }
}
