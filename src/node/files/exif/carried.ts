/** The EXIF that a painting takes over from its photo: who took it, when and how; not how its pixels were stored. */
import { joined } from '../../../core/bytes.js';
import type { Size } from '../../../core/pictures/picture.js';
import {
  Directories,
  type Directory,
  LONG,
  laidOut,
  numberEntry,
  type ReadAt,
  rationalEntry,
  readerOf,
  SHORT,
} from './directories.js';
import { TAGS } from './tags.js';

export interface CarriedExif {
  readonly root: Directory;
  readonly exif: Directory;
  /** Where the photo was taken. */
  readonly gps: Directory;
}

/** Description, make, model, date, artist, host, rating, copyright, and what Windows Explorer writes. */
const OF_ROOT = [0x010e, 0x010f, 0x0110, 0x0132, 0x013b, 0x013c, 0x4746, 0x4749, 0x8298];
const OF_WINDOWS = [0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f];
/**
 * What the painting makes wrong: components and compression, the notes of the maker (whose pointers do not survive a
 * move), places in the picture, pixels of the sensor's plane, and pointers.
 */
const NOT_OF_EXIF = [0x9101, 0x9102, 0x9214, 0x927c, 0xa20c, 0xa20e, 0xa20f, 0xa210, 0xa214, TAGS.interoperability];

/** What a JPEG has room for is 64 KB in all. */
const MOST_VALUE_BYTES = 8192;
const MOST_BYTES = 60_000;

/** Some of a directory, in memory of its own: values are views of the file's bytes. */
const only = (directory: Directory, isWanted: (tag: number) => boolean): Directory =>
  new Map(
    [...directory]
      .filter(([tag]) => isWanted(tag))
      .map(([tag, entry]) => [tag, { ...entry, value: entry.value.slice() }]),
  );

/**
 * What of a photo's EXIF goes along; undefined where there is nothing.
 *
 * @param readAt reads its TIFF structure.
 */
export function carriedExif(readAt: ReadAt, keepLocation: boolean): CarriedExif | undefined {
  const directories = new Directories(readAt, MOST_VALUE_BYTES);
  const { root } = directories;
  const carried = {
    root: only(root, (tag) => OF_ROOT.includes(tag) || OF_WINDOWS.includes(tag)),
    exif: only(directories.behind(root.get(TAGS.exif)), (tag) => !NOT_OF_EXIF.includes(tag)),
    gps: only(directories.behind(root.get(TAGS.gps)), () => keepLocation),
  };
  const sizes = Object.values(carried).flatMap((directory) => [...directory.values()].map(({ value }) => value.length));
  const bytes = sizes.reduce((sum, length) => sum + length + 14, 0);
  return bytes > 0 && bytes <= MOST_BYTES ? carried : undefined;
}

/** How the painting is stored, for its own tags. */
export interface Stored extends Size {
  readonly isSrgb: boolean;
  /** In pixels per inch. */
  readonly density?: number | undefined;
}

/** The directories of a painting's EXIF: upright, of its own size, colour space and resolution. */
function directoriesOf(carried: CarriedExif | undefined, { width, height, isSrgb, density }: Stored) {
  const resolution: [number, ReturnType<typeof numberEntry>][] = density
    ? [
        [TAGS.xResolution, rationalEntry(density)],
        [TAGS.yResolution, rationalEntry(density)],
        [TAGS.resolutionUnit, numberEntry(SHORT, 2)],
      ]
    : [];
  const root: Directory = new Map([...(carried?.root ?? []), [TAGS.orientation, numberEntry(SHORT, 1)], ...resolution]);
  const exif: Directory = new Map([
    ...(carried?.exif ?? []),
    [TAGS.colorSpace, numberEntry(SHORT, isSrgb ? 1 : 0xffff)],
    [TAGS.width, numberEntry(LONG, width)],
    [TAGS.height, numberEntry(LONG, height)],
  ]);
  return { root, below: { [TAGS.exif]: exif, [TAGS.gps]: carried?.gps ?? new Map() } };
}

/** EXIF as a TIFF structure of its own, as all formats but TIFF hold it. */
export function exifBytes(carried: CarriedExif | undefined, stored: Stored): Uint8Array {
  const { root, below } = directoriesOf(carried, stored);
  return joined([Uint8Array.of(0x49, 0x49, 0x2a, 0, 8, 0, 0, 0), laidOut(8, root, below)]);
}

/**
 * A TIFF file with EXIF among its own directories.
 *
 * @param tiff as libvips writes it: one page, in Intel's byte order.
 */
export function tiffWithExif(tiff: Uint8Array, carried: CarriedExif, stored: Stored): Uint8Array {
  const file = new Directories(readerOf(tiff), Number.POSITIVE_INFINITY);
  const { root, below } = directoriesOf(carried, stored);
  const at = tiff.length + (tiff.length % 2);
  // What the file says of its pixels wins.
  const added = laidOut(at, new Map([...root, ...file.root]), below);
  const result = joined([tiff, new Uint8Array(at - tiff.length), added]);
  new DataView(result.buffer).setUint32(4, at, true);
  return result;
}
