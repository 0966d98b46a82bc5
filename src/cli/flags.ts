/** Painting options as flags, made from the one options schema. */
import process from 'node:process';
import { Option } from 'commander';
import { expected } from '../core/errors.js';
import { DEFAULTS, type OptionName, optionMeta, optionsSchema, PRESETS } from '../core/options/options.js';
import { optionName, optionText } from '../core/options/text.js';

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

export function presetName(text: string): string {
  if (!Object.hasOwn(PRESETS, text)) throw expected(`one of ${Object.keys(PRESETS).join(', ')}`, '--preset', text);
  return text;
}

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
