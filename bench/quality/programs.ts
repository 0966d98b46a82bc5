/** The programs that paint, as commands with places to fill in. */
import path from 'node:path';
import process from 'node:process';
import { DEFAULTS, PRESETS } from '#dist/core/options/options.js';
import { pythonWith } from '../../test/support/python.js';
import { ROOT } from './root.js';

export type Kind = 'preset' | 'variant' | 'reference' | 'guard';

export interface Program {
  readonly name: string;
  readonly kind: Kind;
  /** Program and arguments, with {content} and the like still in them; a guard has none. */
  readonly command: readonly string[];
  /** Options that the command only names: where they change, it paints something else. */
  readonly settings?: object;
}

/** What can be filled in. */
export interface Places {
  /** Paths. */
  readonly content: string;
  readonly style: string;
  readonly output: string;
  /** Path of the next painting in the folder, for commands that take two. */
  readonly next: string;
  /** Names without folder and ending, for commands that have a file for each. */
  readonly photo: string;
  readonly painting: string;
  /** Long side in pixels. */
  readonly size: string;
  /** Seconds to paint in, 0 for as many as it takes. */
  readonly seconds: string;
}

const PAINT = [process.execPath, path.join(ROOT, 'dist/cli/main.js'), 'paint', '{content}', '{style}', '--json'];

/** A preset as users have it. */
export function presetProgram(name: string, network: string): Program {
  if (!Object.hasOwn(PRESETS, name)) {
    throw new RangeError(`Expected one of ${Object.keys(PRESETS).join(', ')} for --presets but received "${name}".`);
  }
  return { ...variantProgram(`${name}: --preset ${name}`, network), kind: 'preset' };
}

/**
 * Our command with flags of its own.
 *
 * @param text "name: flags", parted at spaces; no quoting.
 */
export function variantProgram(text: string, network: string): Program {
  const { name, words } = parsed(text, '--variant');
  const preset = words[words.indexOf('--preset') + 1] as keyof typeof PRESETS;
  // Of flags given twice the last one counts.
  const command = [...PAINT, '--network', network, '--size', '{size}', ...words, '-o', '{output}'];
  return { name, kind: 'variant', command, settings: { ...DEFAULTS, ...PRESETS[preset] } };
}

/** Any other program. */
export function referenceProgram(text: string): Program {
  const { name, words } = parsed(text, '--reference');
  if (!words.includes('{output}')) {
    throw new RangeError(`Expected a command with {content} {style} {output} for --reference but received "${text}".`);
  }
  return { name, kind: 'reference', command: words };
}

function parsed(text: string, flag: string): { name: string; words: string[] } {
  const [, name, rest] = /^([^:]+):\s*(.*)$/.exec(text.trim()) ?? [];
  if (name === undefined || rest === undefined) {
    throw new RangeError(`Expected "name: arguments" for ${flag} but received "${text}".`);
  }
  return { name: name.trim(), words: rest.split(/\s+/).filter((word) => word !== '') };
}

/** Gatys' method in PyTorch, where a Python has it; on one size, and from coarse to fine. */
export function torchPrograms(judge: string): Program[] {
  const python = pythonWith(['torch', 'numpy', 'PIL']);
  if (python === undefined) return [];
  const script = path.join(ROOT, 'bench/quality/reference.py');
  const flags = ['--network', judge, '--size', '{size}', '--seconds', '{seconds}'];
  const command = [python, script, '{content}', '{style}', '{output}', ...flags];
  return [
    { name: 'PyTorch', kind: 'reference', command },
    { name: 'PyTorch, two scales', kind: 'reference', command: [...command, '--scales', '2'] },
  ];
}

/** The command with its places filled in. */
export function filled(command: readonly string[], places: Places): string[] {
  return command.map((word) =>
    Object.entries(places).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), word),
  );
}
