/** `giverny workbook`: the assignment in a folder of one's own, and a teacher's sheet of results. */
import process from 'node:process';
import { Command } from 'commander';
import { GivernyError } from '../core/errors.js';
import type { Verdict } from '../workbook/check.js';
import type { Language } from '../workbook/exercises.js';
import { fileArgument } from './places.js';

export function workbookCommand(): Command {
  const command = new Command('workbook').description(
    "The notebook's assignment. In the browser it is a page of the studio: giverny studio --open, then Workbook.",
  );
  command
    .command('init')
    .description('write skeletons of the functions, and tests that npm test runs, into a folder')
    .argument('<folder>', '', fileArgument)
    .option('--edition <name>', 'first (TensorFlow 1) or later (TensorFlow 2)', 'first')
    .option('--lang <language>', 'language of comments and sentences: en or ko', languageOf, 'en')
    .action(init);
  command
    .command('grade')
    .description('check files that learners exported from the page')
    .argument('<files...>', 'workbook files, .json')
    .option('--json', 'print one JSON object per file and line')
    .option('--lang <language>', 'language of the sentences: en or ko', languageOf, 'en')
    .action(grade);
  return command;
}

function languageOf(text: string): Language {
  if (text === 'en' || text === 'ko') return text;
  throw new GivernyError('OPTION_INVALID', `Expected en or ko for --lang but received ${JSON.stringify(text)}.`);
}

async function init(folder: string, { edition, lang }: { edition: string; lang: Language }): Promise<void> {
  const { editionOf, writeWorkbook } = await import('../node/workbook/folder.js');
  const paths = await writeWorkbook(folder, editionOf(edition), lang);
  process.stdout.write(`${paths.join('\n')}\nNow: cd ${folder}, npm install, npm test.\n`);
}

interface Graded {
  readonly file: string;
  readonly name: string;
  readonly edition?: string;
  readonly verdicts: readonly Verdict[];
  /** Why the file could not be graded. */
  readonly error?: string;
}

async function grade(files: readonly string[], { json, lang }: { json?: boolean; lang: Language }): Promise<void> {
  const [{ readFile }, { checkAll, readWorkbook, sandboxInNode }, { problemText }, { functionOf, EXERCISES }] =
    await Promise.all([
      import('node:fs/promises'),
      import('../workbook.js'),
      import('../workbook/file.js'),
      import('../workbook/exercises.js'),
    ]);
  const graded: Graded[] = [];
  for (const file of files.map(fileArgument)) {
    try {
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new GivernyError('FILE_NOT_FOUND', `Expected a file at ${JSON.stringify(file)} but it cannot be read.`, {
          cause,
        });
      });
      const { name, edition, code } = readWorkbook(text, file);
      const verdicts = await checkAll(code, edition, sandboxInNode());
      graded.push({ file, name: printable(name), edition, verdicts });
      if (json) {
        const results = verdicts.map(({ exercise, passed, problem }) => ({
          function: functionOf(exercise, edition),
          passed,
          ...(problem ? { sentence: problemText(problem, edition, lang), line: problem.line } : {}),
        }));
        print({ file, name, edition, passed: results.filter((result) => result.passed).length, results });
      }
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      graded.push({ file, name: '', verdicts: [], error: error.message });
      if (json) print({ file, error: { code: error.code, message: error.message } });
    }
  }
  if (!json) {
    const rows = graded.map(({ file, name, edition, verdicts, error }) => [
      name || printable(file),
      edition ?? '',
      ...(error === undefined ? verdicts.map(({ passed }) => (passed ? '+' : '-')) : EXERCISES.map(() => ' ')),
      error === undefined ? `${verdicts.filter(({ passed }) => passed).length}/${verdicts.length}` : '-',
    ]);
    process.stdout.write(table([['name', 'edition', 'content', 'gram', 'style', 'total', 'loop', 'right'], ...rows]));
    for (const { file, name, edition, verdicts, error } of graded) {
      const sentences = verdicts.flatMap(({ problem }) =>
        problem ? [problemText(problem, edition as 'first' | 'later', lang)] : [],
      );
      if (error !== undefined) sentences.push(error);
      if (sentences.length > 0)
        process.stdout.write(
          `\n${name || printable(file)}\n${sentences.map((text) => `  ${printable(text)}\n`).join('')}`,
        );
    }
  }
  if (graded.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Without characters that would move the cursor or colour the terminal. */
const printable = (text: string) => text.replace(/\p{Cc}/gu, '?').slice(0, 400);

/** Columns as wide as their widest entry; wide characters of Korean count twice. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (text: string) =>
    [...text].reduce(
      (sum, char) => sum + (/[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]/.test(char) ? 2 : 1),
      0,
    );
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, column) => text + ' '.repeat((widths[column] as number) - width(text)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
