/** What only a port shows: bytes that are no HTTP, and clients that are slow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, serve } from '#dist/service/serve.js';

let service: Service;
const folder = mkdtempSync(join(tmpdir(), 'giverny-port-'));

beforeAll(async () => {
  const patience = { headersMs: 1000, requestMs: 2000 };
  service = await serve({ folder, host: '127.0.0.1', port: 0, patience, worker: { jobs: 0 } });
});

afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const portOf = () => Number(new URL(service.url).port);

/** Sends bytes as they are; what comes back until the server closes the connection. */
function send(...parts: (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(), '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    );
    socket.on('close', () => resolve(answer));
    for (const part of parts) socket.write(part);
  });
}

const HOST = () => `Host: 127.0.0.1:${portOf()}\r\n`;
const CLOSE = 'Connection: close\r\n\r\n';
const GET = 'GET /v1/paintings HTTP/1.1\r\n';
const POST = 'POST /v1/pictures HTTP/1.1\r\n';

const refused: [string, () => (string | Uint8Array)[], number, string][] = [
  ['noise', () => [new Uint8Array(1000).fill(0xff)], 400, 'HTTP_INVALID'],
  ['TLS', () => [new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])], 400, 'HTTP_INVALID'],
  ['another version', () => ['GET / HTTP/9.9\r\n\r\n'], 400, 'HTTP_INVALID'],
  ['a header with a character 0', () => [`${GET}${HOST()}x: a\0b\r\n\r\n`], 400, 'HTTP_INVALID'],
  ['a header that is folded', () => [`${GET}${HOST()} x: y\r\n\r\n`], 400, 'HTTP_INVALID'],
  ['two lengths', () => [`${POST}${HOST()}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`], 400, 'HTTP_INVALID'],
  ['a length below 0', () => [`${POST}${HOST()}Content-Length: -1\r\n\r\n`], 400, 'HTTP_INVALID'],
  [
    'a length and chunks, as smugglers send',
    () => [`${POST}${HOST()}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`],
    400,
    'HTTP_INVALID',
  ],
  ['20 KB of headers', () => [`${GET}${HOST()}x: ${'y'.repeat(20_000)}\r\n\r\n`], 431, 'HEADERS_TOO_LARGE'],
  ['2000 headers', () => [`${GET}${HOST()}${'x: yyyyyyyyyyyyy\r\n'.repeat(2000)}\r\n`], 431, 'HEADERS_TOO_LARGE'],
  ['headers that never end', () => [`${GET}${HOST()}x: `], 408, 'TOO_SLOW'],
  ['a body that never ends', () => [`${POST}${HOST()}Content-Length: 999\r\n\r\nabc`], 408, 'TOO_SLOW'],
  ['no host', () => [`GET /v1/paintings HTTP/1.0\r\n${CLOSE}`], 421, 'MISDIRECTED'],
  ['the host of another name', () => [`${GET}Host: evil.example\r\n${CLOSE}`], 421, 'MISDIRECTED'],
  ['a host with another name in front', () => [`${GET}Host: 127.0.0.1.evil.example\r\n${CLOSE}`], 421, 'MISDIRECTED'],
  [
    'a whole address of another server',
    () => [`GET http://169.254.169.254/latest HTTP/1.1\r\nHost: 169.254.169.254\r\n${CLOSE}`],
    421,
    'MISDIRECTED',
  ],
  ['a tunnel', () => [`GET /..//..//etc/passwd HTTP/1.1\r\n${HOST()}${CLOSE}`], 404, 'NOT_FOUND'],
  [
    'a body of 65 MB',
    () => [`${POST}${HOST()}Content-Length: 68000000\r\n${CLOSE}`, new Uint8Array(1e6)],
    413,
    'TOO_LARGE',
  ],
];

describe('over a port', () => {
  test.each(refused)('refuses %s', async (_, bytes, status, code) => {
    const answer = await send(...bytes());
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const problem = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
    expect(problem).toMatchObject({ status, code, detail: expect.any(String) });
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
  });

  test('keeps an idle connection for longer than a proxy does', async () => {
    const answer = await send(`GET /health HTTP/1.1\r\n${HOST()}\r\n`, `GET /health HTTP/1.1\r\n${HOST()}${CLOSE}`);
    expect(Number(/^keep-alive: timeout=(\d+)/im.exec(answer)?.[1])).toBeGreaterThan(60);
  });

  test('answers others while a hundred clients send byte by byte', async () => {
    const slow = Array.from({ length: 100 }, () => send(`${GET}${HOST()}x`));
    const response = await fetch(new URL('/v1/paintings', service.url));
    expect(response.status).toBe(200);
    for (const answer of await Promise.all(slow)) expect(answer).toContain('TOO_SLOW');
  });
});
