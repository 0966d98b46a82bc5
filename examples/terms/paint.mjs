// Paints with a cost of one's own in place of the style cost: node paint.mjs photo.jpg painting.jpg out.png
import process from 'node:process';
import { paintFile, resolveOptions, termsOf } from 'giverny/node';
import { coral } from './coral.mjs';

const [content, style, output = 'painted.png'] = process.argv.slice(2);
const options = { size: 320, network: undefined, strength: 0.5 };
// The photo and the smoothness as always; the style by covariances of two layers.
const terms = termsOf(resolveOptions({ size: 320 })).filter(({ name }) => name !== 'style');
await paintFile({
  content,
  styles: [style],
  output,
  options: { size: options.size },
  terms: [...terms, coral('conv3_1', 1e-7)],
  onStep: ({ step, costs }) => console.log(step, costs.total, costs.coral),
});
