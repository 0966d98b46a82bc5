/** `giverny batch`: many photos in the style of many paintings. */
import process from 'node:process';
import { Command } from 'commander';
import { type Outcome, paintBatch } from '../../node/painting/batch.js';
import type { BatchCounts } from '../events.js';
import {
  atLeastOne,
  coarseNetworkFlag,
  deviceFlag,
  maxMemoryFlag,
  networkFlag,
  optionFlags,
  presetFlag,
  printFlags,
  reportFlags,
  stylesFlag,
  threadsFlag,
} from '../flags.js';
import { EXIT_CODES, listenToSignals } from '../interrupts.js';
import { fileArgument } from '../places.js';
import { DEFAULT_NAME } from './names.js';
import { type BatchFlags, planOf } from './plan.js';
import { type BatchReporter, batchSilence, jsonBatchReporter, plainBatchReporter } from './reporters.js';

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
