// A cost of one's own, written outside of the package: CORAL (Sun & Saenko, "Deep CORAL", 2016, eq. 1), the squared
// difference of the covariances of features, without regard to their means.
import { defineTerm } from 'giverny';
import { gram, matmul, multiply, scale, subtract, sum, sumTo } from 'giverny/graph';

/** Means and second moments of a layer's features, [C, 1] and [C, C]: they add up over positions, tile by tile. */
const moments = (layer) => (view) => {
  const { features, positions } = view.layer(layer);
  const mean = scale(sumTo(features, [features.shape[0], 1]), 1 / positions);
  return { mean, moment: scale(gram(features), 1 / positions) };
};

const covariance = ({ mean, moment }) => subtract(moment, matmul(mean, mean, { transposeB: true }));

/** 1/(4 C^2) * sum (cov(painting) - cov(styles))^2 of one layer. */
export const coral = (layer, weight) =>
  defineTerm({
    name: 'coral',
    weight,
    layers: [layer],
    measure: moments(layer),
    target: async (sources) => ({ tensors: await sources.ofStyles([layer], moments(layer)) }),
    cost: (painting, styles) => {
      const difference = subtract(covariance(painting), covariance(styles));
      return scale(sum(multiply(difference, difference)), 1 / (4 * difference.shape[0] ** 2));
    },
  });
