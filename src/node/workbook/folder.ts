/** The assignment as files of a folder: skeletons to write in, and tests that `npm test` runs there. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GivernyError, show } from '../../core/errors.js';
import { EDITIONS, type Edition } from '../../workbook/answers.js';
import { EXERCISES, functionOf, type Language, type Sources, skeletonOf } from '../../workbook/exercises.js';
import { OPERATIONS } from '../../workbook/operations.js';
import { makeFolder, writeAtomically } from '../files/atomic.js';
import { VERSION } from '../version.js';

const fileOf = (exercise: (typeof EXERCISES)[number], edition: Edition) => `${functionOf(exercise, edition)}.ts`;

/**
 * Writes the assignment into a folder, which is made where there is none.
 *
 * @returns the paths that were written.
 * @throws GivernyError FILE_EXISTS where one of its files is there already: nothing is written then.
 */
export async function writeWorkbook(folder: string, edition: Edition, language: Language): Promise<string[]> {
  const files: readonly (readonly [string, string])[] = [
    ...EXERCISES.map((exercise) => [fileOf(exercise, edition), skeletonOf(exercise, edition, language)] as const),
    ['workbook.d.ts', declarations(language)],
    ['workbook.test.js', testText(edition, language)],
    ['package.json', packageText()],
  ];
  for (const [name] of files) {
    const path = join(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere)
      throw new GivernyError('FILE_EXISTS', `Expected a folder without ${name} but ${show(folder)} has one.`);
  }
  await makeFolder(folder);
  const encoder = new TextEncoder();
  for (const [name, text] of files) await writeAtomically(join(folder, name), encoder.encode(text));
  return files.map(([name]) => join(folder, name));
}

/**
 * The code in such a folder.
 *
 * @throws GivernyError FILE_NOT_FOUND.
 */
export async function readSources(folder: string, edition: Edition): Promise<Sources> {
  const entries = await Promise.all(
    EXERCISES.map(async (exercise) => {
      const path = join(folder, fileOf(exercise, edition));
      const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new GivernyError('FILE_NOT_FOUND', `Expected a file at ${show(path)} but there is none.`, { cause });
      });
      return [exercise, text] as const;
    }),
  );
  return Object.fromEntries(entries) as unknown as Sources;
}

/** @throws GivernyError OPTION_INVALID. */
export function editionOf(text: string): Edition {
  const found = EDITIONS.find((edition) => edition === text);
  if (found) return found;
  throw new GivernyError('OPTION_INVALID', `Expected first or later for --edition but received ${show(text)}.`);
}

const packageText = () =>
  `${JSON.stringify(
    {
      private: true,
      type: 'module',
      scripts: { test: 'node --test' },
      devDependencies: { giverny: `^${VERSION}` },
    },
    null,
    2,
  )}\n`;

const testText = (edition: Edition, language: Language) => `// Run with npm test.
import { test } from 'node:test';
import { checkFolder, exercises } from 'giverny/workbook';

for (const { exercise, name } of exercises('${edition}')) {
  test(name, async () => {
    const { passed, sentence, remarks } = await checkFolder(import.meta.dirname, exercise, '${edition}', '${language}');
    for (const remark of remarks) console.log(remark);
    if (passed) return;
    const error = new Error(sentence);
    error.stack = sentence;
    throw error;
  });
}
`;

/** What editors know of the names that the code may use. */
function declarations(language: Language): string {
  const returns: Readonly<Record<string, string>> = { shape: 'number[]', size: 'number', gradient: 'unknown' };
  const operations = Object.entries(OPERATIONS).flatMap(([name, { signature, text }]) => {
    return [
      `  /** \`${signature}\`: ${text[language]} */`,
      `  ${name}(...values: unknown[]): ${returns[name] ?? 'Tensor'};`,
    ];
  });
  return `/** A tensor that records what is computed of it. Every operation of tf is a method, too. */
interface Tensor extends Omit<Operations, 'shape' | 'size'> {
  readonly shape: number[];
  readonly rank: number;
}

interface Operations {
${operations.join('\n')}
}

declare const tf: Operations;
interface Image {}
interface Picture {
  assign(image: unknown): unknown;
}
interface Session {
  run(what: unknown): any;
}
declare const model: { readonly input: Picture };
declare const J: unknown;
declare const JContent: unknown;
declare const JStyle: unknown;
declare const aC: Tensor[];
declare const aS: Tensor[];
declare const optimizer: { applyGradients(pairs: [gradient: unknown, picture: Picture][]): void };
declare const STYLE_LAYERS: readonly (readonly [layer: string, lambda: number])[];
declare function vggModelOutputs(image: Picture): Tensor[];
declare function computeStyleCost(aS: Tensor[], aG: Tensor[]): Tensor;
declare function clip01(image: Picture): unknown;
declare function saveImage(path: string, image: unknown): void;
`;
}
