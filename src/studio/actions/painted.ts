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
  /** Of a painting from the history, or one that was interrupted, until its worker plans it. */
  readonly recipe?: Recipe | undefined;
}

let current: Painted | undefined;

export const painted = () => current;

export function setPainted(of: Painted | undefined): void {
  current = of;
}

/** Seconds to the end, from the pace of late and the scales still to come. */
export function secondsLeft(pace: number): number {
  const now = report.value;
  const scales = current?.plan?.scales;
  if (!now || !scales) return 0;
  return left(scales, now.step + 1, pace / (scales[now.scale]?.work ?? 1));
}

export function rememberPace(): void {
  const late = reports.value
    .filter(({ scale, scales }) => scale === scales - 1)
    .map(({ seconds }) => seconds)
    .slice(1);
  const work = current?.plan?.scales.at(-1)?.work;
  if (late.length < 3 || work === undefined) return;
  const middle = late.sort((a, b) => a - b)[Math.floor(late.length / 2)] as number;
  keepPace(machine.value, middle / work);
  // The forecast knows more of this machine now.
  machine.value = { ...machine.value };
}
