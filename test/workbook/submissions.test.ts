/** Every wrong submission gets its sentence at its line, and every right one passes. */
import { describe, expect, test } from 'vitest';
import { sandboxInNode } from '../../src/node/workbook/sandbox.js';
import { EDITIONS } from '../../src/workbook/answers.js';
import { check } from '../../src/workbook/check.js';
import { EXERCISES, solutions } from '../../src/workbook/exercises.js';
import { sentenceOf } from '../../src/workbook/sentences.js';
import { RIGHT, WRONG } from './submissions.js';

const run = sandboxInNode();

describe('wrong submissions', () => {
  test.each(WRONG)('$exercise: $sentence', async ({ exercise, edition = 'first', code, sentence, line }) => {
    const { passed, problem } = await check(exercise, { ...solutions(edition), [exercise]: code }, edition, run);
    expect(passed).toBe(false);
    expect(problem && sentenceOf(problem, 'en')).toBe(sentence);
    if (line !== undefined) expect(problem?.line).toBe(line);
    const korean = problem ? sentenceOf(problem, 'ko') : '';
    expect(korean).toMatch(/[가-힣]/);
    expect(korean).not.toMatch(/[^$]\{\w+\}|을\(를\)|이\(가\)/);
  });
});

test('there are at least six right ways for each function, and forty wrong ones', () => {
  for (const exercise of EXERCISES) expect(RIGHT[exercise].first.length).toBeGreaterThanOrEqual(6);
  expect(RIGHT.loop.later.length).toBeGreaterThanOrEqual(6);
  expect(WRONG.length).toBeGreaterThanOrEqual(40);
});

const RIGHT_ROWS = EXERCISES.flatMap((exercise) =>
  EDITIONS.flatMap((edition) => RIGHT[exercise][edition].map((code) => ({ exercise, edition, code }))),
);

describe('right submissions', () => {
  test.each(RIGHT_ROWS)('$exercise, $edition edition: $code', async ({ exercise, edition, code }) => {
    const { problem } = await check(exercise, { ...solutions(edition), [exercise]: code }, edition, run);
    expect(problem).toBeUndefined();
  });
});

test('what is no fault is a remark: an unused variable, many operations', async () => {
  const code = `function gramMatrix(A: Tensor): Tensor {
  const unusedName = 5;
  let G = tf.matMul(A, tf.transpose(A));
  for (let i = 0; i < 200; i++) G = tf.add(G, 0);
  return G;
}`;
  const { passed, remarks } = await check('gramMatrix', { ...solutions('first'), gramMatrix: code }, 'first', run);
  expect(passed).toBe(true);
  expect(remarks.map((remark) => sentenceOf(remark, 'en'))).toEqual([
    'unusedName is never used: no fault.',
    expect.stringMatching(/^Right, with \d+ operations/),
  ]);
});
