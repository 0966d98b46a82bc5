/** `giverny batch`: many photos in the style of many paintings. */
import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { GivernyError } from '../../core/errors.js';
import { type OptionsInput, resolveOptions } from '../../core/options/options.js';
import { findPictures } from '../../node/files/find-pictures.js';
import { assertBits, formatOf } from '../../node/files/formats.js';
import { type Outcome, paintBatch } from '../../node/painting/batch.js';
import type { PaintRequest } from '../../node/painting/request.js';
import type { BatchCounts } from '../events.js';
import {
  atLeastOne,
  coarseNetworkFlag,
  deviceFlag,
  type MethodFlags,
  maxMemoryFlag,
  networkFlag,
  optionFlags,
  type PrintFlags,
  presetFlag,
  printFlags,
  printOfFlags,
  type ReportFlags,
  reportFlags,
  stateEverySeconds,
  stylesFlag,
  threadsFlag,
} from '../flags.js';
import { EXIT_CODES, listenToSignals } from '../interrupts.js';
import { fileArgument } from '../places.js';
import { optionsOf } from '../prepare.js';
import { BatchStates } from '../states.js';
import { type StyleFile, styleText } from '../style-flags.js';
import { type ListRow, readList } from './list.js';
import { checkPlaces, DEFAULT_NAME, nameOf } from './names.js';
import {
  type BatchItem,
  type BatchReporter,
  batchSilence,
  jsonBatchReporter,
  plainBatchReporter,
} from './reporters.js';

interface BatchFlags extends Omit<OptionsInput, 'preset'>, MethodFlags, PrintFlags, ReportFlags {
  readonly style?: readonly string[];
  readonly styleDir?: string;
  readonly list?: string;
  readonly output?: string;
  readonly name: string;
  readonly jobs: number;
  readonly overwrite?: boolean;
}

const EXAMPLES = `
Examples:
  giverny batch photos --style waves.jpg --style swirls.jpg -o paintings
  giverny batch a.jpg b.jpg --style-dir styles -o paintings --name '{style}/{photo}.jpg' --jobs 2
  giverny batch --list rows.csv -o paintings         columns photo, style, output and any option

All of it: docs/batch.md`;

export function batchCommand(): Command {
  const command = new Command('batch')
    .description('Paints many photos, each in the style of each painting. What is painted already is skipped.')
    .usage('<photos or folders ...> --style <painting> -o <folder> [options]')
    .argument('[photos...]', 'pictures to paint, and folders of them')
    .optionsGroup('Pictures:')
    .addOption(stylesFlag('Pictures', 'a painting whose style to take, once or more'))
    .option('--style-dir <folder>', 'all pictures in a folder as styles', fileArgument)
    .option('--list <file>', 'CSV or JSON lines, a row for each painting, in place of photos', fileArgument)
    .optionsGroup('Output:')
    .option('-o, --output <folder>', 'where the paintings go', fileArgument)
    .option(
      '--name <pattern>',
      'names of the paintings: {photo}, {style}, {folder}, {n} and options such as {strength} are filled in',
      DEFAULT_NAME,
    )
    .option('--overwrite', 'paint again and replace what is there')
    .optionsGroup('Method:')
    .option('--jobs <n>', 'paintings at a time, each in a process of its own', atLeastOne('--jobs'), 1)
    .addOption(presetFlag())
    .addOption(networkFlag())
    .addOption(coarseNetworkFlag())
    .addOption(deviceFlag())
    .addOption(threadsFlag(', all processes together'))
    .addOption(maxMemoryFlag(', for each process'))
    .addHelpText('after', EXAMPLES)
    .action(batch);
  for (const option of [...printFlags(), ...reportFlags('batch.md'), ...optionFlags()]) command.addOption(option);
  return command;
}

/** A painting to come. */
interface Planned {
  readonly request: PaintRequest;
  readonly item: BatchItem;
  /** What the person should hear before it begins. */
  readonly notices: readonly string[];
}

interface Plan {
  readonly paintings: readonly Planned[];
  readonly passedOver: number;
  /** Folders that cannot be read. */
  readonly failures: readonly GivernyError[];
}

