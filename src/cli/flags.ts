/** Painting options as flags, made from the one options schema. */
import { Option } from 'commander';
import { expected } from '../core/errors.js';
import { DEFAULTS, type OptionName, optionMeta, optionsSchema } from '../core/options.js';

export const OPTION_NAMES = Object.keys(optionsSchema.shape) as OptionName[];

/** `learningRate` as flags and recipes call it: `learning-rate`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A value as it would be typed: `512x384`, `conv1_1=0.2,conv2_1=0.2`. */
export function optionText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('width' in value && 'height' in value) return `${value.width}x${value.height}`;
  return Object.entries(value)
    .map(([layer, weight]) => (weight === 1 ? layer : `${layer}=${weight}`))
    .join(',');
}

/** One flag for each painting option; a bad value is refused in the flag's own name. */
export function optionFlags(): Option[] {
  return OPTION_NAMES.map((name) => {
    const { help, placeholder, expects, group } = optionMeta(name);
    const flag = `--${optionName(name)}`;
    return new Option(`${flag} <${placeholder}>`, `${help} (default: ${optionText(DEFAULTS[name])})`)
      .helpGroup(`${group}:`)
      .argParser((text) => {
        const result = optionsSchema.shape[name].safeParse(text);
        if (!result.success) throw expected(expects, flag, text);
        return result.data;
      });
  });
}
