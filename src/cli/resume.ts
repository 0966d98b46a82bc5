/** `giverny resume`: goes on with a painting from its state file. */
import { parse } from 'node:path';
import { Command, type Option } from 'commander';
import { expected } from '../core/errors.js';
import type { OptionsInput } from '../core/options/options.js';
import { DECIDED } from '../core/painting/job.js';
import type { PaintRequest, StyleRequest } from '../node/painting/request.js';
import {
  deviceFlag,
  maxMemoryFlag,
  OPTION_NAMES,
  optionFlags,
  type PrintFlags,
  printFlags,
  printOfFlags,
  reportFlags,
  stateEverySeconds,
  threadsFlag,
} from './flags.js';
import { paintAndReport } from './paint.js';
import { fileArgument, isStandardOutput } from './places.js';
import type { PaintFlags, Prepared } from './prepare.js';
import { styleText } from './style-flags.js';
import { free, stemOf } from './targets.js';

type ResumeFlags = Pick<
  PaintFlags,
  'output' | 'json' | 'quiet' | 'device' | 'threads' | 'maxMemory' | keyof PrintFlags
> &
  OptionsInput;

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description(
      'Goes on with a painting that was stopped, from its state file alone.\n' +
        'Pictures are looked for where they were, relative to the file, and beside it.\n' +
        'Options that are given change from the next step on; the recipe tells of them.',
    )
    .usage('<state> [options]')
    .argument('<state>', 'a file ending in .giverny, beside the picture so far', fileArgument)
    .optionsGroup('Output:')
    .option('-o, --output <file>', 'where the picture goes (default: where it would have gone)', fileArgument)
    .optionsGroup('Method:')
    .addOption(deviceFlag())
    .addOption(threadsFlag())
    .addOption(maxMemoryFlag())
    .action((state: string, flags: ResumeFlags) => paintAndReport(flags, () => prepareToResume(state, flags)));
  for (const option of [...printFlags(), ...reportFlags(), ...changeFlags()]) command.addOption(option);
  return command;
}

/** Flags of the options. What stays while painting is no flag to show, but refused with its reason. */
function changeFlags(): Option[] {
  return optionFlags().map((option) => {
    // What is left out stays as it is in the state.
    option.description = option.description.replace(/ \(default: [^)]*\)$/, '');
    return option.hideHelp(DECIDED.some((name) => name === option.attributeName()));
  });
}

async function prepareToResume(state: string, flags: ResumeFlags): Promise<Prepared> {
  const { output, device, threads, maxMemory } = flags;
  if (output !== undefined && isStandardOutput(output)) throw expected('a file', '-o', output);
  // Imports sharp, which takes longer to load than the rest of the command.
  const { resumeRequest } = await import('../node/painting/resume.js');
  const given = OPTION_NAMES.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]);
  const { request, step } = await resumeRequest(state, {
    output,
    device,
    threads,
    maxMemory,
    print: printOfFlags(flags),
    stateEverySeconds: stateEverySeconds(),
    options: Object.fromEntries(given) as OptionsInput,
  });
  const stem = stemOf([], { output: parse(state).name });
  const painting: PaintRequest = { ...request, output: request.output ?? free(stem, '.png') };
  const styles = request.styles as readonly (StyleRequest & { readonly picture: string })[];
  return {
    request: painting,
    subject: {
      content: request.content as string,
      styles: styles.map(({ picture, ...style }) => styleText({ ...style, path: picture })),
      output: painting.output as string,
      frames: request.frames?.folder,
      timelapse: request.timelapse,
      state,
    },
    notices: [],
    goesOnFrom: step,
    flags,
  };
}
