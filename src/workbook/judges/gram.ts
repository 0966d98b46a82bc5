/** Judges the Gram matrix. */
import { ANSWERS, type Edition } from '../answers.js';
import { evaluate, type Numbers } from '../evaluate.js';
import { digits, type Judge, type Judged, notTensor, type Recorded, rows } from './judged.js';
import { factorOf, GRAM_MISTAKES, gramOf, near } from './mistakes.js';
import { randomNumbers, tensorArgument } from './samples.js';

export function gramJudge(edition: Edition): Judge {
  const { aC } = ANSWERS[edition];
  const cases: Numbers[] = [
    { shape: [3, 2], data: Float64Array.from(aC.slice(0, 6), Math.fround) },
    randomNumbers([2, 5]),
    randomNumbers([4, 3]),
    randomNumbers([5, 7]),
  ];
  const judge = (outcomes: readonly Recorded[]): Judged => {
    const values: Numbers[] = [];
    for (const [i, { nodes, returned }] of outcomes.entries()) {
      const A = cases[i] as Numbers;
      const refused = notTensor(returned);
      if (refused) return { problem: refused };
      if (returned.type !== 'node') return { problem: { code: 'notATensor', params: { received: returned.type } } };
      const value = evaluate(nodes, returned.node, { A });
      const [channels = 0, columns = 0] = A.shape;
      const shape = `[${value.shape.join(', ')}]`;
      const wanted = `[${channels}, ${channels}]`;
      if (String(value.shape) === String([columns, columns]) && channels !== columns) {
        return { problem: { code: 'gramOfPositions', params: { shape, wanted } } };
      }
      if (String(value.shape) === String(A.shape))
        return { problem: { code: 'gramElementwise', params: { shape, wanted } } };
      if (String(value.shape) !== String([channels, channels]))
        return { problem: { code: 'gramShape', params: { shape, wanted } } };
      const infinite = value.data.find((each) => !Number.isFinite(each));
      if (infinite !== undefined) return { problem: { code: 'notFinite', params: { value: String(infinite) } } };
      values.push(value);
    }
    const shown = rows(values[0] as Numbers);
    const same = (value: Numbers, wanted: Numbers) => {
      const scale = Math.max(...wanted.data.map(Math.abs));
      return value.data.every((each, i) => Math.abs(each - (wanted.data[i] as number)) <= 1e-6 * scale);
    };
    if (values.every((value, i) => same(value, gramOf(cases[i] as Numbers)))) return { value: shown };
    const value = digits(values[0]?.data[0] ?? 0);
    const known = GRAM_MISTAKES.find((mistake) =>
      values.every((each, i) => same(each, mistake.value(cases[i] as Numbers))),
    );
    if (known) return { value: shown, problem: { code: known.code, params: { value } } };
    const ratios = values.map((each, i) => {
      const A = cases[i] as Numbers;
      const gram = gramOf(A);
      const ratio = (each.data[0] as number) / (gram.data[0] as number);
      const scaled = { ...gram, data: gram.data.map((entry) => entry * ratio) };
      return same(each, scaled) ? { ratio, sizes: [1, A.shape[1], A.shape[0]] as [number, number, number] } : undefined;
    });
    const factor = ratios.every((each) => each !== undefined) ? factorOf(ratios) : undefined;
    if (factor) {
      const { constant, nW, nC } = factor;
      const code = constant === 1 && nW === -1 && nC === 0 ? 'gramMean' : 'gramFactor';
      const text = [
        ...(constant === 1 ? [] : [digits(constant)]),
        ...(nW === 0 ? [] : [`(nH nW)^${nW}`]),
        ...(nC === 0 ? [] : [`nC^${nC}`]),
      ].join(' ');
      return { value: shown, problem: { code, params: { value, factor: text } } };
    }
    const asymmetric = values.some(({ shape, data }) => {
      const size = shape[0] as number;
      return data.some((each, i) => !near(each, data[(i % size) * size + Math.floor(i / size)] as number, 1e-9));
    });
    return { value: shown, problem: { code: asymmetric ? 'gramAsymmetric' : 'gramWrong', params: { value } } };
  };
  return { calls: cases.map((A) => ({ name: 'gramMatrix', arguments: [tensorArgument('A', A)] })), judge };
}
