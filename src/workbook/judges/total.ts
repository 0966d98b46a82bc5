/** Judges the total cost. */
import { ANSWERS, type Edition } from '../answers.js';
import type { Numbers } from '../evaluate.js';
import type { Argument, Call } from '../recorded.js';
import { digits, type Judge, type Judged, type Recorded, scalarOf } from './judged.js';
import { near, TOTAL_MISTAKES, type Totals, totalCostOf } from './mistakes.js';

export function totalJudge(edition: Edition): Judge {
  const cases: Totals[] = [
    ...ANSWERS[edition].totals,
    { JContent: 1.3, JStyle: 2.7, alpha: 3, beta: 8 },
    { JContent: 0.7, JStyle: 0.2, alpha: 100, beta: 0.5 },
    // Without weights: those of the function itself.
    { JContent: 1.1, JStyle: 0.3, alpha: 10, beta: 40 },
  ];
  const scalarArgument = (name: string): Argument => ({ type: 'tensor', name, shape: [] });
  const calls = cases.map(({ alpha, beta }, i): Call => {
    const weights = i === cases.length - 1 ? [] : [alpha, beta];
    return {
      name: 'totalCost',
      arguments: [
        scalarArgument('JContent'),
        scalarArgument('JStyle'),
        ...weights.map((value): Argument => ({ type: 'number', value })),
      ],
    };
  });
  const numbersOf = (value: number): Numbers => ({ shape: [], data: Float64Array.of(value) });
  const judge = (outcomes: readonly Recorded[]): Judged => {
    const values: number[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const { JContent, JStyle } = cases[i] as Totals;
      const result = scalarOf(outcome, { JContent: numbersOf(JContent), JStyle: numbersOf(JStyle) });
      if ('problem' in result) return result;
      values.push(result.value);
    }
    const value = digits(values[0] as number);
    const wrong = (code: string): Judged => ({ value, problem: { code, params: { value } } });
    const given = cases.slice(0, -1);
    const isRight = given.every((each, i) => near(values[i] as number, totalCostOf(each), 1e-6));
    if (isRight && near(values.at(-1) as number, totalCostOf(cases.at(-1) as Totals), 1e-6)) return { value };
    if (isRight) {
      const { JContent, JStyle } = cases.at(-1) as Totals;
      return wrong(near(values.at(-1) as number, 40 * JContent + 10 * JStyle) ? 'defaultsExchanged' : 'defaultsWrong');
    }
    const known = TOTAL_MISTAKES.find((mistake) =>
      given.every((each, i) => near(values[i] as number, mistake.value(each))),
    );
    return wrong(known?.code ?? 'totalWrong');
  };
  return { calls, judge };
}
