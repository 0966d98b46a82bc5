import { layerStyleCost } from '../equations.js';
import { secondMoment } from './moments.js';
import { blended, type Statistic } from './statistic.js';

/** The Gram matrix of Gatys, Ecker & Bethge, "A Neural Algorithm of Artistic Style" (arXiv:1508.06576), eq. 3 and 4. */
export const gramStatistic: Statistic<'moment', 'moment'> = {
  join: { moment: 'sum' },
  measure: (sampled) => ({ moment: secondMoment(sampled) }),
  target: (samples, { channels }) => {
    const moment = blended(samples, 'moment');
    const squares = moment.data.reduce((total, value) => total + value * value, 0);
    return { tensors: { moment }, size: squares / (4 * channels ** 2) };
  },
  cost: (measures, target, { channels }) => layerStyleCost(target.moment, measures.moment, channels),
};
