/**
 * Downloads that are resumed after a break, go on at the next mirror, and are checked by size and hash.
 *
 * What is received is kept in `<hash>.<random>.part` while its process writes to it, and in `<hash>.part`
 * afterwards, until it is complete. The random name is the process's own: no two processes write to one file.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, copyFile, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GivernyError } from '../../core/errors.js';
import type { Source } from '../../core/networks/registry.js';
import { reason, writeError } from '../files/atomic.js';
import type { LockOptions } from '../files/lock.js';
import { ageOf, clockOf, temporaryName } from '../files/temporaries.js';
import { getBytes, type HttpOptions, RequestFailed } from './http.js';

/** `onWait` and `pollMs` are for where another process downloads the same network: its result is waited for. */
export interface DownloadOptions extends HttpOptions, Pick<LockOptions, 'onWait' | 'pollMs'> {
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Pause before a server that broke off is asked again. Default 1 s. */
  readonly retryMs?: number;
}

export interface DownloadProgress {
  readonly url: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** Attempts at one server, as long as each brings some bytes or only the connection breaks. */
const ATTEMPTS = 8;

/**
 * Downloads a file, going on from what an earlier attempt left in `folder`. The hash of the whole tells what
 * belongs together, so that another mirror may finish what one began.
 *
 * @returns the file's bytes, complete and checked; nothing stays in `folder`.
 * @throws GivernyError DOWNLOAD_FAILED (what was received stays, for the next time), DOWNLOAD_CORRUPT,
 *   DISK_FULL or WRITE_FAILED (nothing stays); or the signal's reason (what was received stays).
 */
export async function downloadFile(source: Source, folder: string, options: DownloadOptions = {}): Promise<Uint8Array> {
  const part = await claimPart(source, folder);
  const failures: string[] = [];
  let corrupt = false;
  try {
    for (const url of source.urls) {
      // What another server sent before may be the wrong part: then this one is asked for the whole.
      for (let resumed = true; resumed; ) {
        resumed = (await sizeOf(part)) > 0;
        const failure = await attempts(
          options,
          () => sizeOf(part),
          () => fetchRest(url, source, part, options),
        );
        if (failure) {
          failures.push(`${new URL(url).host} ${failure.message}`);
          break;
        }
        const bytes = await readPart(part);
        await rm(part, { force: true });
        if (await matches([bytes], source)) return bytes;
        corrupt = true;
        failures.push(`${new URL(url).host} sent other bytes than published`);
      }
    }
  } catch (error) {
    if (error instanceof GivernyError) await rm(part, { force: true });
    throw error;
  } finally {
    await releasePart(source, folder, part);
  }
  throw downloadError(`${source.sizeBytes} bytes`, failures, corrupt);
}

/**
 * Downloads bytes `begin` to `end` (not included) of a file into memory.
 *
 * @param version ETag of the file that other parts came from; only the same file will do.
 * @throws GivernyError DOWNLOAD_FAILED.
 */
export async function downloadRange(
  url: string,
  begin: number,
  end: number,
  options: DownloadOptions = {},
  version?: string,
): Promise<{ bytes: Uint8Array; fileBytes: number | undefined; version: string | undefined }> {
  const bytes = new Uint8Array(end - begin);
  let received = 0;
  let fileBytes: number | undefined;
  let etag = version;
  const failure = await attempts(
    options,
    () => received,
    async () => {
      const answer = await getBytes(url, begin + received, options, end - 1, etag);
      if (!answer.isPart) {
        answer.cancel();
        throw new RequestFailed(etag ? 'has another file meanwhile' : 'sends only whole files');
      }
      fileBytes = answer.fileBytes;
      etag ??= answer.etag;
      for await (const piece of answer.body) {
        if (received + piece.length > bytes.length) throw new RequestFailed('sends more bytes than it should');
        bytes.set(piece, received);
        received += piece.length;
        options.onProgress?.({ url, receivedBytes: received, totalBytes: bytes.length });
      }
      if (received < bytes.length) throw new RequestFailed(`broke off after ${received} bytes`);
    },
  );
  if (failure) throw downloadError(`bytes ${begin} to ${end}`, [`${new URL(url).host} ${failure.message}`], false);
  return { bytes, fileBytes, version: etag };
}

/** Whether a file is the one published. */
export async function hasRightHash(file: string, source: Source): Promise<boolean> {
  return matches(createReadStream(file), source);
}

async function matches(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, source: Source): Promise<boolean> {
  const [algorithm, expected] = source.sha256 ? ['sha256', source.sha256] : ['md5', source.md5];
  const hash = createHash(algorithm as string);
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex') === expected;
}

/** What unfinished downloads of these files left in `folder`, except for those that go on. */
export async function partsLeft(sources: readonly Source[], folder: string): Promise<string[]> {
  const parts = await findParts(folder, sources.map(keyOf));
  return parts.map((part) => part.path);
}

/** Removes parts of any file that nobody went on with for a week. */
export async function sweepParts(folder: string): Promise<void> {
  for (const { path, ageMs } of await findParts(folder)) {
    if (ageMs >= FORGOTTEN_MS) await rm(path, { force: true }).catch(() => {});
  }
}

/** Less than it takes until the lock of a killed pull is stale, so that who takes over the lock finds its part. */
const ABANDONED_MS = 25_000;
const FORGOTTEN_MS = 7 * 24 * 3_600_000;

interface Part {
  readonly path: string;
  readonly sizeBytes: number;
  readonly ageMs: number;
  /** Whether its process was killed, so that its name is still the process's own. */
  readonly abandoned: boolean;
}

/** Parts that nobody writes to, the largest first. */
async function findParts(folder: string, keys?: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  let nowMs: number | undefined;
  for (const name of await readdir(folder).catch(() => [])) {
    const [, key, owner] = /^([0-9a-f]{16})(\.[0-9a-f-]{36})?\.part$/.exec(name) ?? [];
    if (key === undefined || (keys && !keys.includes(key))) continue;
    nowMs ??= await clockOf(folder);
    const file = path.join(folder, name);
    const ageMs = await ageOf(file, nowMs);
    if (ageMs === undefined || (owner && ageMs < ABANDONED_MS)) continue;
    parts.push({ path: file, sizeBytes: await sizeOf(file), ageMs, abandoned: owner !== undefined });
  }
  return parts.sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/** Appends what is missing of the file. */
async function fetchRest(url: string, source: Source, part: string, options: DownloadOptions): Promise<void> {
  const total = source.sizeBytes;
  let received = await sizeOf(part);
  if (received === total) return;
  const answer = await getBytes(url, received, options);
  // A server that knows no ranges begins again, and so do we.
  if (!answer.isPart) received = 0;
  const { fileBytes = total } = answer;
  if (fileBytes !== total) {
    answer.cancel();
    throw new RequestFailed(`has a file of ${fileBytes} bytes`);
  }
  const fail = (error: unknown) => {
    throw writeError(part, error);
  };
  const file = await open(part, received === 0 ? 'w' : 'a').catch(fail);
  try {
    for await (const piece of answer.body) {
      if (received + piece.length > total) {
        // Whatever file this is, it is not ours.
        await file.truncate();
        throw new RequestFailed('sends more bytes than it should');
      }
      await file.appendFile(piece).catch(fail);
      received += piece.length;
      options.onProgress?.({ url, receivedBytes: received, totalBytes: total });
    }
  } finally {
    await file.close();
  }
  if (received < total) throw new RequestFailed(`broke off after ${received} bytes`);
}

/** Tries again after a pause while there is hope; returns the last failure. */
async function attempts(
  { signal, retryMs = 1000 }: DownloadOptions,
  received: () => number | Promise<number>,
  attempt: () => Promise<void>,
): Promise<RequestFailed | undefined> {
  for (let left = ATTEMPTS - 1; ; left--) {
    const before = await received();
    try {
      await attempt();
      return undefined;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (left === 0 || (!error.broke && (await received()) <= before)) return error;
    }
    await sleep(retryMs, undefined, { ...(signal && { signal }) });
  }
}

function downloadError(what: string, failures: readonly string[], corrupt: boolean): GivernyError {
  return new GivernyError(
    corrupt ? 'DOWNLOAD_CORRUPT' : 'DOWNLOAD_FAILED',
    `Expected to download ${what} but ${[...new Set(failures)].join('; ')}.`,
  );
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

function keyOf({ sha256, md5 }: Source): string {
  return (sha256 ?? md5 ?? '').slice(0, 16);
}

/** Takes the largest part that an earlier attempt left, and removes the others. */
async function claimPart(source: Source, folder: string): Promise<string> {
  const mine = path.join(folder, `${keyOf(source)}.${randomUUID()}.part`);
  let claimed = false;
  for (const part of await findParts(folder, [keyOf(source)])) {
    // More than was published can only be wrong.
    if (claimed || part.sizeBytes > source.sizeBytes) await rm(part.path, { force: true });
    else claimed = await takePart(part, folder, mine);
  }
  return mine;
}

/** Only one taker's rename succeeds. */
async function takePart({ path: left, abandoned }: Part, folder: string, mine: string): Promise<boolean> {
  const taken = abandoned ? path.join(folder, temporaryName()) : mine;
  try {
    await rename(left, taken);
  } catch {
    return false;
  }
  if (abandoned) {
    // Its process may be suspended, not dead, and write on when it wakes: to the old file, not to our copy.
    try {
      await copyFile(taken, mine, constants.COPYFILE_FICLONE);
    } catch (error) {
      await rm(mine, { force: true });
      throw writeError(mine, error);
    } finally {
      await rm(taken, { force: true });
    }
  }
  return true;
}

async function readPart(part: string): Promise<Uint8Array> {
  return readFile(part).catch((cause) => {
    // This process may have been suspended for so long that another took its part.
    const why = cause.code === 'ENOENT' ? 'another process took it' : reason(cause);
    throw new GivernyError('DOWNLOAD_FAILED', `Expected the download in "${part}" but ${why}.`, { cause });
  });
}

/** Leaves what was received for the next attempt, if anything. */
async function releasePart(source: Source, folder: string, part: string): Promise<void> {
  if ((await sizeOf(part)) === 0) await rm(part, { force: true });
  else await rename(part, path.join(folder, `${keyOf(source)}.part`)).catch(() => {});
}
