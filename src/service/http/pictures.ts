/** Uploads: pictures that paintings are made of, by id. */
import { Hono } from 'hono';
import type { PictureView } from '../contract.js';
import { Refusal } from '../problems.js';
import type { BlobInfo } from '../store/blobs.js';
import { checkPicture } from '../trust/pictures.js';
import { bytesResponse } from './bytes.js';
import { type Env, idOf, ownerOf, type ServiceParts } from './context.js';

/** Keeps an uploaded picture after it was checked. */
export async function addPicture(
  { database, blobs }: ServiceParts,
  owner: string,
  bytes: Uint8Array,
  name: string,
): Promise<PictureView> {
  const picture = await checkPicture(bytes, name);
  const stored = await blobs.store(database, bytes);
  return viewOf(await blobs.add(database, { ...picture, owner, kind: 'picture', stored }));
}

/** @throws Refusal NOT_FOUND also where the picture is somebody else's. */
export async function findPicture({ database, blobs }: ServiceParts, owner: string, id: string): Promise<BlobInfo> {
  const found = await blobs.info(database, id, owner);
  if (found?.kind !== 'picture') {
    throw new Refusal('NOT_FOUND', 'Expected the id of a picture of yours but there is none of this id.');
  }
  return found;
}

const viewOf = ({ id, name, mediaType, sizeBytes, width = 0, height = 0, sha256 }: BlobInfo): PictureView => {
  return { id, name, mediaType, sizeBytes, width, height, sha256 };
};

export function pictureRoutes(parts: ServiceParts): Hono<Env> {
  return new Hono<Env>()
    .post('/', async (context) => {
      const owner = ownerOf(context, 'paint');
      const name = context.req.query('name') ?? 'picture';
      const bytes = new Uint8Array(await context.req.arrayBuffer());
      return context.json(await addPicture(parts, owner, bytes, name), 201);
    })
    .get('/:id', async (context) =>
      context.json(viewOf(await findPicture(parts, ownerOf(context, 'read'), idOf(context)))),
    )
    .get('/:id/bytes', async (context) =>
      bytesResponse(context, parts, await findPicture(parts, ownerOf(context, 'read'), idOf(context))),
    );
}