async function batch(photos: readonly string[], flags: BatchFlags): Promise<void> {
  const reporter = flags.json
    ? jsonBatchReporter()
    : flags.quiet
      ? batchSilence
      : plainBatchReporter(process.stdout, process.stderr);
  let counts: BatchCounts = { painted: 0, skipped: 0, failed: 0, left: 0, passedOver: 0, seconds: 0 };
  const interrupts = listenToSignals({
    onStopping: () => reporter.onStopping('Stopping after this step (Ctrl-C again stops at once) ...'),
    onStoppedEarly(signal) {
      reporter.onDone(counts, EXIT_CODES[signal], signal);
      process.stdout.write('', () => process.exit(EXIT_CODES[signal]));
    },
  });
  try {
    const { paintings, passedOver, failures } = await planOf(photos, flags);
    counts = { ...counts, left: paintings.length, passedOver };
    const items = paintings.map(({ item }) => item);
    const sentences = failures.map(({ message }) => message);
    reporter.onPrepared(items, Math.min(flags.jobs, items.length), sentences);
    for (const [i, { notices }] of paintings.entries()) for (const notice of notices) reporter.onNotice(i, notice);
    const began = performance.now();
    const running = paintBatch(
      paintings.map(({ request }) => request),
      { ...stepping(reporter, interrupts.stepped), ...threadsOf(flags), overwrite: flags.overwrite },
    );
    interrupts.watch(running);
    const outcomes = await running.done;
    const of = (status: Outcome['status']) => outcomes.filter((outcome) => outcome?.status === status).length;
    counts = {
      ...{ painted: of('painted'), skipped: of('skipped'), failed: of('failed') + failures.length },
      left: outcomes.filter((outcome) => !outcome || outcome.status === 'stopped').length,
      ...{ passedOver, seconds: (performance.now() - began) / 1000 },
    };
    const { signal } = interrupts;
    const exitCode = signal && counts.left > 0 ? EXIT_CODES[signal] : counts.failed > 0 ? 1 : 0;
    reporter.onDone(counts, exitCode, counts.left > 0 ? signal : undefined);
    process.exitCode = exitCode;
  } catch (error) {
    reporter.onError();
    throw error;
  }
}

const threadsOf = ({ jobs, threads }: BatchFlags) => ({ jobs, threads });

function stepping(reporter: BatchReporter, stepped: () => void): BatchReporter {
  return {
    ...reporter,
    onStep(index, report) {
      stepped();
      reporter.onStep(index, report);
    },
  };
}

/** All paintings, with their names checked. */
async function planOf(photos: readonly string[], flags: BatchFlags): Promise<Plan> {
  const { list, output } = flags;
  const refuse = (sentence: string) => new GivernyError('OPTION_INVALID', sentence);
  if (output === undefined) throw refuse('Expected a folder for the paintings, -o <folder>, but received none.');
  if (existsSync(output) && !statSync(output).isDirectory()) {
    throw refuse(`Expected a folder for the paintings but "${output}" is a file.`);
  }
  if (list !== undefined && photos.length > 0) throw refuse('Expected photos or --list but received both.');
  if (list === undefined && photos.length === 0)
    throw refuse('Expected photos, folders of them or --list but received none.');
  const styles = await stylesOf(flags);
  const found = list === undefined ? await picturesIn(photos.map(fileArgument), output) : undefined;
  const rows = list === undefined ? [] : await readList(list);
  const sources = found
    ? found.pictures.map(({ path, folder }) => ({
        folder,
        row: { photo: path, styles: [], print: {}, options: {} } as PictureRow,
      }))
    : rows.map((row) => ({ folder: '.', row: row as PictureRow }));
  const pairs = sources.flatMap(({ folder, row }) =>
    stylesFor(row, styles).map((chosen) => ({ folder, row, styles: chosen })),
  );
  const paintings = pairs.map(({ folder, row, styles: chosen }, i) => {
    try {
      const options = merged(optionsOf(flags), row);
      const resolved = resolveOptions(options);
      const named = { photo: row.photo, folder, styles: chosen.map(({ path }) => path), options: resolved };
      const name = row.output ?? nameOf(flags.name, named, i + 1, pairs.length);
      const target = shown(resolve(output, name), output);
      assertBits(formatOf(target), row.print.bits ?? flags.bits);
      return plannedOf(row, chosen, options, target, flags);
    } catch (error) {
      if (row.where === undefined || !(error instanceof GivernyError)) throw error;
      throw new GivernyError(error.code, `${error.message.replace(/\.$/, '')} (${row.where}).`, { cause: error });
    }
  });
  checkPlaces(
    paintings.map(({ request }) => ({
      photo: request.content as string,
      styles: request.styles.map((style) => (style as { picture: string }).picture),
      output: request.output as string,
    })),
    list === undefined ? photos : [],
    output,
  );
  const states = new BatchStates();
  const going: Planned[] = [];
  for (const painting of paintings) {
    const { state, notices } = await states.of(painting.request);
    const { overwrite: fresh } = flags;
    const request = { ...painting.request, state, fresh, stateEverySeconds: stateEverySeconds() };
    going.push({ ...painting, request, notices: fresh ? [] : notices });
  }
  return { paintings: going, passedOver: found?.passedOver ?? 0, failures: found?.unreadable ?? [] };
}

