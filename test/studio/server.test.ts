/** The server behind `giverny studio`. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StudioServer, serveStudio } from '../../src/node/studio-server.js';
import { MAIN } from '../cli/bench.js';

const folder = mkdtempSync(join(tmpdir(), 'giverny-server-'));
let server: StudioServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'page', 'assets', 'x.wasm'), 'wasm');
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
  options: { method?: string; host?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request(
      { hostname, port, path, method: options.method ?? 'GET', headers: { host: options.host ?? `127.0.0.1:${port}` } },
      (response) => {
        let body = '';
        response.on('data', (part) => (body += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
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

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/nothing', '/%', '/assets'])(
  'gives nothing at %s',
  async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: 'Nothing here.\n' });
  },
);

test('answers to its own name alone, and only reads', async () => {
  expect((await ask('/', { host: 'evil.example' })).status).toBe(421);
  expect((await ask('/', { method: 'POST' })).status).toBe(405);
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

test('giverny studio refuses a port that is none', async () => {
  const child = spawn(process.execPath, [MAIN, 'studio', '--port', 'http'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (data) => (text += data));
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
  expect(text).toBe('Expected a whole number from 0 to 65535 for --port but received "http".\n');
});
