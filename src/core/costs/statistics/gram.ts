import { layerStyleCost } from '../equations.js';
import { secondMoment } from './moments.js';
import { blended, type Statistic } from './statistic.js';

/** The Gram matrix of Gatys, Ecker & Bethge, "A Neural Algorithm of Artistic Style" (arXiv:1508.06576), eq. 3 and 4. */
export const gramStatistic: Statistic = {
  measure: (view) => ({ moment: secondMoment(view) }),
  target: (samples, { channels }) => {
    const moment = blended(samples, 'moment');
    const squares = moment.data.reduce((total, value) => total + value * value, 0);
    return { tensors: { moment }, size: squares / (4 * channels ** 2) };
  },
  cost: (view, target) => layerStyleCost(target('moment'), secondMoment(view), view.channels),
};
