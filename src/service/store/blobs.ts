/** Where pictures, previews, results and states lie: in the database, or in a folder that all machines share. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../node/files/atomic.js';
import type { Queries, Row } from './database.js';

export type BlobKind = 'picture' | 'state' | 'preview' | 'result';

/** All of a blob but its bytes. */
export interface BlobInfo {
  readonly id: string;
  readonly owner: string;
  readonly kind: BlobKind;
  readonly mediaType: string;
  /** What its owner called it: for sentences and recipes, never a path. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** In pixels, upright; absent of what is no picture. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export type NewBlob = Omit<BlobInfo, 'id' | 'sizeBytes' | 'sha256'> & { readonly bytes: Uint8Array };

/** Where the bytes lie. Names are ids that we made. */
export interface BlobPlace {
  /** Bytes that the database is to keep itself; undefined where they were put elsewhere. */
  put(id: string, bytes: Uint8Array): Promise<Uint8Array | undefined>;
  get(id: string): Promise<Uint8Array>;
  remove(id: string): Promise<void>;
}

const INFO = 'id, owner, kind, media_type as "mediaType", name, size_bytes as "sizeBytes", sha256, width, height';

export class Blobs {
  readonly #place: BlobPlace | undefined;

  /** @param folder one that all machines share; left out, the database keeps the bytes. */
  constructor(folder?: string) {
    this.#place = folder === undefined ? undefined : sharedFolder(folder);
  }

  /** Writes bytes, then the row that makes them known. */
  async add(queries: Queries, { bytes, ...blob }: NewBlob): Promise<BlobInfo> {
    const id = randomUUID();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const kept = this.#place ? await this.#place.put(id, bytes) : bytes;
    await queries.query(
      `insert into giverny.blobs (id, owner, kind, media_type, name, size_bytes, sha256, width, height, bytes)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        blob.owner,
        blob.kind,
        blob.mediaType,
        blob.name,
        bytes.length,
        sha256,
        blob.width ?? null,
        blob.height ?? null,
        kept ?? null,
      ],
    );
    return { ...blob, id, sizeBytes: bytes.length, sha256 };
  }

  /** What is known of a blob; undefined where the owner has none of this id. */
  async info(queries: Queries, id: string, owner: string): Promise<BlobInfo | undefined> {
    const [row] = await queries.query(`select ${INFO} from giverny.blobs where id = $1 and owner = $2`, [id, owner]);
    return row as BlobInfo | undefined;
  }

  async bytes(queries: Queries, id: string): Promise<Uint8Array | undefined> {
    const [row] = await queries.query<{ bytes: Uint8Array | null } & Row>(
      'select bytes from giverny.blobs where id = $1',
      [id],
    );
    if (!row) return undefined;
    return row.bytes ?? this.#place?.get(id);
  }

  /** Removes the row, then the bytes. Bytes whose row stays behind are never lost. */
  async remove(queries: Queries, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await queries.query('delete from giverny.blobs where id = any($1)', [[...ids]]);
    if (this.#place) for (const id of ids) await this.#place.remove(id);
  }
}

function sharedFolder(folder: string): BlobPlace {
  const pathOf = (id: string) => join(folder, id.slice(0, 2), id);
  return {
    async put(id, bytes) {
      await mkdir(join(folder, id.slice(0, 2)), { recursive: true, mode: 0o700 });
      await writeAtomically(pathOf(id), bytes);
      return undefined;
    },
    get: (id) => readFile(pathOf(id)),
    remove: (id) => rm(pathOf(id), { force: true }),
  };
}
