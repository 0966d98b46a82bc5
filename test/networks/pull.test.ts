import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ErrorCode, GivernyError } from '../../src/core/errors.js';
import type { Tensor } from '../../src/core/graph/tensor.js';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import { vggTable } from '../../src/core/networks/network.js';
import type { RegistryEntry, Source } from '../../src/core/networks/registry.js';
import { listNetworks, openNetwork } from '../../src/node/networks/open.js';
import { pullNetwork } from '../../src/node/networks/pull.js';
import { MAIN } from '../cli/bench.js';
import { type Behaviour, breaking, good, type HostileServer, serve } from './hostile.js';
import { smallTensors, WIDTHS } from './small.js';

const FILE = writeSafetensors(smallTensors());
const KEY = createHash('sha256').update(FILE).digest('hex').slice(0, 16);
const OTHER = FILE.map((byte, i) => (i > 1000 ? byte ^ 1 : byte));
const QUICK = { stallMs: 300, retryMs: 1, pollMs: 10 };

const disk = vi.hoisted(() => ({ roomBytes: Number.POSITIVE_INFINITY }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const file = await real.open(...args);
      const write = async (bytes: Uint8Array) => {
        disk.roomBytes -= bytes.length;
        if (disk.roomBytes < 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
        await real.appendFile(args[0] as string, bytes);
      };
      return Object.assign(file, { appendFile: write, writeFile: write });
    },
  };
});

let cache = '';
let server: HostileServer | undefined;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'giverny-cache-'));
  process.env.GIVERNY_CACHE = cache;
  disk.roomBytes = Number.POSITIVE_INFINITY;
});
afterEach(async () => {
  transcribe();
  for (const name of ['GIVERNY_CACHE', 'HTTP_PROXY', 'NO_PROXY']) delete process.env[name];
  await server?.close();
  server = undefined;
  rmSync(cache, { recursive: true });
});

function entry(urls: string[], source: Partial<Source> = {}): RegistryEntry {
  const sha256 = createHash('sha256').update(FILE).digest('hex');
  return {
    name: 'small',
    title: 'Small',
    licence: 'CC0',
    attribution: 'nobody',
    training: 'none',
    input: 'RGB',
    convolutions: vggTable(WIDTHS),
    sources: [{ format: 'safetensors', urls, sizeBytes: FILE.length, sha256, ...source }],
  };
}

/** Serves each behaviour as a mirror, in order, and pulls. */
async function pullFrom(...mirrors: Behaviour[]) {
  server = await serve(Object.fromEntries(mirrors.map((behaviour, i) => [`/${i + 1}`, behaviour])));
  const { url } = server;
  return pullNetwork(entry(mirrors.map((_, i) => `${url}/${i + 1}`)), QUICK);
}

const RANDOM = /[0-9a-f-]{36}/g;
const left = () => readdirSync(path.join(cache, 'networks')).sort();

const transcript: string[] = [];
/** What the server was asked so far, and what came of it. */
function note(outcome: string) {
  const asked = server?.log.length ? server.log.map((line) => `GET ${line}`).join(', ') : 'nothing asked';
  const folder = path.join(cache, 'networks');
  const files = existsSync(folder) ? left().map((name) => name.replace(KEY, '<hash>').replace(RANDOM, '<random>')) : [];
  transcript.push(asked, `  ${outcome}`, `  cache: ${files.join(', ') || 'empty'}`);
}

/** With $GIVERNY_TRANSCRIPT, that file gets the story of each test; docs/pull-transcript.md shows it. */
function transcribe() {
  const file = process.env.GIVERNY_TRANSCRIPT;
  const story = transcript
    .splice(0)
    .join('\n')
    .replaceAll(cache, '...')
    .replaceAll(KEY, '<hash>')
    .replace(RANDOM, '<random>')
    .replace(/(127\.0\.0\.1):\d{4,}/g, '$1');
  if (file && story) appendFileSync(file, `# ${expect.getState().currentTestName}\n${story}\n\n`);
}

/** The network is there, as published, and nothing else. */
async function expectPulled() {
  expect(left()).toEqual(['small.safetensors']);
  const network = await openNetwork('small');
  expect(network.origin).toBe('cache');
  for (const [name, { data }] of Object.entries(smallTensors())) expect(network.tensors[name]?.data).toEqual(data);
  expect(network.metadata).toMatchObject({ name: 'small', hash: network.hash, licence: 'CC0' });
  note('The network is whole.');
}

