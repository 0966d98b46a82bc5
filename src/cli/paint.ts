/** `giverny paint`: paints a photo in the style of a painting. */
import { join, parse, resolve } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { expected, GivernyError, printable } from '../core/errors.js';
import { type OptionsInput, PRESETS } from '../core/options/options.js';
import type { PaintRequest, StyleFile } from '../node/painting/request.js';
import { startPainting } from '../node/painting/start-painting.js';
import { OPTION_NAMES, optionFlags } from './flags.js';
import { stopOnSignals } from './interrupts.js';
import type { Changes, Repetition } from './repeat.js';
import { jsonReporter, plainReporter, silence } from './reporters.js';
import { type StyleFlags, styleFlags, styleText } from './style-flags.js';

type Flags = OptionsInput &
  StyleFlags & {
    readonly output?: string;
    readonly saveEvery?: number;
    readonly saveDir?: string;
    readonly json?: boolean;
    readonly quiet?: boolean;
    readonly recipe?: string;
    readonly network?: string;
    readonly coarseNetwork?: string;
  };

/** What a preset brings besides painting options, where no flag says otherwise. */
const PRESET_FLAGS: Readonly<Record<string, Flags>> = {
  draft: { network: 'pocket' },
  notebook: { output: join('output', 'generated_image.jpg'), saveEvery: 20, saveDir: 'output' },
};

export function paintCommand(): Command {
  const presets = Object.keys(PRESETS).join(', ');
  const command = new Command('paint')
    .summary('paint a photo in the style of a painting (the word "paint" may be left out)')
    .description('Paints a photo in the style of a painting.')
    .usage('<photo> <painting> [options]')
    .argument('[photo]', 'the picture to paint')
    .argument('[painting]', 'the picture whose style to take')
    .optionsGroup('Output:')
    .option('-o, --output <file>', 'PNG, JPEG, WebP, TIFF or AVIF (default: <photo>-<painting>.png)')
    .option('--save-every <n>', 'print the costs and save the picture every n steps', everyN)
    .option('--save-dir <folder>', 'where those pictures go (default: <output>-steps)')
    .option('--json', 'print one JSON object per line: each step, then the result')
    .option('-q, --quiet', 'print nothing but errors')
    .optionsGroup('Method:')
    .option('--preset <name>', `start from a set of options: ${presets}`, presetName)
    .option('--recipe <picture>', 'paint as this painted picture was; all else that is given wins over it')
    .option('--network <name or file>', 'what looks at the pictures (default: auto)')
    .option(
      '--coarse-network <name or file>',
      'what looks at them at all scales but the last, to be faster; auto: pocket beside VGG-19 (default: auto)',
    )
    .action(paint);
  for (const option of styleFlags()) command.addOption(option);
  for (const option of optionFlags()) command.addOption(option);
  return command;
}

function everyN(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw expected('a whole number of at least 1', '--save-every', text);
  return n;
}

function presetName(text: string): string {
  if (!Object.hasOwn(PRESETS, text)) throw expected(`one of ${Object.keys(PRESETS).join(', ')}`, '--preset', text);
  return text;
}

