/** Hostile requests and files: each is refused for what it is, and nothing of the server or of others comes out. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderPlace } from '#dist/service/store/places/folder.js';
import { createToken } from '#dist/service/trust/tokens.js';
import { DATABASES } from '../support/databases.js';
import { collectGarbage } from '../support/garbage.js';
import { type TestApp, testApp } from '../support/service.js';
import type { Hostile, Known } from './hostile/case.js';
import { ORDERS } from './hostile/orders.js';
import { PICTURES } from './hostile/pictures.js';
import { REQUESTS } from './hostile/requests.js';

const ALL: readonly Hostile[] = [...REQUESTS, ...ORDERS, ...PICTURES];

/** What bob alone may see. */
const SECRETS = ['bobs-holiday', 'the bytes of his result'];
/** What nobody may see: of this machine, its files and its programs. */
const INNER = [
  /root:.*:0:0/,
  /node_modules|\.js:\d+|\bat .+:\d+:\d+/,
  /\b(select|insert|update) .* (from|into|set)\b/i,
];

describe.each(DATABASES)('on $name', ({ name, open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let service: TestApp;
  let known: Known;
  const folder = mkdtempSync(join(tmpdir(), 'giverny-blobs-'));

  beforeAll(async () => {
    opened = await open();
    // One database keeps the bytes itself, the other has them in a folder.
    service = await testApp(opened.place, {
      rate: { perSecond: 1e6, burst: 1e6 },
      ...(name === 'PGlite' ? {} : { blobPlace: folderPlace(folder) }),
    });
    const { database, queue } = service;
    const gone = await createToken(database, { owner: 'ann', scopes: ['read'] });
    await database.query('update giverny.tokens set revoked_at = now() where id = $1', [gone.split('_')[1]]);
    const hisPicture = await service.upload('bob', 1, 'bobs-holiday.png');
    const hisPainting = await service.order('bob', [hisPicture, hisPicture]);
    const lease = await queue.claim({ freeBytes: 9e9, totalBytes: 9e9, device: 'cpu' });
    if (lease?.painting !== hisPainting) throw new Error('Another painting was taken.');
    const bytes = new TextEncoder().encode('the bytes of his result');
    await queue.finish(lease, { bytes, mediaType: 'image/png', steps: 3, costs: null, seconds: 1 });
    const [row] = await database.query<{ result: string }>(
      'select result_blob as result from giverny.paintings where id = $1',
      [hisPainting],
    );
    const picture = await service.upload('ann', 2);
    known = {
      picture,
      painting: await service.order('ann', [picture, picture]),
      hisPicture,
      hisPainting,
      hisResult: row?.result as string,
      tokens: { ...service.tokens, gone },
    };
  });

  afterAll(async () => {
    await service.close();
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  async function send({ path, method = 'GET', headers, body, ...hostile }: Hostile): Promise<Response> {
    const owner = 'as' in hostile ? hostile.as : 'ann';
    return service.app.request(typeof path === 'string' ? path : path(known), {
      method,
      body: typeof body === 'function' ? await body(known) : (body ?? null),
      headers: {
        ...(owner === undefined ? {} : { authorization: `Bearer ${known.tokens[owner]}` }),
        ...(typeof headers === 'function' ? headers(known) : headers),
      },
    });
  }

  const his = async () => [
    await service.database.query("select * from giverny.paintings where owner = 'bob'"),
    await service.database.query("select * from giverny.blobs where owner = 'bob' order by id"),
  ];

  test('there are at least 150 of them, each called differently', () => {
    expect(new Set(ALL.map((hostile) => hostile.name)).size).toBe(ALL.length);
    expect(ALL.length).toBeGreaterThanOrEqual(150);
  });

  test.each(ALL)('$name', async (hostile) => {
    const before = await his();
    const response = await send(hostile);
    const text = await response.text();
    const told = `${text}\n${JSON.stringify([...response.headers])}`;
    expect(`${response.status} ${response.status < 400 ? '' : text}`).toContain(String(hostile.status));
    expect(response.status).toBe(hostile.status);
    if (hostile.status >= 400) {
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const problem = JSON.parse(text);
      expect(problem).toMatchObject({ status: hostile.status, code: hostile.code, detail: expect.any(String) });
      expect(problem.detail.length).toBeLessThan(1500);
      // One sentence that any terminal shows.
      expect(problem.detail).toMatch(/^[A-Z][^\p{Cc}\p{Cs}]*\.$/u);
    }
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('set-cookie')).toBeNull();
    for (const secret of [...SECRETS, process.cwd(), tmpdir()]) expect(told).not.toContain(secret);
    if (hostile.status >= 400) for (const inner of INNER) expect(told).not.toMatch(inner);
    expect(await his()).toEqual(before);
  });

  test('a flood of streams is bounded for each owner, and room comes back when they end', async () => {
    const watch = () => service.ask('ann', `/v1/paintings/${known.painting}/events`);
    const streams = await Promise.all(Array.from({ length: 100 }, watch));
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    expect((await watch()).status).toBe(429);
    const own = await service.ask('bob', `/v1/paintings/${known.hisPainting}/events`);
    expect(await own.text()).toContain('"status":"done"');
    for (const stream of streams) {
      const reader = stream.body?.getReader();
      expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('"status":"queued"');
      await reader?.cancel();
    }
    await expect.poll(async () => (await watch()).status).toBe(200);
  });

  test('no file lies outside its place, none is called as a client called it', () => {
    const files = readdirSync(folder, { recursive: true }) as string[];
    expect(files.length > 0).toBe(name !== 'PGlite');
    for (const file of files) expect(file).toMatch(/^[0-9a-f]{2}([/\\][0-9a-f-]{36})?$/);
    expect(readdirSync(tmpdir()).filter((found) => /passwd|win\.ini|\.exe|^\.\./.test(found))).toEqual([]);
  });

  test('nothing of them stays in memory', async () => {
    const small = ALL.filter(({ name }) => !/million|more than any body|bomb/.test(name));
    const round = async () => {
      for (const hostile of small) await (await send(hostile)).arrayBuffer();
      return (await collectGarbage()) + process.memoryUsage().arrayBuffers;
    };
    await round();
    const before = await round();
    const after = await round();
    expect(after - before).toBeLessThan(10e6);
  });
});
