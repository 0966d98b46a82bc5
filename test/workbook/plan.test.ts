/** A painting of the learner's functions is the notebook's: the same costs and the same pixels as Giverny's own. */
import { expect, test } from 'vitest';
import { paint } from '../../src/core/painting/paint.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { sandboxInNode } from '../../src/node/workbook/sandbox.js';
import { solutions } from '../../src/workbook/exercises.js';
import { KNOBS, type Plan, planOf, termOf } from '../../src/workbook/plan.js';
import { waves } from '../support/pictures.js';

const run = sandboxInNode();
const size = { width: 48, height: 36 };

test('the solutions paint what the notebook preset paints', async () => {
  const plan = (await planOf(solutions('first'), 'first', KNOBS.first, size, run)) as Plan;
  const job = {
    content: waves(48, 36, 1),
    styles: [{ picture: waves(48, 36, 2), weight: 1 }],
    network: await openNetwork('pocket'),
    options: { preset: 'notebook', steps: 3 },
  };
  const engine = createNodeEngine();
  const own = paint({ ...job, terms: [termOf(plan)] }, engine);
  for await (const { step, costs, picture } of paint(job, engine)) {
    const mine = (await own.next()).value;
    if (!mine) throw new Error('The painting of the learner ended early.');
    expect(mine.costs.total / costs.total).toBeCloseTo(1, 3);
    expect((mine.costs['J.content'] as number) / (costs.content as number)).toBeCloseTo(1, 3);
    expect((mine.costs['J.style.conv4_1'] as number) / (costs['style.conv4_1'] as number)).toBeCloseTo(1, 3);
    const apart = picture.data.map((value, i) => Math.abs(value - (mine.picture.data[i] as number)));
    // Adam's first steps have one length wherever the gradient is, so that rounding shows at few pixels only.
    expect(apart.filter((difference) => difference > 0.1).length / apart.length).toBeLessThan(0.01);
    expect(step).toBeLessThan(3);
  }
  expect(plan.events.filter(({ type }) => type === 'train').length).toBe(200);
});

test('what cannot be painted with is told at its exercise', async () => {
  const broken = {
    ...solutions('later'),
    totalCost: 'function totalCost(JContent, JStyle) {\n  return JContent + JStyle;\n}',
  };
  expect(await planOf(broken, 'later', KNOBS.later, size, run)).toEqual({
    problem: { code: 'arithmetic', params: {}, line: 2, exercise: 'totalCost' },
  });
});
