/** Flags of several commands: the painting options, made from their one schema, and what all paintings share. */
import process from 'node:process';
import { Option } from 'commander';
import { DEVICE_EXPECTS, DEVICES, type DeviceChoice, isDeviceChoice } from '../core/devices.js';
import { expected } from '../core/errors.js';
import { DEFAULTS, type OptionName, optionMeta, optionsSchema, PRESETS } from '../core/options/options.js';
import { optionName, optionText } from '../core/options/text.js';
import { BITS, FORMATS, PROFILES, type PrintWish } from '../node/files/formats.js';
import { fileArgument, paintingArgument } from './places.js';

export const OPTION_NAMES = Object.keys(optionsSchema.shape) as OptionName[];

/** Wider terms would leave too little room for the help beside them. */
const MAX_TERM = 36;

/** One flag for each painting option; a bad value is refused in the flag's own name. */
export function optionFlags(): Option[] {
  return OPTION_NAMES.map((name) => {
    const { help, placeholder, choices, expects, group } = optionMeta(name);
    const flag = `--${optionName(name)}`;
    const wide = choices !== undefined && `${flag} <${placeholder}>`.length > MAX_TERM;
    const byDefault = DEFAULTS[name] === undefined ? '' : ` (default: ${optionText(DEFAULTS[name])})`;
    return new Option(
      `${flag} <${wide ? 'name' : placeholder}>`,
      `${wide ? `${choices.join(', ')}: ` : ''}${help}${byDefault}`,
    )
      .helpGroup(`${group}:`)
      .argParser((text) => {
        const result = optionsSchema.shape[name].safeParse(text);
        if (!result.success) throw expected(expects, flag, text);
        return result.data;
      });
  });
}

/** Parses a count; the sentence for a bad one names the flag. */
export function atLeastOne(flag: string): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < 1) throw expected('a whole number of at least 1', flag, text);
    return n;
  };
}

function presetName(text: string): string {
  if (!Object.hasOwn(PRESETS, text)) throw expected(`one of ${Object.keys(PRESETS).join(', ')}`, '--preset', text);
  return text;
}

const flag = (group: 'Output' | 'Method' | 'Pictures' | 'Sheet', flags: string, help: string) =>
  new Option(flags, help).helpGroup(`${group}:`);

/** What a command prints. */
export interface ReportFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** @param page of docs/ that tells of the command's events. */
export function reportFlags(page = 'command.md', group: 'Output' | 'Sheet' = 'Output'): Option[] {
  return [
    flag(group, '--json', `print one JSON object per line: see docs/${page}`),
    flag(group, '-q, --quiet', 'print nothing but errors'),
  ];
}

/** How pictures are written besides their format. */
export interface PrintFlags {
  readonly bits?: PrintWish['bits'];
  readonly profile?: PrintWish['profile'];
  readonly keepLocation?: boolean;
}

/** @param what the flag or column, for the sentence about a bad value. */
export function parseBits(text: string, what: string): NonNullable<PrintWish['bits']> {
  const bits = BITS.find((known) => String(known) === text);
  if (bits === undefined) throw expected(BITS.join(' or '), what, text);
  return bits;
}

/** @param what as of parseBits. */
export function parseProfile(text: string, what: string): NonNullable<PrintWish['profile']> {
  const profile = PROFILES.find((known) => known === text);
  if (profile === undefined) throw expected(`one of ${PROFILES.join(', ')}`, what, text);
  return profile;
}

export function printFlags(): Option[] {
  return [
    flag('Output', '--bits <n>', `${BITS.join(' or ')} for each channel; 16 in PNG and TIFF (default: 8)`).argParser(
      (text) => parseBits(text, '--bits'),
    ),
    flag(
      'Output',
      '--profile <name>',
      `${PROFILES.join(', ')}: the colour profile; keep is the photo's own (default: srgb)`,
    ).argParser((text) => parseProfile(text, '--profile')),
    flag('Output', '--keep-location', "keep in the picture's EXIF where the photo was taken"),
  ];
}

/** What flags say of how pictures are written; undefined where they say nothing. */
export function printOfFlags({ bits, profile, keepLocation }: PrintFlags): PrintWish | undefined {
  const given = Object.entries({ bits, profile, keepLocation }).filter(([, value]) => value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** What paints, and what it may take of the machine. */
export interface MethodFlags {
  readonly preset?: string;
  readonly network?: string;
  readonly coarseNetwork?: string;
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly maxMemory?: number;
}

/** Of a picture that goes where no file's name says its format. */
export function formatName(text: string): string {
  if (!(FORMATS as readonly string[]).includes(text)) throw expected(`one of ${FORMATS.join(', ')}`, '--format', text);
  return text;
}

export const recipeFlag = () =>
  flag(
    'Method',
    '--recipe <picture>',
    'paint as this painted picture was; all else that is given wins over it',
  ).argParser(fileArgument);

export const presetFlag = () =>
  flag('Method', '--preset <name>', `start from a set of options: ${Object.keys(PRESETS).join(', ')}`).argParser(
    presetName,
  );

export const networkFlag = (byDefault = 'auto') =>
  flag('Method', '--network <name or file>', `what looks at the pictures (default: ${byDefault})`).argParser(
    fileArgument,
  );

export const coarseNetworkFlag = () =>
  flag(
    'Method',
    '--coarse-network <name or file>',
    'what looks at them at all scales but the last, to be faster; auto: pocket beside VGG-19 (default: auto)',
  ).argParser(fileArgument);

export const deviceFlag = () =>
  flag(
    'Method',
    '--device <name>',
    `what computes: ${DEVICES.join(', ')}; auto takes a graphics device where a trial saw it to be faster (default: auto)`,
  ).argParser((text) => {
    if (!isDeviceChoice(text)) throw expected(DEVICE_EXPECTS, '--device', text);
    return text;
  });

/** @param together what threads of several processes are. */
export const threadsFlag = (together = '') =>
  flag('Method', '--threads <n>', `cores to compute on${together} (default: all)`).argParser(atLeastOne('--threads'));

export const maxMemoryFlag = (each = '') =>
  flag(
    'Method',
    '--max-memory <bytes>',
    `such as 4GB${each}: a painting that takes more is painted in tiles (default: three quarters of what there is)`,
  ).argParser(memory);

/** `--style <file>`, once or more, where styles have no weights. */
export const stylesFlag = (group: 'Pictures' | 'Sheet', help: string) =>
  flag(group, '--style <file>', help).argParser((text, before: readonly string[] = []) => [
    ...before,
    paintingArgument(text),
  ]);

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  KI: 2 ** 10,
  MI: 2 ** 20,
  GI: 2 ** 30,
  TI: 2 ** 40,
};

/** `4GB`, `4GiB`, `3500MB` in bytes; the sentence for anything else names --max-memory. */
export function memory(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?I?)B?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toUpperCase()] ?? 0));
  if (Number.isSafeInteger(bytes) && bytes >= 1) return bytes;
  throw expected('an amount of memory such as 4GB, 4GiB or 3500MB', '--max-memory', text);
}

/** Seconds between two writes of the state, where the environment says. */
export function stateEverySeconds(): number | undefined {
  const text = process.env.GIVERNY_STATE_SECONDS;
  if (text === undefined || text === '') return undefined;
  const seconds = Number(text);
  if (!(seconds >= 0)) throw expected('seconds of at least 0', 'GIVERNY_STATE_SECONDS', text);
  return seconds;
}