async function expectRefused(pulled: Promise<unknown>, code: ErrorCode, sentence: RegExp) {
  const error = await pulled.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GivernyError);
  expect((error as GivernyError).message).toMatch(sentence);
  expect((error as GivernyError).code).toBe(code);
  note(`${code}: ${(error as GivernyError).message}`);
}

test('a good server', async () => {
  await pullFrom(good(FILE));
  await expectPulled();
});

test('a connection that breaks is resumed where it broke', async () => {
  await pullFrom(breaking(FILE, 700, 2));
  await expectPulled();
  expect(server?.log).toEqual(['/1', '/1 bytes=700-', '/1 bytes=1400-']);
});

test('a connection that breaks before any byte is tried again, not for ever', async () => {
  const unwilling =
    (times: number): Behaviour =>
    (request, response, visit) =>
      visit > times ? good(FILE)(request, response, visit) : request.socket.destroy();
  await pullFrom(unwilling(3));
  await expectPulled();
  await server?.close();
  await expectRefused(pullFrom(unwilling(99)), 'DOWNLOAD_FAILED', /broke the connection\.$/);
  expect(server?.log).toHaveLength(8);
});

test('some megabytes, faster than they can be written', async () => {
  const large = writeSafetensors({ extra: { shape: [2e6], data: new Float32Array(2e6) }, ...smallTensors() });
  const sha256 = createHash('sha256').update(large).digest('hex');
  server = await serve({ '/1': breaking(large, 5e6, 1) });
  await pullNetwork(entry([`${server.url}/1`], { sizeBytes: large.length, sha256 }), QUICK);
  await expectPulled();
});

test('what a failed pull received is kept for the next, which may use another mirror', async () => {
  const stubborn: Behaviour = (request, response, visit) =>
    visit === 1 ? breaking(FILE, 700)(request, response, visit) : response.writeHead(503).end();
  await expectRefused(pullFrom(stubborn), 'DOWNLOAD_FAILED', /127\.0\.0\.1:\d+ answers with status 503\.$/);
  expect(left()).toEqual([`${KEY}.part`]);
  await server?.close();
  await pullFrom(good(FILE));
  expect(server?.log).toEqual(['/1 bytes=700-']);
  await expectPulled();
});

/** Puts a file into the cache's folder as another process left it, last touched so many seconds ago. */
function leave(name: string, bytes: Uint8Array, ageSeconds: number): string {
  mkdirSync(path.join(cache, 'networks'), { recursive: true });
  const file = path.join(cache, 'networks', name);
  writeFileSync(file, bytes);
  const touched = Date.now() / 1000 - ageSeconds;
  utimesSync(file, touched, touched);
  return name;
}

test('parts of killed processes are taken over, the largest; that of a living one is left alone', async () => {
  const living = leave(`${KEY}.${randomUUID()}.part`, FILE.subarray(0, 1700), 10);
  leave(`${KEY}.${randomUUID()}.part`, FILE.subarray(0, 1500), 100);
  leave(`${KEY}.${randomUUID()}.part`, FILE.subarray(0, 900), 100);
  await pullFrom(good(FILE));
  expect(server?.log).toEqual(['/1 bytes=1500-']);
  expect(left()).toEqual([living, 'small.safetensors']);
  note('The network is whole.');
});

test.skipIf(process.platform === 'win32')('a process that wakes after its part was taken spoils nothing', async () => {
  const name = leave(`${KEY}.${randomUUID()}.part`, FILE.subarray(0, 1500), 0);
  const asleep = openSync(path.join(cache, 'networks', name), 'a');
  leave(name, FILE.subarray(0, 1500), 100);
  await pullFrom((request, response, visit) => {
    writeSync(asleep, new Uint8Array(700));
    good(FILE)(request, response, visit);
  });
  closeSync(asleep);
  expect(server?.log).toEqual(['/1 bytes=1500-']);
  await expectPulled();
});

test('while another container pulls, a pull waits, and takes what that one got', async () => {
  await pullFrom(good(FILE));
  const network = readFileSync(path.join(cache, 'networks', 'small.safetensors'));
  for (const before of ['nothing', 'an older network']) {
    const lock = path.join(cache, 'networks', leave(`small.${randomUUID()}.lock`, new Uint8Array(), 0));
    if (before === 'nothing') rmSync(path.join(cache, 'networks', 'small.safetensors'));
    const one = entry([`${server?.url}/2`]);
    await pullNetwork(one, {
      ...QUICK,
      onWait: () => {
        leave('small.safetensors', network, -5);
        rmSync(lock);
      },
    });
    expect(server?.log).toEqual(['/1']);
    await expectPulled();
  }
});

