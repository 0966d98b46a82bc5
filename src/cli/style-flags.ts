/** Styles, and the regions they go to, as flags. */
import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { expected } from '../core/errors.js';
import { fileArgument, paintingArgument } from './places.js';

/** A style image file. */
export interface StyleFile {
  readonly path: string;
  readonly weight?: number | undefined;
  readonly region?: string | undefined;
}

export interface StyleFlags {
  readonly style?: readonly StyleFile[];
  readonly mask?: string;
  readonly regionStrength?: Readonly<Record<string, number>>;
  readonly feather?: number;
}

/** The flags of StyleFlags. */
export function styleFlags(): Option[] {
  const flag = (name: string, help: string) => new Option(name, help).helpGroup('Styles and regions:');
  return [
    flag(
      '--style <file@colour=weight>',
      'a painting whose style to take, once or more; @colour (its region in the mask) and =weight may be left out',
    ).argParser((text, before: readonly StyleFile[] = []) => [...before, parseStyle(text)]),
    flag('--mask <file>', "a picture of the photo's shape in flat colours: each colour is a region").argParser(
      fileArgument,
    ),
    flag(
      '--region-strength <colour=n,...>',
      'strengths of regions, in place of --strength; 0 keeps the photo there',
    ).argParser((text, before: Readonly<Record<string, number>> = {}) => ({ ...before, ...parseStrengths(text) })),
    flag(
      '--feather <px>',
      "how far the regions' borders reach to either side (default: 1.5 % of the long side)",
    ).argParser(parseFeather),
  ];
}

/**
 * `file`, `file@region`, `file=weight` or `file@region=weight`; a file whose name is the whole text wins.
 *
 * @throws GivernyError as paintingArgument.
 */
export function parseStyle(text: string): StyleFile {
  const [path, weight] = existsSync(text) ? [text] : partedBy('=', text, isNumber);
  const [file, region] = existsSync(path) ? [path] : partedBy('@', path, (end) => /^[^@./\\]+$/.test(end));
  return {
    path: paintingArgument(file),
    ...(region === undefined ? {} : { region }),
    ...(weight === undefined ? {} : { weight: Number(weight) }),
  };
}

const isNumber = (text: string) => text.trim() !== '' && !Number.isNaN(Number(text));

/** What stands before and behind the last `sign`, where that is of the kind asked for; else all of it. */
function partedBy(sign: string, text: string, kind: (end: string) => boolean): [string, string?] {
  const at = text.lastIndexOf(sign);
  return at > 0 && kind(text.slice(at + 1)) ? [text.slice(0, at), text.slice(at + 1)] : [text];
}

export function parseStrengths(text: string): Record<string, number> {
  const parts = text.split(',').map((part) => part.split('=').map((side) => side.trim()));
  if (parts.some(([color, strength = '', ...more]) => !color || !isNumber(strength) || more.length > 0)) {
    throw expected('colours with strengths such as white=0.8,black=0.2', '--region-strength', text);
  }
  return Object.fromEntries(parts.map(([color, strength]) => [color, Number(strength)]));
}

export function parseFeather(text: string): number {
  if (!isNumber(text) || !(Number(text) >= 0)) throw expected('at least 0 pixels', '--feather', text);
  return Number(text);
}

/** A style as people read it: `sky.jpg (white, 0.7)`. */
export function styleText({ path, region, weight }: StyleFile): string {
  const details = [region, weight === 1 ? undefined : weight].filter((detail) => detail !== undefined);
  return details.length > 0 ? `${path} (${details.join(', ')})` : path;
}
