/** The client against the service: without a port, and once over one. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, createClient, type PaintingEvent, ServiceError } from '#dist/client.js';
import { pngOf, type RunningService, runService } from '../support/service.js';

const OPTIONS = { size: 48, steps: 3, firstSize: 0 } as const;

let service: RunningService;
let client: Client;

beforeAll(async () => {
  service = await runService();
  client = createClient({ server: 'http://paint.test', fetch: service.fetch, patienceMs: 5000 });
});
afterAll(() => service.close());

const files = async () => ({
  content: await pngOf(1),
  styles: [{ picture: new File([await pngOf(2)], 'b.png') }],
  network: 'pocket',
  options: OPTIONS,
});

/** A fetch that does what a list says, request by request, and then asks the service. */
function answering(...outcomes: (() => Response | Promise<Response>)[]) {
  const asked: Request[] = [];
  const fetch = async (request: Request) => {
    asked.push(request.clone());
    const outcome = outcomes.shift();
    return outcome ? outcome() : service.fetch(request);
  };
  return { asked, fetch };
}
const lost = () => Promise.reject(new TypeError('fetch failed'));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );

describe('a painting', () => {
  test('is ordered, watched, waited for, listed and removed', async () => {
    const { id, status } = await client.create(await files());
    expect(status).toBe('queued');
    service.paint();
    const events: PaintingEvent[] = [];
    const done = await client.wait(id, { onEvent: (event) => events.push(event) });
    await service.stop();
    expect(done).toMatchObject({ id, status: 'done', width: 48, height: 36, step: 3 });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['status', 'step']));
    const steps = events.flatMap((event) => (event.type === 'step' ? [event.data] : []));
    expect(steps.at(-1)).toMatchObject({ scale: 0, scales: 1, secondsLeft: expect.any(Number) });
    const result = await client.result(id);
    expect([result.type, [...new Uint8Array(await result.slice(1, 4).arrayBuffer())]]).toEqual([
      'image/png',
      [80, 78, 71],
    ]);
    // A stream that goes on after the last event ends, though nothing comes any more.
    const rest: PaintingEvent[] = [];
    for await (const event of client.events(id, { after: events.at(-2)?.id })) rest.push(event);
    expect(rest).toEqual(events.slice(-1));
    await client.delete(id);
    expect(await codeOf(client.get(id))).toBe('NOT_FOUND');
  });

  test('of ids, and of pictures as Blob, File and bytes, is the same order', async () => {
    const picture = await client.upload(new File([await pngOf(1)], 'a.png'));
    expect(picture).toMatchObject({ name: 'a.png', width: 64, height: 48 });
    for (const content of [picture.id, new Blob([await pngOf(1)]), await pngOf(1)]) {
      const { id, width } = await client.create({ ...(await files()), content });
      expect(width).toBe(48);
      expect((await client.cancel(id)).status).toBe('cancelled');
    }
  });

  test('pauses, goes on, is cancelled and queued again', async () => {
    const { id } = await client.create(await files());
    const statuses = [];
    for (const change of ['pause', 'resume', 'cancel', 'retry', 'cancel'] as const) {
      statuses.push((await client[change](id)).status);
    }
    expect(statuses).toEqual(['paused', 'queued', 'cancelled', 'queued', 'cancelled']);
    expect(await codeOf(client.wait(id))).toBe('PAINTING_CANCELLED');
    expect(await codeOf(client.pause(id))).toBe('CONFLICT');
    expect(await codeOf(client.result(id))).toBe('NOT_FOUND');
  });

  test('list goes through all pages', async () => {
    const before = [];
    for await (const { id } of client.list({ limit: 100 })) before.push(id);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await client.create(await files())).id);
    const found = [];
    for await (const { id } of client.list({ limit: 2 })) found.push(id);
    expect(found).toEqual([...made.reverse(), ...before]);
    for (const id of made) await client.cancel(id);
  });
});

