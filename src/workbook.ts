/** The assignment's checks in Node: for tests in a folder of one's own (`giverny workbook init`) and for teachers. */
import { readSources } from './node/workbook/folder.js';
import { sandboxInNode } from './node/workbook/sandbox.js';
import type { Edition } from './workbook/answers.js';
import { check } from './workbook/check.js';
import { EXERCISES, type Exercise, functionOf, type Language } from './workbook/exercises.js';
import { problemText } from './workbook/file.js';
import { sentenceOf } from './workbook/sentences.js';

export { sandboxInNode } from './node/workbook/sandbox.js';
export type { Edition } from './workbook/answers.js';
export { check, checkAll, type RunInSandbox, type Verdict } from './workbook/check.js';
export type { Exercise, Language, Sources } from './workbook/exercises.js';
export { readWorkbook, type WorkbookFile, workbookText } from './workbook/file.js';
export type { Problem } from './workbook/joined.js';
export { sentenceOf } from './workbook/sentences.js';

/** The exercises of an edition with the functions that they ask for. */
export const exercises = (edition: Edition): { readonly exercise: Exercise; readonly name: string }[] =>
  EXERCISES.map((exercise) => ({ exercise, name: functionOf(exercise, edition) }));

/**
 * Checks one exercise of a folder that `giverny workbook init` wrote.
 *
 * @throws GivernyError FILE_NOT_FOUND.
 */
export async function checkFolder(
  folder: string,
  exercise: Exercise,
  edition: Edition,
  language: Language = 'en',
): Promise<{ readonly passed: boolean; readonly sentence: string; readonly remarks: readonly string[] }> {
  const { passed, problem, remarks } = await check(
    exercise,
    await readSources(folder, edition),
    edition,
    sandboxInNode(),
  );
  return {
    passed,
    sentence: problem ? problemText(problem, edition, language) : '',
    remarks: remarks.map((remark) => sentenceOf(remark, language)),
  };
}
