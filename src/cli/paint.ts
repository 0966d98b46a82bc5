/** `giverny paint`: paints a photo in the style of a painting. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { GivernyError, printable } from '../core/errors.js';
import { FORMATS } from '../node/files/formats.js';
import type { Painted, Started } from '../node/painting/request.js';
import { startPainting } from '../node/painting/start-painting.js';
import {
  atLeastOne,
  coarseNetworkFlag,
  deviceFlag,
  formatName,
  maxMemoryFlag,
  networkFlag,
  optionFlags,
  presetFlag,
  printFlags,
  recipeFlag,
  reportFlags,
  threadsFlag,
} from './flags.js';
import { EXIT_CODES, type Interrupts, listenToSignals } from './interrupts.js';
import { assertNoTerminal, PrivateFolder, writeToStandardOutput } from './pipes.js';
import { fileArgument, isStandardOutput, paintingArgument } from './places.js';
import { type PaintFlags, type Prepared, prepare } from './prepare.js';
import type { Repetition } from './repeat.js';
import { jsonReporter, plainReporter, type Reporter, silence } from './reporters.js';
import { styleFlags } from './style-flags.js';
import { earlierFrames } from './targets.js';

/** What a preset brings besides painting options, where no flag says otherwise. */
const PRESET_FLAGS: Readonly<Record<string, PaintFlags>> = {
  notebook: { output: join('output', 'generated_image.jpg'), saveEvery: 20, saveDir: 'output' },
  'notebook-tf2': { output: join('output', 'generated_image.jpg'), saveEvery: 250, saveDir: 'output' },
};

const EXAMPLES = `
Examples:
  giverny photo.jpg painting.jpg --preset draft      in seconds, at 384 pixels
  giverny photo.jpg painting.jpg --strength 0.3      more of the photo
  giverny photo.jpg painting.jpg --colors photo      the photo keeps its colours
  giverny photo.jpg --style a.jpg=0.7 --style b.jpg=0.3
  giverny photo.jpg --style sky.jpg@white --style sea.jpg@black --mask mask.png
  giverny paint --recipe painted.png --size 1024     the same again, larger
  cat photo.jpg | giverny - painting.jpg -o - > painted.png`;

export function paintCommand(): Command {
  const command = new Command('paint')
    .description('Paints a photo in the style of a painting.')
    .usage('<photo> <painting> [options]')
    .argument('[photo]', 'the picture to paint; - reads it from standard input', fileArgument)
    .argument('[painting]', 'the picture whose style to take', paintingArgument)
    .optionsGroup('Output:')
    .option(
      '-o, --output <file>',
      'PNG, JPEG, WebP, TIFF or AVIF; - is standard output (default: <photo>-<painting>.png, or the next free name)',
      fileArgument,
    )
    .option('--format <name>', `${FORMATS.join(', ')}: the format of -o - (default: png)`, formatName)
    .option('--no-clobber', 'refuse to overwrite what -o or --save-dir names')
    .option('--save-every <n>', 'print the costs and save the picture every n steps', atLeastOne('--save-every'))
    .option(
      '--save-dir <folder>',
      'where those pictures go; those of an earlier run are replaced (default: <output>-steps, or the next free name)',
      fileArgument,
    )
    .option('--fresh', 'begin anew where a painting was stopped, in place of going on with it')
    .option('--timelapse <file>', 'a film of the steps: MP4 or WebM (by ffmpeg), animated WebP or GIF', fileArgument)
    .optionsGroup('Method:')
    .addOption(presetFlag())
    .addOption(recipeFlag())
    .addOption(networkFlag())
    .addOption(coarseNetworkFlag())
    .addOption(deviceFlag())
    .addOption(threadsFlag())
    .addOption(maxMemoryFlag())
    .addHelpText('after', EXAMPLES)
    .action(paint);
  for (const option of [...printFlags(), ...reportFlags()]) command.addOption(option);
  for (const option of styleFlags()) command.addOption(option);
  for (const option of optionFlags()) command.addOption(option);
  return command;
}

