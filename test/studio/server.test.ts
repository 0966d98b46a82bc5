/** The server behind `giverny studio`. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StudioServer, serveStudio } from '../../src/node/studio-server.js';
import { MAIN } from '../cli/bench.js';

const SCRIPT = 'console.log(1);\n'.repeat(100);
const folder = mkdtempSync(join(tmpdir(), 'giverny-server-'));
let server: StudioServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'page', 'assets', 'x.wasm'), 'wasm');
  writeFileSync(join(folder, 'page', 'assets', 'x.js'), SCRIPT);
  writeFileSync(join(folder, 'page', 'assets', 'x.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(folder, 'page', 'assets', 'x.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(
    join(folder, 'page', 'learn.html'),
    `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;">`,
  );
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  server = await serveStudio({ folder: join(folder, 'page') });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** fetch() would tidy the path, and set its own Host. */
function ask(
  path: string,
  options: { method?: string; host?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string; bytes: Buffer }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request(
      {
        hostname,
        port,
        path,
        method: options.method ?? 'GET',
        headers: { ...options.headers, host: options.host ?? `127.0.0.1:${port}` },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const bytes = Buffer.concat(parts);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString(), bytes });
        });
      },
    )
      .on('error', reject)
      .end();
  });
}

test('serves the page with the headers that threads need', async () => {
  const { status, headers, body } = await ask('/?x=1');
  expect(status).toBe(200);
  expect(body).toBe('<!doctype html>');
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
  const asset = await ask('/assets/x.wasm');
  expect(asset.headers).toMatchObject({ 'content-type': 'application/wasm' });
  expect(asset.headers['cache-control']).toContain('immutable');
  expect((await ask('/', { method: 'HEAD' })).body).toBe('');
});

test('sends what the build compressed to those who take it', async () => {
  const as = (accepted: string) => ask('/assets/x.js', { headers: { 'accept-encoding': accepted } });
  const brotli = await as('gzip, deflate, br;q=0.5');
  expect(brotli.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': String(brotli.bytes.length),
    vary: 'accept-encoding',
  });
  expect(brotliDecompressSync(brotli.bytes).toString()).toBe(SCRIPT);
  const gzip = await as('gzip, br;q=0');
  expect(gzip.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(gzip.bytes).toString()).toBe(SCRIPT);
  const plain = await as('identity');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain).toMatchObject({ body: SCRIPT, headers: { 'content-length': String(SCRIPT.length) } });
  expect(new Set([brotli, gzip, plain].map(({ headers }) => headers.etag)).size).toBe(3);
  // What lies beside a file is part of it, and no file of its own.
  expect((await ask('/assets/x.js.br')).status).toBe(404);
});

test('does not send what was compressed of an older file', async () => {
  const path = join(folder, 'page', 'assets', 'y.js');
  writeFileSync(`${path}.br`, brotliCompressSync('old'));
  utimesSync(`${path}.br`, 1, 1);
  writeFileSync(path, 'new');
  const other = await serveStudio({ folder: join(folder, 'page') });
  const answer = await fetch(`${other.url}assets/y.js`);
  expect(answer.headers.get('content-encoding')).toBeNull();
  expect(await answer.text()).toBe('new');
  await other.close();
});

test('does not send again what the client has', async () => {
  const { etag } = (await ask('/')).headers as { etag: string };
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await ask('/', { headers: { 'if-none-match': tag } });
    expect(again).toMatchObject({ status: 304, body: '', headers: { etag, 'cache-control': 'no-cache' } });
  }
  expect((await ask('/', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  // Installed packages have the same date for all versions: content counts.
  const path = join(folder, 'page', 'index.html');
  const { atime, mtime } = statSync(path);
  writeFileSync(path, '<!DOCTYPE html>');
  utimesSync(path, atime, mtime);
  const other = await serveStudio({ folder: join(folder, 'page') });
  expect((await fetch(other.url)).headers.get('etag')).not.toBe(etag);
  await other.close();
  writeFileSync(path, '<!doctype html>');
});

test('sends a part where one is asked for', async () => {
  const part = (range: string, more = {}) =>
    ask('/assets/x.js', { headers: { range, 'accept-encoding': 'br', ...more } });
  const size = SCRIPT.length;
  const middle = await part('bytes=8-11');
  expect(middle).toMatchObject({
    status: 206,
    body: SCRIPT.slice(8, 12),
    headers: { 'content-range': `bytes 8-11/${size}`, 'content-length': '4' },
  });
  expect(middle.headers['content-encoding']).toBeUndefined();
  expect(await part('bytes=-3')).toMatchObject({ status: 206, body: SCRIPT.slice(-3) });
  expect(await part(`bytes=${size - 2}-`)).toMatchObject({ status: 206, body: SCRIPT.slice(-2) });
  expect(await part(`bytes=10-${size + 10}`)).toMatchObject({ status: 206, body: SCRIPT.slice(10) });
  expect(await part(`bytes=${size}-`)).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${size}` } });
  expect(await part('bytes=-0')).toMatchObject({ status: 416 });
  for (const ignored of ['bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=0-1,4-5']) {
    expect(await part(ignored)).toMatchObject({ status: 200, body: SCRIPT });
  }
  const { etag } = middle.headers as { etag: string };
  expect((await part('bytes=0-3', { 'if-range': etag })).status).toBe(206);
  expect(await part('bytes=0-3', { 'if-range': '"other"' })).toMatchObject({ status: 200, body: SCRIPT });
});

test("sends a page's own policy as a header, and who may frame it", async () => {
  const { headers } = await ask('/learn.html');
  expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
});

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/nothing', '/%', '/assets'])(
  'gives nothing at %s',
  async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: 'Nothing here.\n' });
  },
);

test('answers to its own name alone, and only reads', async () => {
  expect((await ask('/', { host: 'evil.example' })).status).toBe(421);
  expect(await ask('/', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

test('a port that is taken, and a page that is not built, are said in a sentence', async () => {
  const port = Number(new URL(server.url).port);
  await expect(serveStudio({ folder: join(folder, 'page'), port })).rejects.toThrow(
    `Expected a free port for port but received ${port}.`,
  );
  await expect(serveStudio({ folder: join(folder, 'none') })).rejects.toThrow('npm run studio:build makes it');
});

test('giverny studio serves until Ctrl-C, and leaves with 0', async () => {
  const child = spawn(process.execPath, [MAIN, 'studio', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  const { type, url } = JSON.parse(line) as { type: string; url: string };
  expect(type).toBe('start');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(await (await fetch(url)).text()).toContain('<title>Giverny</title>');
  const last = new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(JSON.parse(await last)).toEqual({ type: 'stopped', signal: 'SIGINT', exitCode: 0 });
  await expect(fetch(url)).rejects.toThrow();
});

test('giverny studio takes a free port where its usual one is taken', async () => {
  const usual = await serveStudio({ port: 4630 }).catch(() => undefined);
  const child = spawn(process.execPath, [MAIN, 'studio', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  child.kill('SIGINT');
  expect(new URL((JSON.parse(line) as { url: string }).url).port).not.toBe('4630');
  await usual?.close();
});

test('giverny studio refuses a port that is none', async () => {
  const child = spawn(process.execPath, [MAIN, 'studio', '--port', 'http'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (data) => (text += data));
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
  expect(text).toBe('Expected a whole number from 0 to 65535 for --port but received "http".\n');
});
