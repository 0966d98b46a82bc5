/** What a run found, as a file for programs and a table for people. */
import type { Scores } from './judge.js';
import type { Kind } from './programs.js';

/** One picture. */
export interface Result {
  readonly program: string;
  readonly kind: Kind;
  /** photo*painting */
  readonly pair: string;
  readonly scores: Scores;
  /** Of the process that painted it; absent for guards, and memory where the system does not tell. */
  readonly seconds?: number | undefined;
  readonly peakBytes?: number | undefined;
}

/** Means over the pairs of one program. */
export type Summary = Omit<Result, 'pair'>;

/** One line per program, best first. */
export function summaries(results: readonly Result[]): Summary[] {
  return [...new Set(results.map(({ program }) => program))]
    .map((name) => {
      const group = results.filter(({ program }) => program === name);
      const { program, kind, scores } = group[0] as Result;
      const over = (value: (result: Result) => number | undefined) => mean(group.map(value));
      const names = Object.keys(scores) as (keyof Scores)[];
      const means = Object.fromEntries(names.map((name) => [name, over((result) => result.scores[name])]));
      return {
        program,
        kind,
        scores: means as unknown as Scores,
        seconds: over(({ seconds }) => seconds),
        peakBytes: over(({ peakBytes }) => peakBytes),
      };
    })
    .sort((a, b) => b.scores.score - a.scores.score);
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0) / known.length;
}

/**
 * What is wrong with the judge, if a picture that nobody painted wins: a photo left as it is and a copied painting
 * must come below every preset (every program, where no preset painted), and cheap tricks below the best program.
 *
 * @returns one sentence per guard that wins; none where all is well.
 */
export function brokenGuards(all: readonly Summary[]): string[] {
  const painted = all.filter(({ kind }) => kind !== 'guard');
  const presets = painted.filter(({ kind }) => kind === 'preset');
  const scores = (presets.length > 0 ? presets : painted).map(({ scores: { score } }) => score);
  const best = Math.max(...painted.map(({ scores: { score } }) => score));
  return all.flatMap(({ program, kind, scores: { score } }) => {
    const limit = STRICT.includes(program) ? Math.min(...scores) : best;
    if (kind !== 'guard' || scores.length === 0 || score < limit) return [];
    return [`Expected "${program}" to score below ${limit.toFixed(3)} but it scored ${score.toFixed(3)}.`];
  });
}

const STRICT = ['unchanged photo', 'copied painting'];

const COLUMNS: readonly (readonly [string, (summary: Omit<Summary, 'kind'>) => string])[] = [
  ['score', ({ scores }) => scores.score.toFixed(3)],
  ['style', ({ scores }) => scores.style.toFixed(2)],
  ['content', ({ scores }) => scores.content.toFixed(2)],
  ['self-similarity', ({ scores }) => scores.selfSimilarity.toFixed(3)],
  ['SSIM', ({ scores }) => scores.ssim.toFixed(2)],
  ['colour', ({ scores }) => scores.colour.toFixed(2)],
  ['grain', ({ scores }) => scores.grain.toFixed(2)],
  ['flat grain', ({ scores }) => scores.flatGrain.toFixed(1)],
  ['rim', ({ scores }) => scores.rim.toFixed(2)],
  ['border', ({ scores }) => scores.border.toFixed(2)],
  ['clipped', ({ scores }) => `${(100 * scores.clipped).toFixed(2)} %`],
  ['seconds', ({ seconds }) => seconds?.toFixed(1) ?? '-'],
  ['peak GB', ({ peakBytes }) => (peakBytes === undefined ? '-' : (peakBytes / 1e9).toFixed(2))],
];

const LEGEND = `\`score\` is best high, 0 to 1: the geometric mean of how near style and content are. Distances, best low:
\`style\` to the painting, 1 at the photo's and 0 for a crop of the painting, the energy distance of VGG-19's features in
layers that no preset optimises;
\`content\` to the photo, 1 at the painting's, from \`self-similarity\` (0 is the photo's) and \`SSIM\` (1 is the photo's);
\`colour\` to the painting, hundredths of Oklab. \`grain\` is the share of energy near the Nyquist frequency as a
multiple of the larger of photo's and painting's, \`flat grain\` what a blur by one pixel takes from the flattest quarter,
\`rim\` how far edges look embossed, both in levels of 0..255; \`border\` the energy of the outermost 8 pixels against the next 8
as a multiple of the photo's, \`clipped\` the share of values at 0 or 255. Seconds and memory are those of a process
from its start to its end. Programs in italics are guards: pictures that need no painting and must not win.`;

/** Means over pairs, best first, then every pair. */
export function tableOf(results: readonly Result[], heading: string): string {
  const head = COLUMNS.map(([name]) => name);
  const cells = (summary: Omit<Summary, 'kind'>) => COLUMNS.map(([, cell]) => cell(summary));
  const named = ({ program, kind }: Summary | Result) => (kind === 'guard' ? `_${program}_` : program);
  const means = summaries(results).map((summary) => [named(summary), ...cells(summary)]);
  const each = results.map((result) => [result.pair.replace('*', ' x '), named(result), ...cells(result)]);
  return [
    `${heading}\n`,
    markdown([['program', ...head], ...means]),
    `\n${LEGEND}\n\n## Every pair\n`,
    markdown([['pair', 'program', ...head], ...each]),
    '',
  ].join('\n');
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
