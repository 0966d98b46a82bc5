/**
 * One slider for how much of the style the picture takes, 0 to 1. Where the options have no `strength` of their own
 * it is a weight of the content cost: each tenth more divides alpha by the same factor.
 */
import { DEFAULTS, type Options, type OptionsInput, optionsSchema } from '../../core/options.js';

const OWN = Object.hasOwn(optionsSchema.shape, 'strength');
/** Of alpha to beta in the middle. */
const RATIO = DEFAULTS.alpha / DEFAULTS.beta;
/** Alpha at the two ends, over and under the default one: a hundredfold between them. */
const SPAN = 100;

/** @param base what an option is where it is not among `options`. */
export function withStrength(options: OptionsInput, strength: number, base: Options): OptionsInput {
  if (OWN) return { ...options, strength } as OptionsInput;
  const alpha = Number(options.beta ?? base.beta) * RATIO * SPAN ** (0.5 - strength);
  return { ...options, alpha: Number(alpha.toPrecision(2)) };
}

export function strengthOf(options: Options): number {
  if (OWN) return (options as unknown as { strength: number }).strength;
  if (options.alpha <= 0) return 1;
  return Math.min(1, Math.max(0, 0.5 - Math.log(options.alpha / options.beta / RATIO) / Math.log(SPAN)));
}
