/** The statistics by the names of the option `statistic`. */
import type { Options } from '../../options/options.js';
import { gramStatistic } from './gram.js';
import { slicedStatistic } from './sliced.js';
import type { Statistic } from './statistic.js';
import { wassersteinStatistic } from './wasserstein.js';

export const STATISTICS: Readonly<Record<Options['statistic'], Statistic>> = {
  gram: gramStatistic,
  wasserstein: wassersteinStatistic,
  sliced: slicedStatistic,
};
