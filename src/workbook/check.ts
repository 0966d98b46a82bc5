/** Judges a learner's function: by the model answers, by properties at other sizes, and by known mistakes. */
import { ANSWERS, type Edition } from './answers.js';
import { callsOf, EXERCISES, type Exercise, functionOf, type Sources } from './exercises.js';
import { join, type Problem } from './joined.js';
import { gramJudge } from './judges/gram.js';
import { digits, type Judge, type Judged, type Recorded, rows } from './judges/judged.js';
import { judgeLoop } from './judges/loop.js';
import { contentJudge, styleJudge } from './judges/pairs.js';
import { totalJudge } from './judges/total.js';
import type { Found, Report } from './recorded.js';

/** Runs a program's text in a sandbox. It answers with a problem where the time or the memory is used up. */
export type RunInSandbox = (program: string) => Promise<Report>;

/** What is found of one exercise. */
export interface Verdict {
  readonly exercise: Exercise;
  readonly passed: boolean;
  /** The value on the inputs of the model answer, where there is one. */
  readonly value?: string | undefined;
  /** The model answer. */
  readonly expected?: string | undefined;
  readonly problem?: Problem | undefined;
  /** What is no fault. */
  readonly remarks: readonly Found[];
}

/** Above this many operations a function does element by element what one operation does. */
const MANY_OPERATIONS = 150;

/** Judges all exercises. */
export async function checkAll(sources: Sources, edition: Edition, run: RunInSandbox): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const exercise of EXERCISES) verdicts.push(await check(exercise, sources, edition, run));
  return verdicts;
}

export async function check(
  exercise: Exercise,
  sources: Sources,
  edition: Edition,
  run: RunInSandbox,
): Promise<Verdict> {
  const joined = join(exercise, sources, edition);
  const expected = expectedOf(exercise, edition);
  const failed = (problem: Found, value?: string): Verdict => ({
    exercise,
    passed: false,
    value,
    expected,
    problem: joined.placed(problem),
    remarks: [],
  });
  if (joined.problem) return failed(joined.problem);
  for (const other of callsOf(exercise, edition)) {
    const uses = new RegExp(
      `\\b(${functionOf(other, edition)}${other === 'layerStyleCost' ? '|computeStyleCost' : ''})\\b`,
    );
    if (!uses.test(sources[exercise])) continue;
    const verdict = await check(other, sources, edition, run);
    if (!verdict.passed)
      return failed({ code: 'mendFirst', params: { name: functionOf(other, edition) }, line: undefined });
  }
  const { calls, judge } = judgeOf(exercise, edition);
  const report = await run(joined.program(calls));
  if ('problem' in report) return failed(report.problem);
  if (!Array.isArray(report.outcomes)) return failed({ code: 'unreadable', params: {} });
  const broken = report.outcomes.find((outcome) => 'problem' in outcome);
  if (broken && 'problem' in broken) return failed(broken.problem);
  const outcomes = report.outcomes as readonly Recorded[];
  let judged: Judged;
  try {
    judged = judge(outcomes);
  } catch (error) {
    // Code may change what it runs on: what comes out then is no list of operations.
    judged = {
      problem:
        error instanceof RangeError
          ? { code: 'tooLarge', params: { most: 2 ** 24 } }
          : { code: 'unreadable', params: {} },
    };
  }
  if (judged.problem) return failed(judged.problem, judged.value);
  const operations = Math.max(0, ...outcomes.map(({ nodes }) => nodes.length));
  const remarks: Found[] = joined.unused.map(({ name, line }) => ({ code: 'unused', params: { name }, line }));
  if (exercise !== 'loop' && operations > MANY_OPERATIONS)
    remarks.push({ code: 'manyOperations', params: { n: operations } });
  return { exercise, passed: true, value: judged.value, expected, remarks };
}

function judgeOf(exercise: Exercise, edition: Edition): Judge {
  if (exercise === 'contentCost') return contentJudge(edition);
  if (exercise === 'gramMatrix') return gramJudge(edition);
  if (exercise === 'layerStyleCost') return styleJudge(edition);
  if (exercise === 'totalCost') return totalJudge(edition);
  return judgeLoop(edition);
}

function expectedOf(exercise: Exercise, edition: Edition): string | undefined {
  const answers = ANSWERS[edition];
  if (exercise === 'contentCost') return digits(answers.contentCost);
  if (exercise === 'gramMatrix') return rows({ shape: [3, 3], data: Float64Array.from(answers.gram.flat()) });
  if (exercise === 'layerStyleCost') return digits(answers.layerStyleCost);
  if (exercise === 'totalCost') return digits(answers.totals[0].J);
  return undefined;
}
