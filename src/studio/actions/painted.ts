/** What is on the easel: what history and recipe tell of it, whatever the form says meanwhile. */
import type { Options } from '../../core/options/options.js';
import { secondsLeft as left } from '../../core/painting/forecast.js';
import type { Recipe } from '../../core/painting/recipe.js';
import type { Size } from '../../core/pictures/picture.js';
import type { Stroke } from '../brush/masks.js';
import { rememberPace as keepPace } from '../painting/pace.js';
import type { Plan } from '../painting/protocol.js';
import type { OpenedPicture } from '../pictures/open.js';
import { machine, report, reports, type StyleItem } from '../state.js';

export interface Painted {
  readonly content: OpenedPicture;
  /** With the weights and strengths of now. */
  readonly styles: readonly StyleItem[];
  readonly strokes: readonly Stroke[];
  /** Of now. */
  readonly options: Options;
  /** Wall time of all steps. */
  seconds: number;
  readonly size: Size;
  /** Steps done. */
  steps: number;
  /** True at its end, where nobody stopped it. */
  whole: boolean;
  /** What the worker plans to paint; absent until it has read everything, and where no worker holds the painting. */
  plan?: Plan | undefined;
  /** Of a painting from the history, of a service, or one that was interrupted, until its worker plans it. */
  readonly recipe?: Recipe | undefined;
}

let current: Painted | undefined;

export const painted = () => current;

export function setPainted(of: Painted | undefined): void {
  current = of;
}

/** Steps of late that the pace is taken from. */
const LATE_STEPS = 7;

/** Seconds to the end, from the pace of late and the scales still to come. */
export function secondsLeft(): number {
  const now = report.value;
  if (now?.secondsLeft !== undefined) return now.secondsLeft;
  const scales = current?.plan?.scales;
  if (!now || !scales) return 0;
  const paces = reports.value.map(({ scale, seconds }) => seconds / (scales[scale]?.work ?? 1));
  // The first step of all is slower than others.
  return left(scales, now.step + 1, median(paces.slice(paces.length > 1 ? 1 : 0).slice(-LATE_STEPS)));
}

export function rememberPace(): void {
  const late = reports.value
    .filter(({ scale, scales }) => scale === scales - 1)
    .map(({ seconds }) => seconds)
    .slice(1);
  const work = current?.plan?.scales.at(-1)?.work;
  if (late.length < 3 || work === undefined) return;
  keepPace(machine.value, median(late) / work);
  // The forecast knows more of this machine now.
  machine.value = { ...machine.value };
}

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] as number;
