/** Painting options as flags, made from the one options schema. */
import { Option } from 'commander';
import { expected } from '../core/errors.js';
import { DEFAULTS, type OptionName, optionMeta, optionsSchema } from '../core/options/options.js';
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