async function paint(photo: string | undefined, painting: string | undefined, typed: PaintFlags): Promise<void> {
  const flags: PaintFlags = { ...PRESET_FLAGS[typed.preset ?? ''], ...typed };
  await paintAndReport(flags, (folder) => prepare(photo, painting, flags, folder));
}

/** Paints what is prepared, tells of it as the flags say, and sets the exit code. */
export async function paintAndReport(
  flags: PaintFlags,
  prepared: (folder: PrivateFolder) => Promise<Prepared>,
): Promise<void> {
  const toStandardOutput = checkStandardOutput(flags);
  const reporter = reporterOf(flags, toStandardOutput);
  const interrupts = listenToSignals({
    onStopping: () => reporter.onNotice('Stopping after this step (Ctrl-C again stops at once) ...'),
    onStoppedEarly(signal) {
      reporter.onStopped(signal);
      process.stdout.write('', () => process.exit(EXIT_CODES[signal]));
    },
  });
  const folder = new PrivateFolder();
  try {
    const painted = await run(await prepared(folder), reporter, interrupts);
    if (painted && painted.steps > 0 && toStandardOutput) {
      await writeToStandardOutput(await readFile(painted.output as string));
    }
    if (painted && !painted.stopped) reporter.onDone(painted);
    else if (interrupts.signal) {
      reporter.onStopped(interrupts.signal, painted);
      process.exitCode = EXIT_CODES[interrupts.signal];
    }
  } catch (error) {
    reporter.onError();
    throw folder.reworded(error);
  }
}

/** Whether the picture goes to standard output, where nothing else may go then. */
function checkStandardOutput({ output, json, format }: PaintFlags): boolean {
  const toStandardOutput = output !== undefined && isStandardOutput(output);
  if (!toStandardOutput) {
    if (format === undefined) return false;
    throw new GivernyError('OPTION_INVALID', 'Expected -o - along with --format: the name of a file says its format.');
  }
  if (json) throw new GivernyError('OPTION_INVALID', 'Expected --json or -o - but received both.');
  assertNoTerminal();
  return true;
}

function reporterOf({ json, quiet, saveEvery }: PaintFlags, toStandardOutput: boolean): Reporter {
  if (json) return jsonReporter();
  if (quiet) return silence;
  return plainReporter(toStandardOutput ? process.stderr : process.stdout, process.stderr, saveEvery);
}

/** Paints in a child process; undefined where a signal ended it at once. */
async function run(prepared: Prepared, reporter: Reporter, interrupts: Interrupts): Promise<Painted | undefined> {
  const { request, subject, notices, goesOnFrom, repeat } = prepared;
  const earlier = await earlierFrames(request.frames, goesOnFrom);
  reporter.onPrepared(subject);
  for (const notice of [...notices, ...earlier.notices]) reporter.onNotice(notice);
  const saved: string[] = [];
  const running = startPainting({
    ...request,
    onStart(started) {
      reporter.onStart(started);
      for (const notice of otherNetworks(started, repeat)) reporter.onNotice(notice);
    },
    onStep(report) {
      interrupts.stepped();
      reporter.onStep(report);
    },
    onSaved(path) {
      saved.push(path);
      reporter.onSaved(path);
    },
    onNotice: reporter.onNotice,
  });
  interrupts.watch(running);
  try {
    return await running.done;
  } catch (error) {
    // An end that the person asked for needs no explanation.
    if (interrupts.killed) return undefined;
    const { state } = request;
    const isFailure = error instanceof GivernyError && error.kind === 'failure' && state;
    if (isFailure && !error.message.includes(state) && existsSync(state)) {
      reporter.onNotice(`The painting can go on from ${state}.`);
    }
    throw error;
  } finally {
    if (saved.length > 0) earlier.remove(saved);
  }
}

function otherNetworks(started: Started, repeat: Repetition | undefined): string[] {
  return (['network', 'coarseNetwork'] as const).flatMap((key) => {
    const before = repeat?.[key];
    return before && started[key] && started[key].hash !== before.hash
      ? [`The recipe was painted with another network, ${printable(before.name)}: the picture will differ.`]
      : [];
  });
}
