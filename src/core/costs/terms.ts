/** The costs that options choose. */
import type { Options } from '../options/options.js';
import { contentTerm } from './content.js';
import { flatnessTerm } from './flatness.js';
import { styleTerm } from './style.js';
import type { Term } from './term.js';
import { variationTerm } from './variation.js';

/** Options that decide which costs a painting has. */
export type CostOptions = Pick<
  Options,
  | 'strength'
  | 'alpha'
  | 'beta'
  | 'styleMix'
  | 'statistic'
  | 'pooling'
  | 'padding'
  | 'contentLayers'
  | 'styleLayers'
  | 'tv'
  | 'flatness'
  | 'seed'
>;

/** Content, style, total variation and unevenness, as the options say: the terms of a painting that names none itself. */
export function termsOf(options: CostOptions): Term[] {
  return [contentTerm(options), styleTerm(options), variationTerm(options.tv), flatnessTerm(options)];
}
