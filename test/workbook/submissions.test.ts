/** Every wrong submission gets its sentence at its line, and every right one passes. */
import { describe, expect, test } from 'vitest';
import { sandboxInNode } from '../../src/node/workbook/sandbox.js';
import { EDITIONS, type Edition } from '../../src/workbook/answers.js';
import { check } from '../../src/workbook/check.js';
import { EXERCISES, type Exercise, solutions } from '../../src/workbook/exercises.js';
import { sentenceOf } from '../../src/workbook/sentences.js';
import { RIGHT, WRONG, type Wrong } from './submissions.js';

const run = sandboxInNode();

const INTRODUCTION = `# Wrong submissions and what the workbook says

Every row is a test: the code is checked, and has to get this sentence, in English and in Korean. Shown is what differs
from most other submissions of its exercise. \`npx vitest run test/workbook/submissions.test.ts -u\` writes this page.`;

/** A table of an exercise's wrong submissions; empty where it has none. */
function tableOf(exercise: Exercise, edition: Edition, inKorean: ReadonlyMap<Wrong, string>): string {
  const listed = WRONG.filter((wrong) => wrong.exercise === exercise && (wrong.edition ?? 'first') === edition);
  if (listed.length === 0) return '';
  const lines = ({ code }: Wrong) => code.split('\n').map((line) => line.trim());
  const isUsual = (line: string) => listed.filter((wrong) => lines(wrong).includes(line)).length > listed.length / 2;
  const cell = (text: string) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const shown = (wrong: Wrong) => {
    const own = lines(wrong).filter((line) => line !== '' && !isUsual(line));
    const text = cell(own.join(' '));
    return text === '' ? '' : `\`\`${text.length > 140 ? `${text.slice(0, 139)}…` : text}\`\``;
  };
  const rows = listed.map(
    (wrong) => `| ${shown(wrong)} | ${cell(wrong.sentence)} | ${cell(inKorean.get(wrong) ?? '')} |`,
  );
  const title = exercise === 'loop' ? `loop, ${edition} edition` : exercise;
  return [`## ${title}`, '', '| code | English | Korean |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Korean sentences of the wrong submissions. */
const korean = new Map<Wrong, string>();

describe('wrong submissions', () => {
  test.each(WRONG)('$exercise: $sentence', async (wrong) => {
    const { exercise, edition = 'first', code, sentence, line } = wrong;
    const { passed, problem } = await check(exercise, { ...solutions(edition), [exercise]: code }, edition, run);
    expect(passed).toBe(false);
    expect(problem && sentenceOf(problem, 'en')).toBe(sentence);
    if (line !== undefined) expect(problem?.line).toBe(line);
    const inKorean = problem ? sentenceOf(problem, 'ko') : '';
    expect(inKorean).toMatch(/[가-힣]/);
    expect(inKorean).not.toMatch(/[^$]\{\w+\}|을\(를\)|이\(가\)/);
    korean.set(wrong, inKorean);
  });

  test('stand in the documentation with their sentences', async () => {
    const text = EXERCISES.flatMap((exercise) =>
      EDITIONS.map((edition) => tableOf(exercise, edition, korean)).filter((table) => table !== ''),
    ).join('\n\n');
    // Of all or, where single ones were asked for, of none.
    if (korean.size < WRONG.length) return;
    await expect(`${INTRODUCTION}\n\n${text}\n`).toMatchFileSnapshot('../../docs/workbook-submissions.md');
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
