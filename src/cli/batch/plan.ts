/** The paintings of a batch: photos and styles paired, options merged, places checked. */
import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import { type OptionsInput, resolveOptions } from '../../core/options/options.js';
import { findPictures } from '../../node/files/find-pictures.js';
import { assertBits, formatOf } from '../../node/files/formats.js';
import type { PaintRequest } from '../../node/painting/request.js';
import { type MethodFlags, type PrintFlags, printOfFlags, type ReportFlags, stateEverySeconds } from '../flags.js';
import { fileArgument } from '../places.js';
import { optionsOf } from '../prepare.js';
import { BatchStates } from '../states.js';
import { type StyleFile, styleText } from '../style-flags.js';
import { type ListRow, readList } from './list.js';
import { checkPlaces, nameOf } from './names.js';
import type { BatchItem } from './reporters.js';

/** What the person typed. */
export interface BatchFlags extends Omit<OptionsInput, 'preset'>, MethodFlags, PrintFlags, ReportFlags {
  readonly style?: readonly string[];
  readonly styleDir?: string;
  readonly list?: string;
  readonly output?: string;
  readonly name: string;
  readonly jobs: number;
  readonly overwrite?: boolean;
}

/** A painting to come. */
interface Planned {
  readonly request: PaintRequest;
  readonly item: BatchItem;
  /** What the person should hear before it begins. */
  readonly notices: readonly string[];
}

export interface Plan {
  readonly paintings: readonly Planned[];
  readonly passedOver: number;
  /** Folders that cannot be read. */
  readonly failures: readonly GivernyError[];
}

/** All paintings, with their names checked. */
export async function planOf(photos: readonly string[], flags: BatchFlags): Promise<Plan> {
  const { list, output } = flags;
  const refuse = (sentence: string) => new GivernyError('OPTION_INVALID', sentence);
  if (output === undefined) throw refuse('Expected a folder for the paintings, -o <folder>, but received none.');
  if (existsSync(output) && !statSync(output).isDirectory()) {
    throw refuse(`Expected a folder for the paintings but "${output}" is a file.`);
  }
  if (list !== undefined && photos.length > 0) throw refuse('Expected photos or --list but received both.');
  if (list === undefined && photos.length === 0)
    throw refuse('Expected photos, folders of them or --list but received none.');
  const styles = await stylesOf(flags);
  const found = list === undefined ? await picturesIn(photos.map(fileArgument), output) : undefined;
  const rows = list === undefined ? [] : await readList(list);
  const sources = found
    ? found.pictures.map(({ path, folder }) => ({
        folder,
        row: { photo: path, styles: [], print: {}, options: {} } as PictureRow,
      }))
    : rows.map((row) => ({ folder: '.', row: row as PictureRow }));
  const pairs = sources.flatMap(({ folder, row }) =>
    stylesFor(row, styles).map((chosen) => ({ folder, row, styles: chosen })),
  );
  const paintings = pairs.map(({ folder, row, styles: chosen }, i) => {
    try {
      const options = merged(optionsOf(flags), row);
      const resolved = resolveOptions(options);
      const named = { photo: row.photo, folder, styles: chosen.map(({ path }) => path), options: resolved };
      const name = row.output ?? nameOf(flags.name, named, i + 1, pairs.length);
      const target = shown(resolve(output, name), output);
      assertBits(formatOf(target), row.print.bits ?? flags.bits);
      return plannedOf(row, chosen, options, target, flags);
    } catch (error) {
      if (row.where === undefined || !(error instanceof GivernyError)) throw error;
      throw new GivernyError(error.code, `${error.message.replace(/\.$/, '')} (${row.where}).`, { cause: error });
    }
  });
  checkPlaces(
    paintings.map(({ request }) => ({
      photo: request.content as string,
      styles: request.styles.map((style) => (style as { picture: string }).picture),
      output: request.output as string,
    })),
    list === undefined ? photos : [],
    output,
  );
  const states = new BatchStates();
  const going: Planned[] = [];
  for (const painting of paintings) {
    const { state, notices } = await states.of(painting.request);
    const { overwrite: fresh } = flags;
    const request = { ...painting.request, state, fresh, stateEverySeconds: stateEverySeconds() };
    going.push({ ...painting, request, notices: fresh ? [] : notices });
  }
  return { paintings: going, passedOver: found?.passedOver ?? 0, failures: found?.unreadable ?? [] };
}

/** A row of a list, or a photo without a row. */
type PictureRow = Omit<ListRow, 'where'> & Partial<Pick<ListRow, 'where'>>;

/** A path below the output folder as the person began it. */
function shown(path: string, output: string): string {
  const below = relative(resolve(output), path);
  return below.startsWith('..') ? path : join(output, below);
}

async function picturesIn(photos: readonly string[], output?: string) {
  const found = await findPictures(photos, output);
  if (found.pictures.length > 0) return found;
  const [unreadable] = found.unreadable;
  if (unreadable) throw unreadable;
  const others = found.passedOver > 0 ? `, and ${found.passedOver} other files` : '';
  throw new GivernyError(
    'FILE_NOT_FOUND',
    `Expected pictures in ${photos.map((path) => `"${path}"`).join(', ')} but found none${others}.`,
  );
}

async function stylesOf({ style = [], styleDir, list }: BatchFlags): Promise<string[]> {
  for (const path of style) {
    if (!existsSync(path))
      throw new GivernyError('FILE_NOT_FOUND', `Expected a picture at "${path}" but there is no such file.`);
  }
  const ofFolder = styleDir === undefined ? [] : (await picturesIn([styleDir])).pictures.map(({ path }) => path);
  const styles = [...style, ...ofFolder];
  if (styles.length > 0 || list !== undefined) return styles;
  throw new GivernyError('OPTION_INVALID', 'Expected --style or --style-dir but received neither.');
}

/** The styles of each painting of a row: its own, blended, or one painting for each style that the flags name. */
function stylesFor({ styles, where }: PictureRow, given: readonly string[]): (readonly StyleFile[])[] {
  if (styles.length > 0) return [styles];
  if (given.length > 0) return given.map((path) => [{ path }]);
  throw new GivernyError('OPTION_INVALID', `Expected a style, there or by --style, but received none (${where}).`);
}

/** A row's options win; one way to balance content and style puts the other aside. */
function merged({ strength, alpha, beta, ...flags }: OptionsInput, { options, preset }: PictureRow): OptionsInput {
  const balance =
    'strength' in options ? {} : 'alpha' in options || 'beta' in options ? { alpha, beta } : { strength, alpha, beta };
  return { ...flags, ...balance, ...(preset === undefined ? {} : { preset }), ...options };
}

function plannedOf(
  row: PictureRow,
  styles: readonly StyleFile[],
  options: OptionsInput,
  output: string,
  flags: BatchFlags,
): Planned {
  return {
    request: {
      content: row.photo,
      styles: styles.map(({ path, ...style }) => ({ picture: path, ...style })),
      mask: row.mask === undefined ? undefined : { picture: row.mask, featherPx: row.feather },
      regionStrengths: row.regionStrength,
      output,
      network: row.network ?? flags.network,
      coarseNetwork: row.coarseNetwork ?? flags.coarseNetwork,
      device: flags.device,
      options,
      print: printOfFlags({ ...flags, ...row.print }),
      maxMemory: flags.maxMemory,
    },
    notices: [],
    item: { content: row.photo, styles: styles.map(styleText), output },
  };
}
