/** What is on the easel: what history and recipe tell of it, whatever the form says meanwhile. */
import type { Options } from '../../core/options/options.js';
import type { Recipe } from '../../core/painting/recipe.js';
import { scalesOf } from '../../core/painting/schedule.js';
import type { Size } from '../../core/pictures/picture.js';
import type { Stroke } from '../brush/masks.js';
import { LARGE, remember } from '../painting/forecast.js';
import type { OpenedPicture } from '../pictures/open.js';
import { frame, machine, network, ready, report, reports, type StyleItem } from '../state.js';

export interface Painted {
  readonly content: OpenedPicture;
  /** With the weights and strengths of now. */
  readonly styles: readonly StyleItem[];
  readonly strokes: readonly Stroke[];
  readonly options: Options;
  /** Wall time of all steps. */
  seconds: number;
  readonly size: Size;
  /** Steps that an earlier painting did. */
  readonly behind: number;
  /** Steps done, with those. */
  steps: number;
  /** True at its end, where nobody stopped it. */
  whole: boolean;
  /** Of a painting from the history. */
  readonly recipe?: Recipe;
}

let current: Painted | undefined;

export const painted = () => current;

export function setPainted(of: Painted | undefined): void {
  current = of;
}

/** Seconds to the end, from the pace of late and the sizes still to come. */
export function secondsLeft(pace: number): number {
  const now = report.value;
  if (!now || !current) return 0;
  const relative = (scale: number) => (ready.value?.coarseNetwork && scale < now.scales - 1 ? 1 / LARGE : 1);
  const scales = scalesOf(current.size, current.options);
  const pixels = ({ width, height }: Size) => width * height;
  const at = pixels(scales[now.scale] ?? current.size) * relative(now.scale);
  let before = current.behind;
  let work = 0;
  for (const [i, scale] of scales.entries()) {
    work += pixels(scale) * relative(i) * Math.max(0, Math.min(scale.steps, before + scale.steps - now.step - 1));
    before += scale.steps;
  }
  return (pace * work) / at;
}

export function rememberPace(): void {
  const late = reports.value
    .filter(({ scale, scales }) => scale === scales - 1)
    .map(({ seconds }) => seconds)
    .slice(1);
  const shown = frame.value;
  if (late.length < 3 || !shown) return;
  const middle = late.sort((a, b) => a - b)[Math.floor(late.length / 2)] as number;
  remember(network.value, machine.value, shown.width * shown.height, middle);
  // The forecast knows more of this machine now.
  machine.value = { ...machine.value };
}
