/** Paintings over HTTP. */
import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { DEVICES, type DeviceChoice } from '../../core/devices.js';
import { expected, GivernyError } from '../../core/errors.js';
import { listQuerySchema, type OrderBody, orderSchema } from '../contract.js';
import { kept } from '../kept.js';
import { Refusal } from '../problems.js';
import { planOf } from '../queue/plan.js';
import { mostBytes } from '../store/workers.js';
import { bytesResponse } from './bytes.js';
import { checked, type Env, idOf, jsonOf, ownerOf, parsedJson, type ServiceParts } from './context.js';
import { eventStreams } from './events.js';
import { addPicture, findPicture } from './pictures.js';

export function paintingRoutes(parts: ServiceParts): Hono<Env> {
  const { paintings, database, blobs } = parts;
  const watch = eventStreams(parts);
  // Workers come and go.
  const known = new Map(DEVICES.map((device) => [device, kept(1000, () => mostBytes(database, device))] as const));
  const most = async (device: DeviceChoice) => known.get(device)?.();
  const bytesOf = (which: 'preview' | 'result') => async (context: Context<Env>) => {
    const owner = ownerOf(context, 'read');
    const id = await paintings.blobOf(idOf(context), owner, which);
    const blob = id === undefined ? undefined : await blobs.info(database, id, owner);
    if (!blob) throw new Refusal('NOT_FOUND', `Expected a painting with a ${which} but it has none yet.`);
    return bytesResponse(context, parts, blob);
  };
  const change = (which: 'cancel' | 'pause' | 'resume' | 'retry') => async (context: Context<Env>) =>
    context.json(await paintings[which](idOf(context), ownerOf(context, 'paint')));
  return new Hono<Env>()
    .post('/', (context) => create(context, parts, most))
    .get('/', async (context) => {
      const query = checked(listQuerySchema, context.req.query(), 'the query');
      return context.json(await paintings.list(ownerOf(context, 'read'), query));
    })
    .get('/:id', async (context) => context.json(await paintings.get(idOf(context), ownerOf(context, 'read'))))
    .delete('/:id', async (context) => {
      await paintings.delete(idOf(context), ownerOf(context, 'paint'));
      return context.body(null, 204);
    })
    .get('/:id/events', async (context) => {
      await paintings.get(idOf(context), ownerOf(context, 'read'));
      return watch(context, idOf(context));
    })
    .get('/:id/preview', bytesOf('preview'))
    .get('/:id/result', bytesOf('result'))
    .post('/:id/cancel', change('cancel'))
    .post('/:id/pause', change('pause'))
    .post('/:id/resume', change('resume'))
    .post('/:id/retry', change('retry'));
}

/** @param most as `mostBytes`. */
async function create(
  context: Context<Env>,
  parts: ServiceParts,
  most: (device: DeviceChoice) => Promise<number | undefined>,
): Promise<Response> {
  const owner = ownerOf(context, 'paint');
  const { paintings } = parts;
  const key = context.req.header('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw expected('1 to 200 letters', 'Idempotency-Key', key);
  const sent = await sentOf(context);
  const idempotency = key === undefined ? undefined : { key, requestHash: hashOf(sent) };
  // Before anything is uploaded a second time.
  const earlier = idempotency && (await paintings.findByKey(owner, idempotency));
  if (earlier) return context.json(earlier, 200);
  await paintings.assertRoom(owner);
  const order = checked(orderSchema, await withUploads(parts, owner, sent), 'the order');
  const photo = await findPicture(parts, owner, order.content);
  const maxBytes = await most(order.device);
  if (maxBytes === undefined) {
    if ((await most('auto')) !== undefined) throw missing(order.device);
    throw new Refusal('NOT_READY', 'Expected a worker that could paint but none is there.', { 'retry-after': '10' });
  }
  const size = { width: photo.width as number, height: photo.height as number };
  const plan = await planOf(order, size, parts.networks, maxBytes);
  const { view, created } = await paintings.create({ owner, order, plan, maxBytes, idempotency });
  return context.json(view, created ? 201 : 200, { location: `/v1/paintings/${view.id}` });
}

function missing(device: string): GivernyError {
  const sentence = `Expected a device that a worker has but received ${device}; auto and cpu are always there.`;
  return new GivernyError('DEVICE_MISSING', sentence);
}

/** An order as it came: JSON alone, or with the files of a multipart body. */
interface Sent {
  readonly order: unknown;
  readonly files: ReadonlyMap<string, { readonly name: string; readonly bytes: Uint8Array }>;
}

/** Files in one request: a photo, 16 styles, a mask and a start; and the order. */
const MOST_FILES = 19;
const MOST_PARTS = MOST_FILES + 1;

async function sentOf(context: Context<Env>): Promise<Sent> {
  const type = context.req.header('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) return { order: await jsonOf(context), files: new Map() };
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new Refusal('TYPE_UNSUPPORTED', 'Expected application/json or multipart/form-data as the type of the body.');
  }
  const files = new Map<string, { name: string; bytes: Uint8Array }>();
  let order: unknown;
  const form = await formOf(type, await context.req.arrayBuffer());
  for (const [name, value] of form) {
    if (form.getAll(name).length > 1) throw expected('each part once', 'the body', name);
    if (typeof value !== 'string') {
      if (files.size === MOST_FILES) throw expected(`at most ${MOST_FILES} files`, 'the body', MOST_FILES + 1);
      files.set(name, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
    } else if (name === 'order') order = parsedJson(value, 'order');
    else throw expected('order or a file', 'a part of the body', name);
  }
  return { order, files };
}

/** Counts the parts before it reads them: what Node takes for many grows with the square of their number. */
async function formOf(type: string, body: ArrayBuffer): Promise<FormData> {
  const bytes = Buffer.from(body);
  const [, quoted, plain] = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(type) ?? [];
  const boundary = `--${quoted ?? plain}`;
  let parts = -1;
  for (let at = bytes.indexOf(boundary); at >= 0; at = bytes.indexOf(boundary, at + boundary.length)) {
    if (++parts > MOST_PARTS) throw expected(`at most ${MOST_PARTS} parts`, 'the body', 'more');
  }
  return new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => {
    throw expected('a whole multipart body', 'the body', 'one that is malformed');
  });
}

function hashOf({ order, files }: Sent): string {
  const hash = createHash('sha256').update(JSON.stringify(order) ?? '');
  for (const [name, { bytes }] of files) hash.update(`\n${name} ${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

/** The order with the ids of the files that came with it, in place of their parts' names. */
async function withUploads(parts: ServiceParts, owner: string, { order, files }: Sent): Promise<unknown> {
  if (files.size === 0 || typeof order !== 'object' || order === null) return order;
  const given = order as Partial<Record<'content' | 'styles' | 'mask' | 'start', unknown>>;
  const ids = new Map<string, string>();
  for (const [part, { name, bytes }] of files) ids.set(part, (await addPicture(parts, owner, bytes, name)).id);
  const idOf = (value: unknown) => (typeof value === 'string' ? (ids.get(value) ?? value) : value);
  const placed = (value: unknown) =>
    typeof value === 'object' && value !== null && 'picture' in value
      ? { ...value, picture: idOf(value.picture) }
      : value;
  return {
    ...given,
    content: idOf(given.content),
    styles: Array.isArray(given.styles) ? given.styles.map(placed) : given.styles,
    ...(given.mask === undefined ? {} : { mask: placed(given.mask) }),
    ...(given.start === undefined ? {} : { start: idOf(given.start) }),
  } satisfies Partial<Record<keyof OrderBody, unknown>>;
}