test('the lock of a pull that was killed is taken over, and its part', async () => {
  leave(`small.${randomUUID()}.lock`, new Uint8Array(), 31);
  // The last bytes may have come just after the lock was touched for the last time.
  leave(`${KEY}.${randomUUID()}.part`, FILE.subarray(0, 1500), 29);
  // A network may have a name that begins with another's.
  const living = leave(`small.x.${randomUUID()}.lock`, new Uint8Array(), 0);
  await pullFrom(good(FILE));
  expect(server?.log).toEqual(['/1 bytes=1500-']);
  expect(left()).toEqual(['small.safetensors', living]);
});

test('what nobody will come back for is swept; the rest stays', async () => {
  const hour = 3600;
  const week = 7 * 24 * hour;
  leave(`0123456789abcdef.${randomUUID()}.part`, FILE, week + 60);
  leave('0123456789abcde0.part', FILE, week + 60);
  leave('.giverny-00112233445566778899aabbccddeeff-01234567.tmp', FILE, hour + 60);
  const kept = [
    leave(`0123456789abcde1.${randomUUID()}.part`, FILE, week - 60),
    leave('.giverny-00112233445566778899aabbccddeeff-89abcdef.tmp', FILE, hour - 60),
    leave('.giverny-notes.tmp', FILE, week),
  ];
  await pullFrom(good(FILE));
  expect(left()).toEqual([...kept, 'small.safetensors'].sort());
});

test('a part with wrong bytes costs one download, not the network', async () => {
  mkdirSync(path.join(cache, 'networks'));
  writeFileSync(path.join(cache, 'networks', `${KEY}.part`), new Uint8Array(500));
  await pullFrom(good(FILE));
  expect(server?.log).toEqual(['/1 bytes=500-', '/1']);
  await expectPulled();
});

test('a server that knows no ranges begins again', async () => {
  const wholeOnly: Behaviour = (request, response, visit) =>
    visit === 1 ? breaking(FILE, 700)(request, response, visit) : response.writeHead(200).end(FILE);
  await pullFrom(wholeOnly);
  expect(server?.log).toEqual(['/1', '/1 bytes=700-']);
  await expectPulled();
});

test('404, a wrong length, other bytes and another part lead to the next mirror', async () => {
  const notFound: Behaviour = (_, response) => response.writeHead(404).end();
  const wrongPart: Behaviour = (_, response) =>
    response.writeHead(206, { 'content-range': `bytes 5-9/${FILE.length}` }).end('12345');
  await pullFrom(notFound, good(FILE.subarray(0, 2000)), good(OTHER), wrongPart, good(FILE));
  expect(server?.log).toEqual(['/1', '/2', '/3', '/4', '/5']);
  await expectPulled();
});

test('a lying server leaves nothing behind', async () => {
  await expectRefused(pullFrom(good(OTHER)), 'DOWNLOAD_CORRUPT', /sent other bytes than published\.$/);
  expect(left()).toEqual([]);
});

test('a server that sends too much or, without saying so, too little', async () => {
  const tooMuch: Behaviour = (_, response) => void response.writeHead(200).end(Buffer.concat([FILE, FILE]));
  await expectRefused(pullFrom(tooMuch), 'DOWNLOAD_FAILED', /sends more bytes than it should/);
  expect(left()).toEqual([]);
  await server?.close();
  const tooLittle: Behaviour = (_, response) => void response.writeHead(200).end(FILE.subarray(0, 900));
  await expectRefused(pullFrom(tooLittle), 'DOWNLOAD_FAILED', /broke off after 900 bytes/);
});

test('a server that falls silent, before or amid the answer', async () => {
  const silent: Behaviour = () => {};
  const stalled: Behaviour = (_, response) => {
    response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 10));
  };
  await expectRefused(pullFrom(silent), 'DOWNLOAD_FAILED', /fell silent for 0\.3 s\.$/);
  await server?.close();
  await expectRefused(pullFrom(stalled), 'DOWNLOAD_FAILED', /fell silent for 0\.3 s\.$/);
});

