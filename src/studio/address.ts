/**
 * The page's state in its address, after the #, which browsers send to nobody: example pictures, preset, options and
 * network. Pictures of one's own are not in it.
 */

import { type OptionName, type OptionsInput, optionsSchema, PRESETS } from '../core/options/options.js';
import { optionName, optionText } from '../core/options/text.js';
import { isExamplePhoto, isExampleStyle } from './examples.js';

export interface Shared {
  readonly photo?: string | undefined;
  readonly styles?: readonly { readonly name: string; readonly weight: number }[];
  readonly preset?: string | undefined;
  readonly network?: string | undefined;
  readonly options: OptionsInput;
}

/** The part after the #; empty where all is as at the start. */
export function toAddress({ photo, styles = [], preset, network, options }: Shared): string {
  const params = new URLSearchParams();
  if (photo !== undefined) params.set('photo', photo);
  if (styles.length > 0) {
    params.set('style', styles.map(({ name, weight }) => (weight === 1 ? name : `${name}:${weight}`)).join(','));
  }
  if (preset !== undefined) params.set('preset', preset);
  if (network !== undefined && network !== 'pocket') params.set('network', network);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) params.set(optionName(name), optionText(value));
  }
  return params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%3D', '=');
}

/** What an address says; what it says wrongly is left out. */
export function fromAddress(hash: string): Shared {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const options: Record<string, unknown> = {};
  for (const name of Object.keys(optionsSchema.shape) as OptionName[]) {
    const text = params.get(optionName(name));
    const result = text === null ? undefined : optionsSchema.shape[name].safeParse(text);
    if (result?.success) options[name] = result.data;
  }
  const photo = params.get('photo') ?? '';
  const styles = (params.get('style') ?? '').split(',').map((text) => {
    const [name = '', weight = '1'] = text.split(':');
    return { name, weight: Math.min(10, Math.max(0, Number(weight) || 0)) };
  });
  const preset = params.get('preset') ?? '';
  return {
    ...(isExamplePhoto(photo) ? { photo } : {}),
    styles: styles.filter(({ name }) => isExampleStyle(name)),
    ...(Object.hasOwn(PRESETS, preset) ? { preset } : {}),
    network: params.get('network') ?? undefined,
    options: options as OptionsInput,
  };
}

export interface Command {
  readonly photo: string;
  readonly styles: readonly {
    readonly name: string;
    readonly weight: number;
    /** Colour of the mask. */
    readonly region?: string | undefined;
  }[];
  readonly mask?: string | undefined;
  /** By colours of the mask. */
  readonly regionStrengths?: Readonly<Record<string, number>> | undefined;
  readonly preset: string;
  readonly network: string;
  /** Those that differ from the preset's. */
  readonly options: OptionsInput;
}

/** The command that paints the same. */
export function commandLine({ photo, styles, mask, regionStrengths = {}, preset, network, options }: Command): string {
  const [first, ...more] = styles;
  // A style that is alone needs no weight and, where it goes everywhere, no flag.
  const paintings =
    more.length === 0 && first?.region === undefined
      ? [quoted(first?.name ?? 'painting.jpg')]
      : styles.map((style) => `--style ${quoted(styleFlag(style))}`);
  const flags = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${optionName(name)} ${quoted(optionText(value))}`);
  const strengths = Object.entries(regionStrengths).map(([color, strength]) => `${color}=${strength}`);
  const parts = [
    'giverny',
    quoted(photo),
    ...paintings,
    ...(mask === undefined ? [] : [`--mask ${quoted(mask)}`]),
    ...(strengths.length === 0 ? [] : [`--region-strength ${strengths.join(',')}`]),
    `--preset ${preset}`,
    `--network ${quoted(network)}`,
    ...flags,
  ];
  return parts.join(' ');
}

const styleFlag = ({ name, weight, region }: Command['styles'][number]) =>
  `${name}${region === undefined ? '' : `@${region}`}${weight === 1 ? '' : `=${weight}`}`;

const quoted = (text: string) => (/^[\w./=,:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