async function paint(photo: string | undefined, painting: string | undefined, typed: Flags): Promise<void> {
  const flags: Flags = { ...PRESET_FLAGS[typed.preset ?? ''], ...typed };
  const { recipe, preset } = flags;
  if (recipe !== undefined && preset !== undefined) {
    throw new GivernyError('OPTION_INVALID', 'Expected --preset or --recipe but received both.');
  }
  const given = [...(painting === undefined ? [] : [{ path: painting }]), ...(flags.style ?? [])];
  const options = optionsOf(flags);
  const repeat =
    recipe === undefined ? undefined : await repetitionOf(recipe, { ...flags, content: photo, styles: given, options });
  const content = photo ?? repeat?.content;
  const styles = repeat?.styles ?? given;
  if (content === undefined || styles.length === 0) {
    const received = content !== undefined ? `only "${content}"` : styles.length > 0 ? 'no photo' : 'neither';
    throw new GivernyError('OPTION_INVALID', `Expected a photo and a painting but received ${received}.`);
  }
  const request: PaintRequest = {
    content,
    styles,
    ...regionsFrom(flags, repeat),
    ...filesToWrite(content, styles, flags),
    network: flags.network ?? repeat?.network.name,
    coarseNetwork: flags.coarseNetwork ?? (repeat && (repeat.coarseNetwork?.name ?? 'none')),
    options: { ...repeat?.options, preset, ...options },
    stopAfter: repeat?.stopAfter,
  };
  const reporter = flags.json
    ? jsonReporter()
    : flags.quiet
      ? silence
      : plainReporter(content, styles.map(styleText), request.frames?.every);
  for (const notice of repeat?.notices ?? []) reporter.onNotice(notice);
  const running = startPainting(request, {
    ...reporter,
    onStart(started) {
      reporter.onStart?.(started);
      for (const key of ['network', 'coarseNetwork'] as const) {
        const before = repeat?.[key];
        if (before && started[key] && started[key].hash !== before.hash) {
          const name = printable(before.name);
          reporter.onNotice(`The recipe was painted with another network, ${name}: the picture will differ.`);
        }
      }
    },
  });
  const interrupts = stopOnSignals(running, reporter.onNotice);
  try {
    reporter.onEnd(await running.done);
  } catch (error) {
    reporter.onEnd();
    // There is nothing to explain about an end that the person asked for.
    if (!interrupts.killed) throw error;
  } finally {
    if (interrupts.exitCode !== undefined) process.exitCode = interrupts.exitCode;
  }
}

async function repetitionOf(recipe: string, changes: Changes): Promise<Repetition> {
  // Reads pictures, which the painting process does otherwise: the library for it is loaded only here.
  const { repeatRecipe } = await import('./repeat.js');
  return repeatRecipe(recipe, changes);
}

/** The mask and what is asked of its regions; a recipe's where no flag says otherwise. */
function regionsFrom(flags: Flags, repeat: Repetition | undefined): Pick<PaintRequest, 'mask' | 'regionStrengths'> {
  const path = flags.mask ?? repeat?.mask?.path;
  const unused =
    flags.feather !== undefined ? '--feather' : flags.regionStrength !== undefined ? '--region-strength' : undefined;
  if (path === undefined && unused !== undefined) {
    throw new GivernyError('OPTION_INVALID', `Expected --mask along with ${unused} but received none.`);
  }
  return {
    mask: path === undefined ? undefined : { path, featherPx: flags.feather ?? repeat?.mask?.featherPx },
    regionStrengths: { ...repeat?.regionStrengths, ...flags.regionStrength },
  };
}

function optionsOf(flags: Flags): OptionsInput {
  return Object.fromEntries(OPTION_NAMES.filter((name) => name in flags).map((name) => [name, flags[name]]));
}

/** Where the picture and those on the way to it go. */
function filesToWrite(
  content: string,
  styles: readonly StyleFile[],
  flags: Flags,
): Pick<PaintRequest, 'output' | 'frames'> {
  const { output, saveEvery, saveDir } = flags;
  if (saveDir !== undefined && saveEvery === undefined) {
    throw new GivernyError('OPTION_INVALID', 'Expected --save-every along with --save-dir but received none.');
  }
  const path = output ?? defaultOutput(content, styles, flags.recipe);
  const { dir, name } = parse(path);
  return {
    output: path,
    frames: saveEvery === undefined ? undefined : { every: saveEvery, folder: saveDir ?? join(dir, `${name}-steps`) },
  };
}

/** `<content>-<style>-<style>.png` in the current folder; another name where that is the picture being repeated. */
function defaultOutput(content: string, styles: readonly StyleFile[], repeated: string | undefined): string {
  const names = new Set(styles.map(({ path }) => parse(path).name));
  const name = [parse(content).name, ...names].join('-');
  const taken = repeated !== undefined && resolve(repeated) === resolve(`${name}.png`);
  return taken ? `${name}-again.png` : `${name}.png`;
}