test('redirects are followed, but not for ever', async () => {
  const to =
    (location: string): Behaviour =>
    (_, response) =>
      response.writeHead(302, { location }).end();
  await pullFrom(to('/2'), good(FILE));
  await expectPulled();
  await server?.close();
  await expectRefused(pullFrom(to('/1')), 'DOWNLOAD_FAILED', /redirects without end\.$/);
});

test('a server that is not there', async () => {
  const pulled = pullNetwork(entry(['http://127.0.0.1:9/small']), QUICK);
  await expectRefused(pulled, 'DOWNLOAD_FAILED', /127\.0\.0\.1:9 (refuses connections|failed)/);
});

test('a file of another network', async () => {
  server = await serve({ '/1': good(FILE) });
  const other = { ...entry([`${server.url}/1`]), convolutions: vggTable([[4, 4]]) };
  await expectRefused(
    pullNetwork(other, QUICK),
    'NETWORK_TENSOR',
    /Expected the layers of Small but found conv1_1 4, conv1_2 5/,
  );
  expect(left()).toEqual([]);
});

test('a full disk leaves nothing behind: before, while downloading and while writing', async () => {
  mkdirSync(path.join(cache, 'networks'));
  const trialBytes = 4096;
  const asked = [];
  for (const roomBytes of [1000, trialBytes + 1000, trialBytes + FILE.length + 1000]) {
    disk.roomBytes = roomBytes;
    await expectRefused(pullFrom(good(FILE)), 'DISK_FULL', /^Expected room to write ".*" but the disk is full\.$/);
    expect(left()).toEqual([]);
    asked.push(server?.log.length);
    await server?.close();
  }
  expect(asked).toEqual([0, 1, 1]);
});

test('two pulls at once make one download', async () => {
  server = await serve({ '/1': breaking(FILE, 700, 3) });
  const one = entry([`${server.url}/1`]);
  await Promise.all([pullNetwork(one, QUICK), pullNetwork(one, QUICK)]);
  expect(server.log).toEqual(['/1', '/1 bytes=700-', '/1 bytes=1400-', '/1 bytes=2100-']);
  await expectPulled();
});

test.each(['file', 'file/deeper'])('a cache that is a file: %s', async (name) => {
  writeFileSync(path.join(cache, 'file'), '');
  process.env.GIVERNY_CACHE = path.join(cache, name);
  await expect(pullFrom(good(FILE))).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    message: expect.stringMatching(/^Expected to write ".*small\.safetensors" but a part of its path is a file\.$/),
  });
  await expect(listNetworks()).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringMatching(/^Expected the cache in ".*networks" but a part of its path is a file\.$/),
  });
  process.env.GIVERNY_CACHE = cache;
});

test.skipIf(process.platform !== 'linux')('a cache where the system makes no folders', async () => {
  process.env.GIVERNY_CACHE = '/proc/giverny';
  await expect(pullFrom(good(FILE))).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    message: expect.stringMatching(
      /^Expected to write "\/proc.*" but (its folder .* cannot be made|permission is denied)\.$/,
    ),
  });
  expect(server?.log).toEqual([]);
});

test('an interrupted pull stops at once and keeps what it has', async () => {
  const stop = new AbortController();
  const slow: Behaviour = (_, response) => {
    response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 700));
  };
  server = await serve({ '/1': slow });
  const pulled = pullNetwork(entry([`${server.url}/1`]), { signal: stop.signal, onProgress: () => stop.abort() });
  await expect(pulled).rejects.toMatchObject({ name: 'AbortError' });
  expect(left()).toEqual([`${KEY}.part`]);
  note('Interrupted.');
});

test('progress counts up to the whole', async () => {
  server = await serve({ '/1': breaking(FILE, 700, 1) });
  const seen: number[] = [];
  await pullNetwork(entry([`${server.url}/1`]), { ...QUICK, onProgress: (p) => seen.push(p.receivedBytes) });
  expect(seen[0]).toBe(700);
  expect(seen.at(-1)).toBe(FILE.length);
});

test('the proxy of the environment is used, except for hosts in NO_PROXY', async () => {
  server = await serve({ '/1': good(FILE) });
  const port = Number(new URL(server.url).port);
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, client) => {
    asked.push(request.url ?? '');
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await pullNetwork(entry(['http://networks.invalid/1']), QUICK);
  expect(asked).toEqual(['networks.invalid:80']);
  process.env.NO_PROXY = '127.0.0.1';
  await pullNetwork(entry([`${server.url}/1`]), QUICK);
  expect(asked).toHaveLength(1);
  proxy.close();
  proxy.closeAllConnections();
  await expectPulled();
});

