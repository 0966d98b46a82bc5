/** `giverny sheet`: small paintings of one photo with other settings, side by side. */
import { parse } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { expected, GivernyError, show } from '../core/errors.js';
import {
  OPTION_NAMES,
  type OptionName,
  type OptionsInput,
  optionMeta,
  optionsSchema,
  resolveOptions,
} from '../core/options/options.js';
import { optionName, optionText } from '../core/options/text.js';
import { fittingOf } from '../core/pictures/fit.js';
import { assertWritable, freeName, writeAtomically, writeToFreeName } from '../node/files/atomic.js';
import { formatOf } from '../node/files/formats.js';
import { pictureSize, readPicture } from '../node/files/pictures.js';
import { type Outcome, paintBatch } from '../node/painting/batch.js';
import { composeSheet } from '../node/painting/sheet.js';
import { checkPlaces } from './batch/names.js';
import { batchSilence, jsonBatchReporter, plainBatchReporter } from './batch/reporters.js';
import { printEvent } from './events.js';
import {
  type MethodFlags,
  networkFlag,
  optionFlags,
  presetFlag,
  type ReportFlags,
  reportFlags,
  stylesFlag,
  threadsFlag,
} from './flags.js';
import { EXIT_CODES, listenToSignals } from './interrupts.js';
import { fileArgument } from './places.js';
import { optionsOf } from './prepare.js';

/** Settings differ to the eye at this size, and a painting takes seconds. */
const TILE_PX = 224;
const MOST_TILES = 100;
/** More tiles of one setting than this are set in several rows. */
const MOST_IN_A_ROW = 6;

/** Settings that differ from tile to tile: `strength` with 0.2, 0.5 and 0.8. */
interface Axis {
  readonly settings: readonly Setting[];
}

interface Setting {
  readonly label: string;
  readonly style?: string;
  readonly options: OptionsInput;
}

interface SheetFlags
  extends Omit<OptionsInput, 'preset'>,
    Pick<MethodFlags, 'preset' | 'network' | 'threads'>,
    ReportFlags {
  readonly style?: readonly string[];
  readonly vary?: readonly (Axis & { readonly name: OptionName })[];
  readonly output?: string;
}

/** A painting of the sheet. */
interface SheetTile {
  readonly label: string;
  readonly style: string;
  readonly options: OptionsInput;
  /** Paints it in full size. */
  readonly command: string;
}

export function sheetCommand(): Command {
  const command = new Command('sheet')
    .description(
      'Paints one photo small with several settings, side by side, and prints the command that paints each larger.\n' +
        `Tiles are painted with --preset draft at ${TILE_PX} pixels where nothing else is said.`,
    )
    .usage('<photo> --style <painting> --vary <option=value,value,...> [options]')
    .argument('<photo>', 'the picture to paint', fileArgument)
    .optionsGroup('Sheet:')
    .addOption(stylesFlag('Sheet', 'a painting; several are compared'))
    .option(
      '--vary <option=values>',
      'an option and its values, such as strength=0.2,0.5,0.8; with a second, or several styles, rows and columns',
      (text, before: (Axis & { name: OptionName })[] = []) => [...before, varied(text)],
    )
    .option('-o, --output <file>', 'the sheet (default: <photo>-sheet.png, or the next free name)', fileArgument)
    .optionsGroup('Method:')
    .addOption(presetFlag())
    .addOption(networkFlag('pocket, or auto with --preset'))
    .addOption(threadsFlag())
    .addHelpText(
      'after',
      `
Examples:
  giverny sheet photo.jpg --style waves.jpg --vary strength=0.2,0.5,0.8
  giverny sheet photo.jpg --style waves.jpg --vary strength=0.3,0.6 --vary style-scale=0.5,1,2
  giverny sheet photo.jpg --style waves.jpg --style swirls.jpg --vary colors=painting,photo
  giverny sheet photo.jpg --style waves.jpg --vary 'style-layers=conv1_1;conv3_1;conv1_1,conv5_1=2'`,
    )
    .action(sheet);
  for (const option of [...reportFlags('batch.md', 'Sheet'), ...optionFlags()]) command.addOption(option);
  return command;
}

/** `strength=0.2,0.5`; where values themselves have commas, semicolons part them. */
function varied(text: string): Axis & { readonly name: OptionName } {
  const at = text.indexOf('=');
  const [word, list] = [text.slice(0, Math.max(0, at)).trim(), text.slice(at + 1)];
  const name = OPTION_NAMES.find((option) => option === word || optionName(option) === word.replace(/^--/, ''));
  if (at < 1 || !name) {
    const names = OPTION_NAMES.map(optionName).join(', ');
    throw expected(`an option with values, such as strength=0.2,0.5 (of ${names}),`, '--vary', text);
  }
  const hasCommas = name === 'contentLayers' || name === 'styleLayers';
  const settings = list.split(list.includes(';') || hasCommas ? ';' : ',').map((part) => {
    const result = optionsSchema.shape[name].safeParse(part.trim());
    if (!result.success) throw expected(optionMeta(name).expects, `--vary ${optionName(name)}`, part);
    return { label: `${optionName(name)} ${optionText(result.data)}`, options: { [name]: result.data } };
  });
  return { name, settings };
}

