/** Where the bytes of a picture go that a server painted: by the rules of paint's output. */
import { GivernyError } from '../../core/errors.js';
import { assertWritable, writeAtomically, writeToFreeName } from '../../node/files/atomic.js';
import { formatOf, type PictureFormat } from '../../node/files/formats.js';
import { assertNoTerminal, writeToStandardOutput } from '../pipes.js';
import { isStandardOutput } from '../places.js';

export interface OutputFlags {
  readonly output?: string;
  /** False for --no-clobber. */
  readonly clobber?: boolean;
  readonly json?: boolean;
}

export interface Output {
  /** What the name says; undefined where none was given, or for standard output. */
  readonly format: PictureFormat | undefined;
  readonly isStandardOutput: boolean;
  /**
   * Writes the picture, whole or not at all.
   *
   * @returns the path that was written; undefined for standard output.
   */
  write(picture: Blob): Promise<string | undefined>;
}

const ENDINGS: Readonly<Record<string, string>> = { jpeg: 'jpg' };

/**
 * Checks before anything is asked of a server that its picture can be written.
 *
 * @param stem name without ending where none is given: the picture takes the next free one.
 * @throws GivernyError OPTION_INVALID, FORMAT_UNSUPPORTED, FILE_EXISTS, WRITE_FAILED.
 */
export async function outputOf({ output, clobber, json }: OutputFlags, stem: string): Promise<Output> {
  if (output === undefined) {
    await assertWritable(`${stem}.png`);
    return {
      format: undefined,
      isStandardOutput: false,
      write: async (picture) => writeToFreeName(`${stem}.${endingOf(picture)}`, await bytesOf(picture)),
    };
  }
  if (isStandardOutput(output)) {
    if (json) throw new GivernyError('OPTION_INVALID', 'Expected --json or -o - but received both.');
    assertNoTerminal();
    return {
      format: undefined,
      isStandardOutput: true,
      write: async (picture) => {
        await writeToStandardOutput(await bytesOf(picture));
        return undefined;
      },
    };
  }
  const format = formatOf(output);
  const overwrite = clobber !== false;
  await assertWritable(output, { overwrite });
  return {
    format,
    isStandardOutput: false,
    write: async (picture) => {
      if (picture.type !== `image/${format}`) {
        const ending = endingOf(picture);
        throw new GivernyError(
          'OPTION_INVALID',
          `Expected a name ending in .${ending} for a picture of the type ${picture.type} but received "${output}".`,
        );
      }
      return writeAtomically(output, await bytesOf(picture), { overwrite });
    },
  };
}

const bytesOf = async (picture: Blob) => new Uint8Array(await picture.arrayBuffer());

function endingOf({ type }: Blob): string {
  const format = type.replace(/^image\//, '').replace(/[^a-z]/g, '');
  return ENDINGS[format] ?? format;
}
