/** The service without a port, on each database: orders in, pictures out, and nothing of it for others. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Queue } from '#dist/service/queue/leases.js';
import { sweepNow } from '#dist/service/queue/sweep.js';
import type { Blobs } from '#dist/service/store/blobs.js';
import type { Database } from '#dist/service/store/database.js';
import { startWorker } from '#dist/service/worker/worker.js';
import { DATABASES } from '../support/databases.js';
import { pngOf, seeWorker, type TestApp, testApp } from '../support/service.js';

const OPTIONS = { size: 48, steps: 3, firstSize: 0 };
const GB = 1e9;

describe.each(DATABASES)('on $name', ({ open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let service: TestApp;
  let database: Database;
  let blobs: Blobs;
  let app: TestApp['app'];

  beforeAll(async () => {
    opened = await open();
    service = await testApp(opened.place);
    ({ app, database, blobs } = service);
  });

  afterAll(async () => {
    await service.close();
    await opened.close();
  });

  const request = (owner: string, path: string, init?: RequestInit) => service.ask(owner, path, init);
  const upload = async (owner: string, seed: number) => {
    const response = await request(owner, '/v1/pictures?name=waves.png', { method: 'POST', body: await pngOf(seed) });
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  };
  const order = (owner: string, body: unknown, headers: Record<string, string> = {}) =>
    request(owner, '/v1/paintings', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const bodyFor = async (owner: string, more: Record<string, unknown> = {}) => ({
    content: (await upload(owner, 1)).id,
    styles: [{ picture: (await upload(owner, 2)).id }],
    network: 'pocket',
    options: OPTIONS,
    ...more,
  });
  const created = async (owner: string, more: Record<string, unknown> = {}) => {
    const response = await order(owner, await bodyFor(owner, more));
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  };
  const viewOf = async (owner: string, id: string) => (await request(owner, `/v1/paintings/${id}`)).json();
  /** The server asks for workers once a second. */
  const workersForgotten = () => sleep(1100);
  const clear = () => database.query("update giverny.paintings set status = 'cancelled', lease = null");

  test('paints what is ordered, tells of it, and gives the picture whole or in parts', async () => {
    const form = new FormData();
    form.set(
      'order',
      JSON.stringify({ content: 'a', styles: [{ picture: 'b' }], network: 'pocket', options: OPTIONS }),
    );
    form.set('a', new File([await pngOf(1)], '../../etc/passwd.png'));
    form.set('b', new File([await pngOf(2)], 'b.png'));
    const response = await request('ann', '/v1/paintings', { method: 'POST', body: form });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: string };
    const worker = startWorker({ database, blobs, maxMemory: 2 * GB, threads: 1, pollMs: 50, beatMs: 200 });
    // A busy machine may be quiet for so long that a line says so.
    const told = async (response: Response) => (await response.text()).replaceAll(': still here\n\n', '');
    const events = await told(await request('ann', `/v1/paintings/${id}/events`));
    await worker.drain();
    expect(events).toMatch(/"status":"queued"[\s\S]*"status":"painting"[\s\S]*"status":"done"/);
    expect(await viewOf('ann', id)).toMatchObject({ status: 'done', step: 3, hasResult: true, width: 48, height: 36 });
    const ids = [...events.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => seq as string);
    const rest = await request('ann', `/v1/paintings/${id}/events`, { headers: { 'last-event-id': ids[0] as string } });
    expect(await told(rest)).toBe(events.slice(events.indexOf('\n\n') + 2));

    const result = await request('ann', `/v1/paintings/${id}/result`);
    const bytes = Buffer.from(await result.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 48, height: 36 });
    const etag = result.headers.get('etag') as string;
    expect(etag).toBe(`"${createHash('sha256').update(bytes).digest('hex')}"`);
    const again = await request('ann', `/v1/paintings/${id}/result`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const part = await request('ann', `/v1/paintings/${id}/result`, { headers: { range: 'bytes=10-19' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(10, 20)]);
    const beyond = await request('ann', `/v1/paintings/${id}/result`, { headers: { range: 'bytes=99999999-' } });
    expect(beyond.status).toBe(416);

    for (const path of ['', '/result', '/preview', '/events']) {
      expect((await request('bob', `/v1/paintings/${id}${path}`)).status).toBe(404);
    }
    expect((await request('bob', `/v1/paintings/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await request('ann', `/v1/paintings/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await request('ann', `/v1/paintings/${id}`)).status).toBe(404);
    expect(await database.query("select id from giverny.blobs where kind <> 'picture'")).toEqual([]);
  });

  test('one key is one painting', async () => {
    const body = await bodyFor('ann');
    const answers = await Promise.all([1, 2, 3].map(() => order('ann', body, { 'idempotency-key': 'k1' })));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id));
    expect(new Set(ids).size).toBe(1);
    const other = await order('ann', { ...body, priority: 1 }, { 'idempotency-key': 'k1' });
    expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([409, 'CONFLICT']);
    await clear();
  });

  test('owners take turns, and higher priority goes first', async () => {
    const queue = new Queue(database, blobs);
    const capacity = { freeBytes: 9 * GB, totalBytes: 9 * GB, device: 'cpu' as const };
    const [a1, a2] = [await created('ann'), await created('ann')];
    const b1 = await created('bob');
    const a3 = await created('ann', { priority: 5 });
    const taken = [];
    for (let i = 0; i < 4; i++) taken.push((await queue.claim(capacity))?.painting);
    expect(taken).toEqual([a3.id, b1.id, a1.id, a2.id]);
    expect(await queue.claim(capacity)).toBeUndefined();
    await clear();
  });

  test('a large painting waits for room and is not passed; what no worker holds is refused', async () => {
    const queue = new Queue(database, blobs);
    await created('ann');
    await created('bob');
    expect(await queue.claim({ freeBytes: 1e6, totalBytes: 9 * GB, device: 'cpu' })).toBeUndefined();
    expect(await queue.claim({ freeBytes: 1e6, totalBytes: 1e6, device: 'cpu' })).toBeUndefined();
    await clear();
    await seeWorker(database, 0.4 * GB);
    await workersForgotten();
    const refused = await order('ann', await bodyFor('ann', { options: { size: 4000 } }));
    await seeWorker(database, 2 * GB);
    await workersForgotten();
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: 'OUT_OF_MEMORY', detail: expect.stringContaining('would fit') });
  });

  test('an order goes to a worker with its device, and is refused where none has it', async () => {
    const queue = new Queue(database, blobs);
    const refused = await order('ann', await bodyFor('ann', { device: 'webgpu' }));
    const { code, detail } = (await refused.json()) as { code: string; detail: string };
    expect([refused.status, code]).toEqual([422, 'DEVICE_MISSING']);
    expect(detail).toBe('Expected a device that a worker has but received webgpu; auto and cpu are always there.');
    await database.query("update giverny.workers set device = 'webgpu' where id = 'test'");
    await workersForgotten();
    const { id } = await created('ann', { device: 'webgpu', priority: 9 });
    expect(await viewOf('ann', id)).toMatchObject({ device: 'webgpu' });
    const plain = await created('ann');
    expect(await viewOf('ann', plain.id)).toMatchObject({ device: 'auto' });
    const capacity = { freeBytes: 9 * GB, totalBytes: 9 * GB };
    expect((await queue.claim({ ...capacity, device: 'cpu' }))?.painting).toBe(plain.id);
    expect(await queue.claim({ ...capacity, device: 'cuda' })).toBeUndefined();
    expect((await queue.claim({ ...capacity, device: 'webgpu' }))?.painting).toBe(id);
    await database.query("update giverny.workers set device = 'cpu' where id = 'test'");
    await clear();
  });

  test('a lost lease writes nothing, and its painting is taken over once', async () => {
    const queue = new Queue(database, blobs);
    const capacity = { freeBytes: 9 * GB, totalBytes: 9 * GB, device: 'cpu' as const };
    const { id } = await created('ann');
    const first = await queue.claim(capacity);
    if (first?.painting !== id) throw new Error('Another painting was taken.');
    expect(await queue.keepState(first, new Uint8Array([1, 2, 3]))).toBe(true);
    await database.query("update giverny.paintings set lease_until = now() - interval '1 second' where id = $1", [id]);
    await Promise.all([sweepNow(database, blobs), sweepNow(database, blobs)]);
    const second = await queue.claim(capacity);
    expect(second).toMatchObject({ painting: id, attempt: 2 });
    const bytes = await blobs.bytes(database, second?.stateBlob as string);
    expect([...(bytes as Uint8Array)]).toEqual([1, 2, 3]);
    const finished = { mediaType: 'image/png', steps: 9, costs: null, seconds: 1 };
    expect(await queue.beat(first)).toBeUndefined();
    expect(await queue.keepState(first, new Uint8Array([9]))).toBe(false);
    expect(await queue.finish(first, { ...finished, bytes: new Uint8Array([1]) })).toBe(false);
    if (!second) return;
    expect(await queue.finish(second, { ...finished, bytes: new Uint8Array([2]) })).toBe(true);
    expect(await queue.finish(second, { ...finished, bytes: new Uint8Array([3]) })).toBe(false);
    const result = await request('ann', `/v1/paintings/${id}/result`);
    expect([...new Uint8Array(await result.arrayBuffer())]).toEqual([2]);
  });

  test('a state that another version wrote is given up, and its painting begins anew', async () => {
    const queue = new Queue(database, blobs);
    const { id } = await created('ann');
    const held = await queue.claim({ freeBytes: 9 * GB, totalBytes: 9 * GB, device: 'cpu' });
    if (held?.painting !== id) throw new Error('Another painting was taken.');
    await queue.keepState(held, new TextEncoder().encode('of another version'));
    await queue.release(held);
    const worker = startWorker({ database, blobs, maxMemory: 2 * GB, threads: 1, pollMs: 50, beatMs: 200 });
    await (await request('ann', `/v1/paintings/${id}/events`)).text();
    await worker.drain();
    expect(await viewOf('ann', id)).toMatchObject({ status: 'done', step: 3 });
    const [row] = await database.query('select attempt, failures from giverny.paintings where id = $1', [id]);
    expect(row).toEqual({ attempt: 3, failures: 0 });
    await clear();
  });

  test('is cancelled, paused, resumed and retried; deadlines pass', async () => {
    const { id } = await created('ann');
    const act = async (what: string) => {
      const response = await request('ann', `/v1/paintings/${id}/${what}`, { method: 'POST' });
      return response.ok ? ((await response.json()) as { status: string }).status : response.status;
    };
    const outcomes = [];
    for (const what of ['pause', 'resume', 'retry', 'cancel', 'cancel', 'pause', 'retry'])
      outcomes.push(await act(what));
    expect(outcomes).toEqual(['paused', 'queued', 'queued', 'cancelled', 'cancelled', 409, 'queued']);
    await database.query("update giverny.paintings set deadline = now() - interval '1 second' where id = $1", [id]);
    await sweepNow(database, blobs);
    expect(await viewOf('ann', id)).toMatchObject({ status: 'failed', error: { code: 'DEADLINE_PASSED' } });
  });

  test.each([
    ['no token', () => app.request('/v1/paintings'), 401, 'UNAUTHORIZED'],
    ['a forged token', () => request('nobody', '/v1/paintings'), 401, 'UNAUTHORIZED'],
    ['a scope that is missing', async () => order('eve', {}), 403, 'FORBIDDEN'],
    ['admin alone', () => request('ann', '/metrics'), 403, 'FORBIDDEN'],
    ["another's picture", async () => order('bob', await bodyFor('ann')), 404, 'NOT_FOUND'],
    [
      'a path as a start',
      async () => order('ann', await bodyFor('ann', { options: { init: '/etc/passwd' } })),
      400,
      'OPTION_INVALID',
    ],
    [
      'a path as a network',
      async () => order('ann', await bodyFor('ann', { network: '../x.safetensors' })),
      400,
      'OPTION_INVALID',
    ],
    [
      'a file of the folder as a network',
      async () => order('ann', await bodyFor('ann', { network: 'LICENSE' })),
      422,
      'NETWORK_UNKNOWN',
    ],
    [
      '16 bits in a format of 8',
      async () => order('ann', await bodyFor('ann', { format: 'webp', print: { bits: 16 } })),
      400,
      'OPTION_INVALID',
    ],
    [
      'a profile that is none of ours',
      async () => order('ann', await bodyFor('ann', { print: { profile: '/etc/passwd' } })),
      400,
      'OPTION_INVALID',
    ],
    [
      'an option out of range',
      async () => order('ann', await bodyFor('ann', { options: { size: 1 } })),
      400,
      'OPTION_INVALID',
    ],
    [
      'what is no JSON',
      () =>
        request('ann', '/v1/paintings', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }),
      400,
      'OPTION_INVALID',
    ],
    [
      'a malformed multipart body',
      () =>
        request('ann', '/v1/paintings', {
          method: 'POST',
          body: 'x',
          headers: { 'content-type': 'multipart/form-data; boundary=y' },
        }),
      400,
      'OPTION_INVALID',
    ],
    [
      'SVG',
      () =>
        request('ann', '/v1/pictures', {
          method: 'POST',
          body: '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
        }),
      415,
      'FORMAT_UNSUPPORTED',
    ],
    [
      'another site',
      () => request('ann', '/v1/paintings', { headers: { origin: 'https://example.org' } }),
      403,
      'FORBIDDEN',
    ],
    ['an unknown path', () => request('ann', '/v1/nothing'), 404, 'NOT_FOUND'],
  ])('refuses %s', async (_, ask, status, code) => {
    const response = await ask();
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ status, code })]);
  });
});
