/** A learner's work as one file: JSON that teachers grade and learners open again. */
import { GivernyError, show } from '../core/errors.js';
import { EDITIONS, type Edition } from './answers.js';
import { byExercise, EXERCISES, functionOf, type Language, type Sources } from './exercises.js';
import type { Problem } from './joined.js';
import { sentenceOf } from './sentences.js';

export interface WorkbookFile {
  /** Who wrote it, as they call themselves. */
  readonly name: string;
  readonly edition: Edition;
  readonly code: Sources;
}

/** Characters of one exercise; what is longer was not written by hand. */
const MOST_CHARACTERS = 100_000;

export function workbookText({ name, edition, code }: WorkbookFile): string {
  return `${JSON.stringify({ giverny: 'workbook', version: 1, name, edition, code }, null, 2)}\n`;
}

/**
 * @param path what the sentence calls the file.
 * @throws GivernyError FORMAT_UNSUPPORTED where it is no such file.
 */
export function readWorkbook(text: string, path: string): WorkbookFile {
  const refuse = (what: string, received: unknown) =>
    new GivernyError('FORMAT_UNSUPPORTED', `Expected ${what} in ${show(path)} but received ${show(received)}.`);
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw refuse('a workbook file', text.slice(0, 40));
  }
  if (typeof value !== 'object' || value === null || value.giverny !== 'workbook' || value.version !== 1) {
    throw refuse('a workbook file of version 1', value);
  }
  const edition = EDITIONS.find((each) => each === value.edition);
  if (!edition) throw refuse(`an edition, ${EDITIONS.join(' or ')},`, value.edition);
  const code = (value.code ?? {}) as Record<string, unknown>;
  for (const exercise of EXERCISES) {
    const source = code[exercise];
    if (typeof source !== 'string' || source.length > MOST_CHARACTERS) throw refuse(`code for ${exercise}`, source);
  }
  return {
    name: typeof value.name === 'string' ? value.name.slice(0, 200) : '',
    edition,
    code: byExercise((exercise) => code[exercise] as string),
  };
}

/** A problem with its place, such as `gramMatrix, line 2: ...`. */
export function problemText(problem: Problem, edition: Edition, language: Language): string {
  const { exercise, line } = problem;
  const name = functionOf(exercise, edition);
  const place = line === undefined ? '' : language === 'en' ? `, line ${line}` : ` ${line}행`;
  return `${name}${place}: ${sentenceOf(problem, language)}`;
}
