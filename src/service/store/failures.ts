/** What a database refuses, as sentences. */
import { GivernyError } from '../../core/errors.js';

export const failed = (sentence: string, cause?: unknown) =>
  new GivernyError('DATABASE_FAILED', `${sentence}.`, { cause });

/** By the driver's code (https://www.postgresql.org/docs/current/errcodes-appendix.html), or the system's. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'Expected room in the database but its disk is full',
  '53100': 'Expected room in the database but its disk is full',
  '53300': 'Expected a free connection to the database but it has none left',
  '25006': 'Expected a database that can be written but it is read-only',
  '28000': 'Expected a user that the database lets in but it refuses this one',
  '28P01': 'Expected the password of the database but it refuses this one',
  '3D000': 'Expected a database of the name in DATABASE_URL but there is none',
  '42501': 'Expected a user who may make and change tables but the database does not allow it',
  ERR_INVALID_URL: 'Expected DATABASE_URL as postgres://user:password@host/database but it is not an address',
  EEXIST: 'Expected a folder for --data but there is a file of this name',
  ENOTDIR: 'Expected a folder for --data but there is a file of this name',
  EACCES: 'Expected a folder for --data that can be written but it cannot',
  EROFS: 'Expected a folder for --data that can be written but it cannot',
};

/** What the driver of Postgres says without a code: nothing came in time, or the connection is gone. */
const SILENT =
  /^(Query read timeout|timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

/** Whether the connection is gone, or the database said nothing on it in time. */
export const isSilence = (error: unknown): boolean => error instanceof Error && SILENT.test(error.message);

/** Whether it is the database's driver that failed: its errors have a code, but for those of a database that is silent. */
export const isOfDriver = (error: Error): boolean => 'code' in error || isSilence(error);

/** The sentence for what a database refuses. Its own words may hold values, so that only its code is told. */
export function databaseError(error: unknown): unknown {
  if (error instanceof GivernyError || !(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const sentence = SENTENCES[String(code)];
  if (sentence) return failed(sentence, error);
  // What Postgres cannot hold, such as a character 0 in text.
  if (typeof code === 'string' && /^22...$/.test(code)) {
    return new GivernyError('OPTION_INVALID', 'Expected values that a database can hold but one is none.', {
      cause: error,
    });
  }
  const known = typeof code === 'string' ? ` (${code})` : '';
  return failed(`Expected a database that answers but it does not${known}`, error);
}