describe('what goes wrong', () => {
  test('an answer that is lost never paints twice', async () => {
    // The service hears the first request, and its answer never comes.
    const { asked, fetch } = answering();
    let isFirst = true;
    const losing = async (request: Request) => {
      const response = await fetch(request);
      if (!isFirst) return response;
      isFirst = false;
      return lost();
    };
    const { id } = await new Client({ server: 'http://paint.test', fetch: losing }).create(await files());
    const keys = asked.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    const queued = [];
    for await (const painting of client.list({ status: 'queued' })) queued.push(painting.id);
    expect(queued).toEqual([id]);
    await client.cancel(id);
  });

  test('busy, not ready and lost connections are tried again; Retry-After is kept', async () => {
    const busy = (status: number, seconds?: string) => () =>
      new Response('', { status, headers: seconds ? { 'retry-after': seconds } : {} });
    const { asked, fetch } = answering(busy(429, '1'), busy(503), lost);
    const began = performance.now();
    await new Client({ server: 'http://paint.test', fetch }).networks();
    expect(asked).toHaveLength(4);
    expect(performance.now() - began).toBeGreaterThan(1000);
  });

  test('a refusal is not', async () => {
    const { asked, fetch } = answering();
    const error = await new Client({ server: 'http://paint.test', fetch })
      .create({ ...(await files()), options: { size: 1 } as never })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', status: 400, kind: 'usage' });
    expect((error as Error).message).toMatch(/^Expected a long side from 32/);
    expect(asked).toHaveLength(1);
  });

  test('patience ends, and a signal ends it at once', async () => {
    const away = new Client({ server: 'http://paint.test', fetch: lost, patienceMs: 100 });
    expect(await codeOf(away.networks())).toBe('SERVER_UNREACHABLE');
    const signal = AbortSignal.timeout(50);
    const patient = new Client({ server: 'http://paint.test', fetch: lost, patienceMs: 60_000 });
    expect(await codeOf(patient.networks({ signal }))).toMatch(/TimeoutError/);
  });

  test.each([
    ['ftp://x', 'SERVER_UNKNOWN'],
    ['nonsense', 'SERVER_UNKNOWN'],
    ['http://ann:secret@x', 'SERVER_UNKNOWN'],
  ])('%s is no server', (server, code) => {
    expect(() => createClient({ server })).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    [() => new Response('<h1>Hi'), 'SERVER_UNKNOWN'],
    [() => new Response('', { status: 302, headers: { location: 'http://evil.test' } }), 'SERVER_UNKNOWN'],
    [() => Response.json({ giverny: '9.0.0', api: 9, needsToken: false }), 'SERVER_VERSION'],
  ])('another server is told apart', async (answer, code) => {
    const { fetch } = answering(answer);
    expect(await codeOf(new Client({ server: 'http://paint.test', fetch }).server())).toBe(code);
  });

  test('an error never holds the token, and nothing of a token goes to another server', async () => {
    const broken = new Client({ server: 'http://paint.test', fetch: service.fetch, token: 'giverny_secret\n' });
    const error = await broken.networks().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(String(error)).not.toContain('secret');
  });

  test('what a server says is escaped', async () => {
    const { fetch } = answering(() =>
      Response.json(
        { code: 'BAD', detail: 'Expected \u001b[31m red.' },
        { status: 400, headers: { 'content-type': 'application/problem+json' } },
      ),
    );
    const error = await new Client({ server: 'http://paint.test', fetch }).networks().catch((thrown: Error) => thrown);
    expect((error as Error).message).toBe('Expected \\x1b[31m red.');
  });
});

test('a stream that breaks after each event is put together again, without a gap or a repetition', async () => {
  const { id } = await client.create(await files());
  await client.pause(id);
  await client.resume(id);
  await client.cancel(id);
  const asked: (string | null)[] = [];
  const fetch = async (request: Request) => {
    const response = await service.fetch(request);
    if (!request.url.endsWith('/events')) return response;
    asked.push(request.headers.get('last-event-id'));
    const text = await response.text();
    // The first event, and half of the next.
    const end = text.indexOf('\n\n') + 2;
    return new Response(text.slice(0, end + 10));
  };
  const events: PaintingEvent[] = [];
  const breaking = new Client({ server: 'http://paint.test', fetch, patienceMs: 3000 });
  for await (const event of breaking.events(id)) {
    events.push(event);
    if (events.length === 4) break;
  }
  expect(events.map(({ data }) => 'status' in data && data.status)).toEqual([
    'queued',
    'paused',
    'queued',
    'cancelled',
  ]);
  expect(asked).toEqual([null, ...events.slice(0, -1).map(({ id: seq }) => seq)].slice(0, asked.length));
});

test('over a port, through a connection that is cut on the way', async () => {
  const server = serve({ fetch: (request) => service.fetch(request), port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const remote = createClient({ server: url });
  expect(await remote.server()).toMatchObject({ api: 1, needsToken: false });
  const { id } = await remote.create(await files());
  service.paint();
  let cut = false;
  const statuses: string[] = [];
  for await (const event of remote.events(id)) {
    if (event.type === 'status') statuses.push(event.data.status);
    if (!cut) (server as ReturnType<typeof createServer>).closeAllConnections();
    cut = true;
  }
  await service.stop();
  expect(statuses).toEqual(['queued', 'painting', 'done']);
  expect((await remote.result(id)).size).toBeGreaterThan(500);
  server.close();
});

test('the example says in one line why it cannot paint', async () => {
  const program = fileURLToPath(new URL('../../examples/client/paint.mjs', import.meta.url));
  const answering = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve));
  const env = { ...process.env, GIVERNY_SERVER: `http://127.0.0.1:${(answering.address() as AddressInfo).port}` };
  const pictures = ['examples/styles/ink.jpg', 'examples/styles/dots.jpg', 'none.png'];
  const { stderr } = await promisify(execFile)(process.execPath, [program, ...pictures], { env }).catch((e) => e);
  answering.close();
  expect(stderr).toMatch(/^SERVER_UNKNOWN: Expected a server of Giverny at .*\n$/);
});

test('runs in browsers: nothing of Node is imported', () => {
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(new URL(path, import.meta.url), 'utf8');
    for (const [, from] of text.matchAll(/(?:import|export)[^;]*?from '([^']+)'/g)) {
      if (from?.startsWith('.')) visit(new URL(from, new URL(path, import.meta.url)).href);
      else expect(['eventsource-parser/stream']).toContain(from);
    }
  };
  visit('../../dist/client.js');
  expect(seen.size).toBeGreaterThan(4);
});