test('Ctrl-C ends the command, and leaves no lock for the next pull to wait for', async () => {
  const proxy = createServer().on('connect', () => {});
  const asked = once(proxy, 'connect');
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const child = spawn(process.execPath, [MAIN, 'network', 'pull', 'vgg19'], {
    env: { ...process.env, HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const said = text(child.stderr);
  await asked;
  expect(left()).toEqual([expect.stringMatching(/^vgg19\..*\.lock$/)]);
  child.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  expect(await said).toBe('');
  expect(left()).toEqual([]);
  proxy.closeAllConnections();
  proxy.close();
});

test('what a proxy says is shortened', async () => {
  const proxy = createServer().on(
    'connect',
    (_, client) => void client.end(`HTTP/1.1 200 OK\r\n${'x'.repeat(9e4)}\r\n\r\n`),
  );
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const pulled = pullNetwork(entry(['http://networks.invalid/1']), QUICK);
  await expectRefused(pulled, 'DOWNLOAD_FAILED', /^.{0,99}failed \("Invalid header.{0,300}\.$/);
  proxy.closeAllConnections();
  proxy.close();
});

test('a silent proxy is given up', async () => {
  const proxy = createServer().on('connect', () => {});
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await expectRefused(pullNetwork(entry(['http://networks.invalid/1']), QUICK), 'DOWNLOAD_FAILED', /fell silent/);
  proxy.closeAllConnections();
  proxy.close();
});

/** The small network as timm lays it out, with a classifier we do not want in front, amid and behind. */
function torchFile() {
  const tensors: Record<string, Tensor> = { 'aux.weight': { shape: [500], data: new Float32Array(500) } };
  for (const [name, tensor] of Object.entries(smallTensors())) {
    const index = { conv1_1: 0, conv1_2: 2, conv2_1: 5, conv2_2: 7 }[name.split('.')[0] ?? ''];
    if (index === 5) tensors['between.weight'] = { shape: [3], data: new Float32Array(3) };
    tensors[`features.${index}.${name.split('.')[1]}`] = tensor;
  }
  tensors['head.fc.weight'] = { shape: [5000], data: new Float32Array(5000) };
  return writeSafetensors(tensors);
}
const TENSOR_BYTES = Object.values(smallTensors()).reduce((sum, { data }) => sum + 4 * data.length, 0);

test('of a large safetensors file only the convolutions are fetched, also over a broken connection', async () => {
  const file = torchFile();
  server = await serve({ '/1': breaking(file, 1100, 3) });
  const source = { convolutionsOnly: true, sizeBytes: TENSOR_BYTES, format: 'torchvision' };
  const saved = await pullNetwork(entry([`${server.url}/1`], source), QUICK);
  // The header's length, the header, then two runs of tensors, of which the first is broken off.
  expect(server.log.map((line) => line.replace(/\d+-\d+$/, ''))).toEqual(Array(5).fill('/1 bytes='));
  const network = await openNetwork('small');
  expect(network.tensors['conv2_2.weight']?.data).toEqual(smallTensors()['conv2_2.weight']?.data);
  expect(network.mean[0]).toBeCloseTo(123.675);
  expect(network.metadata.note).toMatch(/hash of the whole file was not checked/);
  expect(readFileSync(saved).length).toBeLessThan(file.length / 2);
  note('The network is whole.');
});

test('ranges of a file that changes, or of a server without ranges, are refused', async () => {
  const file = torchFile();
  const changing: Behaviour = (request, response, visit) =>
    good(visit < 3 ? file : file.map((byte, i) => byte ^ (i & 1)))(request, response, visit);
  const wholeOnly: Behaviour = (_, response) => void response.writeHead(200).end(file);
  const source = { convolutionsOnly: true, sizeBytes: TENSOR_BYTES, format: 'torchvision' };
  server = await serve({ '/1': changing, '/2': wholeOnly });
  const { url } = server;
  const pull = (name: string) => pullNetwork(entry([`${url}/${name}`], source), QUICK);
  await expectRefused(pull('1'), 'DOWNLOAD_FAILED', /has another file meanwhile/);
  await expectRefused(pull('2'), 'DOWNLOAD_FAILED', /sends only whole files/);
  expect(left()).toEqual([]);
});
