/** The list of a batch: CSV with a line of column names, or JSON lines; each row is a painting. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { expected, GivernyError, show } from '../../core/errors.js';
import { OPTION_NAMES, type OptionName, optionMeta, optionsSchema, startFileOf } from '../../core/options/options.js';
import { optionName } from '../../core/options/text.js';
import { reason } from '../../node/files/atomic.js';
import { type PrintFlags, parseBits, parseProfile } from '../flags.js';
import { parseFeather, parseStrengths, parseStyle, type StyleFile } from '../style-flags.js';

/** What a row says; what it leaves out is as the flags say. */
export interface ListRow {
  /** For sentences: `line 4 of rows.csv`. */
  readonly where: string;
  readonly photo: string;
  readonly styles: readonly StyleFile[];
  readonly output?: string;
  readonly preset?: string;
  readonly network?: string;
  readonly coarseNetwork?: string;
  readonly mask?: string;
  readonly feather?: number;
  readonly regionStrength?: Readonly<Record<string, number>>;
  readonly print: PrintFlags;
  readonly options: Readonly<Record<string, unknown>>;
}

const COLUMNS = [
  ...['photo', 'style', 'output', 'preset', 'network', 'coarse-network', 'mask', 'feather', 'region-strength'],
  ...['bits', 'profile', 'keep-location'],
  ...OPTION_NAMES.map(optionName),
];

/** A row as it stands in the file, by column names. */
interface RawRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

/**
 * Reads a list. Paths in it are relative to its folder, but `output` is as it stands.
 *
 * @throws GivernyError FILE_NOT_FOUND, or OPTION_INVALID with the line of the first row that is wrong.
 */
export async function readList(path: string): Promise<ListRow[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : reason(cause);
    throw new GivernyError('FILE_NOT_FOUND', `Expected a list at "${path}" but ${why}.`, { cause });
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GivernyError('OPTION_INVALID', `Expected a list in UTF-8 but "${path}" is not.`, { cause });
  }
  const raw = /^\s*\{/.test(text) ? jsonRows(text, path) : csvRows(text, path);
  if (raw.length === 0) {
    throw new GivernyError('OPTION_INVALID', `Expected rows in the list "${path}" but received none.`);
  }
  return raw.map(({ line, cells }) => {
    const where = `line ${line} of "${path}"`;
    try {
      return rowOf(cells, where, dirname(path));
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      throw new GivernyError(error.code, `${error.message.replace(/\.$/, '')} (${where}).`, { cause: error });
    }
  });
}

function csvRows(text: string, path: string): RawRow[] {
  const [header = ''] = text.split(/\r?\n|\r/, 1);
  const delimiter = [',', ';', '\t'].find((sign) => header.includes(sign)) ?? ',';
  try {
    const rows: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
      ...{ bom: true, columns: true, delimiter, info: true, trim: true },
      skip_records_with_empty_values: true,
      skip_empty_lines: true,
    });
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const sentence = `Expected rows with as many cells as there are columns, and quotes that are closed, but line ${error.lines ?? 1} of "${path}" has none.`;
    throw new GivernyError('OPTION_INVALID', sentence.replace('has none', 'is otherwise'), { cause: error });
  }
}

function jsonRows(text: string, path: string): RawRow[] {
  return text.split('\n').flatMap((row, i) => {
    if (row.trim() === '') return [];
    let cells: unknown;
    try {
      cells = JSON.parse(row);
    } catch {
      cells = undefined;
    }
    if (typeof cells !== 'object' || cells === null || Array.isArray(cells)) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected one JSON object but received ${show(row.trim())} (line ${i + 1} of "${path}").`,
      );
    }
    return [{ line: i + 1, cells: cells as Record<string, unknown> }];
  });
}

function rowOf(raw: RawRow['cells'], where: string, folder: string): ListRow {
  const cells = new Map<string, unknown>();
  for (const [column, value] of Object.entries(raw)) {
    const name = optionName(column.trim()).replace(/^-/, '').replaceAll('_', '-');
    if (!COLUMNS.includes(name)) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected columns among ${COLUMNS.join(', ')} but received ${show(column)}.`,
      );
    }
    if (value !== '' && value !== null) cells.set(name, value);
  }
  const text = (name: string) => {
    const value = cells.get(name);
    if (value !== undefined && typeof value !== 'string') throw expected('text', name, value);
    return value;
  };
  const path = (name: string) => {
    const value = text(name);
    return value === undefined ? undefined : within(folder, value);
  };
  const photo = path('photo');
  if (photo === undefined) throw new GivernyError('OPTION_INVALID', 'Expected a photo but received none.');
  const options = OPTION_NAMES.flatMap((name) => {
    const value = cells.get(optionName(name));
    return value === undefined ? [] : [[name, checkedOption(name, value, folder)]];
  });
  const network = (name: string) => {
    const value = text(name);
    return value !== undefined && /[\\/]/.test(value) ? within(folder, value) : value;
  };
  const strengths = cells.get('region-strength');
  const entries = {
    output: text('output'),
    preset: text('preset'),
    network: network('network'),
    coarseNetwork: network('coarse-network'),
    mask: path('mask'),
    feather: cells.has('feather') ? parseFeather(String(cells.get('feather'))) : undefined,
    regionStrength: strengths === undefined ? undefined : parseStrengths(String(strengths)),
  };
  return {
    where,
    photo,
    styles: stylesOf(cells.get('style'), folder),
    ...Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)),
    print: printOf(cells),
    options: Object.fromEntries(options),
  };
}

function printOf(cells: ReadonlyMap<string, unknown>): PrintFlags {
  const [bits, profile, kept] = ['bits', 'profile', 'keep-location'].map((name) => cells.get(name));
  if (kept !== undefined && !['true', 'false'].includes(String(kept))) {
    throw expected('true or false', 'keep-location', kept);
  }
  return {
    ...(bits === undefined ? {} : { bits: parseBits(String(bits), 'bits') }),
    ...(profile === undefined ? {} : { profile: parseProfile(String(profile), 'profile') }),
    ...(kept === undefined ? {} : { keepLocation: String(kept) === 'true' }),
  };
}

function checkedOption(name: OptionName, value: unknown, folder: string): unknown {
  const result = optionsSchema.shape[name].safeParse(value);
  if (!result.success) throw expected(optionMeta(name).expects, optionName(name), value);
  const start = name === 'init' ? startFileOf(result.data) : undefined;
  return start === undefined ? result.data : within(folder, start);
}

/** A path in a list, which is relative to the list's folder. */
const within = (folder: string, path: string) => (isAbsolute(path) ? path : join(folder, path));

/** `a.jpg;b.jpg`, or a list of such texts: several styles are blended. */
function stylesOf(value: unknown, folder: string): StyleFile[] {
  if (value === undefined) return [];
  const texts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(';') : [value];
  return texts.map((text) => {
    if (typeof text !== 'string' || text.trim() === '') throw expected('styles such as a.jpg;b.jpg', 'style', value);
    return parseStyle(within(folder, text.trim()));
  });
}