/** A row of a list, or a photo without a row. */
type PictureRow = Omit<ListRow, 'where'> & Partial<Pick<ListRow, 'where'>>;

/** A path below the output folder as the person began it. */
function shown(path: string, output: string): string {
  const below = relative(resolve(output), path);
  return below.startsWith('..') ? path : join(output, below);
}

async function picturesIn(photos: readonly string[], output?: string) {
  const found = await findPictures(photos, output);
  if (found.pictures.length > 0) return found;
  const [unreadable] = found.unreadable;
  if (unreadable) throw unreadable;
  const others = found.passedOver > 0 ? `, and ${found.passedOver} other files` : '';
  throw new GivernyError(
    'FILE_NOT_FOUND',
    `Expected pictures in ${photos.map((path) => `"${path}"`).join(', ')} but found none${others}.`,
  );
}

async function stylesOf({ style = [], styleDir, list }: BatchFlags): Promise<string[]> {
  for (const path of style) {
    if (!existsSync(path))
      throw new GivernyError('FILE_NOT_FOUND', `Expected a picture at "${path}" but there is no such file.`);
  }
  const ofFolder = styleDir === undefined ? [] : (await picturesIn([styleDir])).pictures.map(({ path }) => path);
  const styles = [...style, ...ofFolder];
  if (styles.length > 0 || list !== undefined) return styles;
  throw new GivernyError('OPTION_INVALID', 'Expected --style or --style-dir but received neither.');
}

/** The styles of each painting of a row: its own, blended, or one painting for each style that the flags name. */
function stylesFor({ styles, where }: PictureRow, given: readonly string[]): (readonly StyleFile[])[] {
  if (styles.length > 0) return [styles];
  if (given.length > 0) return given.map((path) => [{ path }]);
  throw new GivernyError('OPTION_INVALID', `Expected a style, there or by --style, but received none (${where}).`);
}

/** A row's options win; one way to balance content and style puts the other aside. */
function merged({ strength, alpha, beta, ...flags }: OptionsInput, { options, preset }: PictureRow): OptionsInput {
  const balance =
    'strength' in options ? {} : 'alpha' in options || 'beta' in options ? { alpha, beta } : { strength, alpha, beta };
  return { ...flags, ...balance, ...(preset === undefined ? {} : { preset }), ...options };
}

function plannedOf(
  row: PictureRow,
  styles: readonly StyleFile[],
  options: OptionsInput,
  output: string,
  flags: BatchFlags,
): Planned {
  return {
    request: {
      content: row.photo,
      styles: styles.map(({ path, ...style }) => ({ picture: path, ...style })),
      mask: row.mask === undefined ? undefined : { picture: row.mask, featherPx: row.feather },
      regionStrengths: row.regionStrength,
      output,
      network: row.network ?? flags.network,
      coarseNetwork: row.coarseNetwork ?? flags.coarseNetwork,
      device: flags.device,
      options,
      print: printOfFlags({ ...flags, ...row.print }),
      maxMemory: flags.maxMemory,
    },
    notices: [],
    item: { content: row.photo, styles: styles.map(styleText), output },
  };
}
