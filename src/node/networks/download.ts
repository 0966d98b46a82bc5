/**
 * Downloads that end with the right bytes or with a reason: resumed after a break, tried at the next
 * mirror, checked by size and hash.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { GivernyError } from '../../core/errors.js';
import type { Source } from '../../core/networks/registry.js';
import { temporaryName, writeError } from './cache.js';
import { getBytes, type HttpOptions, RequestFailed } from './http.js';

export interface DownloadOptions extends HttpOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Pause before a server that broke off is asked again; 1 s by default. */
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
 * Downloads a file into `folder`, going on from what an earlier attempt left there. What was left is known
 * by the hash of the whole, so it may be finished by another mirror. No two downloads write to one file.
 *
 * @returns path of the complete and checked file, for the caller to remove.
 * @throws GivernyError DOWNLOAD_FAILED (what was received stays, for the next time), DOWNLOAD_CORRUPT,
 *   DISK_FULL or WRITE_FAILED (nothing stays).
 */
export async function downloadFile(source: Source, folder: string, options: DownloadOptions = {}): Promise<string> {
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
        if (await hasRightHash(part, source)) return part;
        corrupt = true;
        failures.push(`${new URL(url).host} sent other bytes than published`);
        await rm(part, { force: true });
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

/** Where what was received of a file waits to be completed. */
export function partFile(source: Source, folder: string): string {
  return path.join(folder, `${keyOf(source)}.part`);
}

/** Whether a file is the one published. */
export async function hasRightHash(file: string, source: Source): Promise<boolean> {
  const [algorithm, expected] = source.sha256 ? ['sha256', source.sha256] : ['md5', source.md5];
  const hash = createHash(algorithm as string);
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex') === expected;
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
    throw writeError(error, part);
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

/** Takes what an earlier attempt left, by giving it a name of its own: only one taker's rename succeeds. */
async function claimPart(source: Source, folder: string): Promise<string> {
  const mine = temporaryName(path.join(folder, keyOf(source)), 'part');
  for (const file of await readdir(folder)) {
    const [, key, owner] = /^([0-9a-f]+)(?:\.(\d+)-\d+)?\.part$/.exec(file) ?? [];
    if (key !== keyOf(source) || (owner && isAlive(Number(owner)))) continue;
    try {
      await rename(path.join(folder, file), mine);
      // More than was published can only be wrong.
      if ((await sizeOf(mine)) > source.sizeBytes) await rm(mine);
      return mine;
    } catch {
      // Another was faster.
    }
  }
  return mine;
}

/** Leaves what was received for the next attempt, if anything. A complete file was handed out. */
async function releasePart(source: Source, folder: string, part: string): Promise<void> {
  const size = await sizeOf(part);
  if (size === 0) await rm(part, { force: true });
  else if (size < source.sizeBytes) await rename(part, partFile(source, folder)).catch(() => {});
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