async function sheet(photo: string, flags: SheetFlags): Promise<void> {
  const reporter = flags.json
    ? jsonBatchReporter()
    : flags.quiet
      ? batchSilence
      : plainBatchReporter(process.stdout, process.stderr);
  const stopped = (signal: keyof typeof EXIT_CODES) => {
    reporter.onError();
    if (flags.json) printEvent({ type: 'stopped', exitCode: EXIT_CODES[signal], signal });
    else if (!flags.quiet) console.log('Stopped: no sheet was written.');
    process.exitCode = EXIT_CODES[signal];
  };
  const interrupts = listenToSignals({
    onStopping() {},
    onStoppedEarly(signal) {
      stopped(signal);
      process.stdout.write('', () => process.exit());
    },
  });
  try {
    const { tiles, columns } = tilesOf(photo, flags);
    const output = flags.output ?? (await freeName(`${parse(photo).name}-sheet.png`));
    formatOf(output);
    checkPlaces([{ photo, styles: flags.style ?? [], output }], [], '.');
    await assertWritable(output);
    const { width, height } = await sizeOf(photo, flags);
    reporter.onPrepared(
      tiles.map(({ style, label }) => ({ content: photo, styles: [style], output: label })),
      1,
      [],
    );
    const running = paintBatch(
      tiles.map(({ style, options }) => ({
        ...{ content: photo, styles: [style], output: { format: 'png' as const } },
        ...{ network: flags.network, options },
      })),
      { ...reporter, threads: flags.threads },
    );
    // Tiles take seconds, and half a sheet tells little.
    interrupts.watch({ stop: running.kill, kill: running.kill });
    const outcomes = await running.done;
    if (interrupts.signal) return stopped(interrupts.signal);
    reporter.onError();
    const failure = outcomes.find((outcome) => outcome?.status === 'failed') as
      | (Outcome & { error: Error })
      | undefined;
    const pictures = outcomes.map((outcome) => (outcome?.status === 'painted' ? outcome.painted.bytes : undefined));
    if (failure && pictures.every((bytes) => bytes === undefined)) throw failure.error;
    const about = tiles.map(({ label, command }, i) => ({
      ...{ label, row: Math.floor(i / columns), column: i % columns, command },
    }));
    const bytes = await composeSheet(
      tiles.map(({ label }, i) => ({ label: label.replaceAll(', ', '\n'), picture: pictures[i] })),
      { columns, tile: { width, height }, about },
      output,
    );
    const written = await (flags.output === undefined ? writeToFreeName : writeAtomically)(output, bytes);
    const exitCode = failure ? 1 : 0;
    if (flags.json) printEvent({ type: 'sheet', exitCode, output: written, tiles: about });
    else if (!flags.quiet) {
      for (const { label, command } of tiles) console.log(`${label}\n  ${command}`);
      console.log(`The sheet is ${written}.`);
    }
    process.exitCode = exitCode;
  } catch (error) {
    reporter.onError();
    throw error;
  }
}

/** The tiles row by row. @throws GivernyError OPTION_INVALID. */
function tilesOf(photo: string, flags: SheetFlags): { readonly tiles: readonly SheetTile[]; readonly columns: number } {
  const { style: styles = [], vary = [], network } = flags;
  const refuse = (sentence: string) => new GivernyError('OPTION_INVALID', sentence);
  if (styles.length === 0) throw refuse('Expected --style but received none.');
  const twice = vary.find(({ name }, i) => vary.findIndex((axis) => axis.name === name) !== i);
  if (twice) throw refuse(`Expected all values of ${optionName(twice.name)} in one --vary but received two.`);
  const ofStyles = { settings: styles.map((style) => ({ label: parse(style).name, style, options: {} })) };
  const axes: Axis[] = [...(styles.length > 1 ? [ofStyles] : []), ...vary];
  if (axes.length === 0) throw refuse('Expected --vary, or several --style, but received neither.');
  if (axes.length > 2) {
    const what = styles.length > 1 ? `${vary.length} --vary along with several styles` : `${vary.length} --vary`;
    throw refuse(`Expected at most two settings that vary, as rows and columns, but received ${what}.`);
  }
  const [first, second] = axes as [Axis, Axis?];
  const rows: readonly Setting[][] = first.settings.flatMap((row) =>
    second ? second.settings.map((column) => [row, column]) : [[row]],
  );
  if (rows.length > MOST_TILES) throw refuse(`Expected at most ${MOST_TILES} tiles but received ${rows.length}.`);
  const given = optionsOf(flags);
  const tiles = rows.map((settings) => {
    const changes: OptionsInput = Object.assign({}, ...settings.map(({ options }) => options));
    const style = settings.find((setting) => setting.style !== undefined)?.style ?? (styles[0] as string);
    const options = { preset: 'draft', size: TILE_PX, ...given, ...changes };
    resolveOptions(options);
    const { size: _, ...wanted } = given;
    return {
      ...{ label: settings.map(({ label }) => label).join(', '), style, options },
      command: commandOf(photo, style, { ...wanted, ...changes }, network),
    };
  });
  const columns = second ? second.settings.length : inARow(rows.length);
  return { tiles, columns };
}

const inARow = (count: number) => (count <= MOST_IN_A_ROW ? count : Math.ceil(Math.sqrt(count)));

/** What a shell takes to paint a tile in full size. */
function commandOf(
  photo: string,
  style: string,
  { preset, ...options }: OptionsInput,
  network: string | undefined,
): string {
  const flags = Object.entries({ preset, network, ...options }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${optionName(name)}`, optionText(value)],
  );
  return ['giverny', 'paint', photo, style, ...flags].map(quoted).join(' ');
}

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The size of a tile. @throws GivernyError as readPicture where the photo is none. */
async function sizeOf(photo: string, { size = TILE_PX }: SheetFlags) {
  const natural = await pictureSize(photo).catch(async () => (await readPicture(photo)).picture);
  return fittingOf(natural, optionsSchema.shape.size.parse(size), show(photo)).fitted;
}
