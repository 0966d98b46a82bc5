import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { networkCommand } from '../../src/cli/network.js';
import { sizeOf, type Tensor } from '../../src/core/graph/tensor.js';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import { vggTable } from '../../src/core/networks/network.js';
import { REGISTRY } from '../../src/core/networks/registry.js';
import { networksFolder } from '../../src/node/networks/cache.js';
import { importNetwork, listNetworks, openNetwork } from '../../src/node/networks/open.js';
import { smallTensors } from './small.js';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'giverny-networks-'));
  file = path.join(folder, 'small.safetensors');
  writeFileSync(file, writeSafetensors(smallTensors(), { licence: 'CC0' }));
  vi.stubEnv('GIVERNY_CACHE', path.join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs `giverny network ...` and returns what it prints. */
async function run(...args: string[]): Promise<string> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  try {
    await networkCommand().parseAsync(args, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return printed;
}

test('import, list, info and remove', async () => {
  const cached = path.join(folder, 'cache', 'networks', 'small.safetensors');
  expect(await run('import', file)).toBe(`small is in the cache: ${cached}\n`);
  expect(await run('list')).toMatch(/^small +in the cache +0\.0 MB {2}imported, CC0$/m);
  expect(JSON.parse(await run('list', '--json'))).toContainEqual(
    expect.objectContaining({ name: 'small', state: 'cache', path: cached }),
  );
  expect(await run('info', 'small')).toMatch(/^layers +conv1_1 4, conv1_2 5, conv2_1 6, conv2_2 3$/m);
  expect(JSON.parse(await run('info', file, '--json'))).toMatchObject({
    name: 'small',
    origin: 'file',
    hash: (await openNetwork('small')).hash,
    metadata: { licence: 'CC0' },
  });
  expect(await run('remove', 'small')).toBe('small is removed from the cache.\n');
  expect(readdirSync(path.dirname(cached))).toEqual([]);
  await expect(run('remove', 'small')).rejects.toMatchObject({ code: 'NETWORK_UNKNOWN' });
});

test('an imported file keeps what it said about itself, under a name of choice', async () => {
  await run('import', file, '--name', 'tiny');
  expect((await openNetwork('tiny')).metadata).toMatchObject({
    name: 'tiny',
    licence: 'CC0',
    source: 'small.safetensors',
    mean: '123.68,116.779,103.939',
  });
});

test('an imported file keeps where its pools stand', async () => {
  writeFileSync(file, writeSafetensors(smallTensors(), { pooled: 'conv1_2' }));
  const { hash, convolutions } = await openNetwork(file);
  await importNetwork(file);
  expect(await openNetwork('small')).toMatchObject({ hash, convolutions, metadata: { pooled: 'conv1_2' } });
  expect(convolutions.map(({ pools }) => pools)).toEqual([0, 1, 1, 1]);
});

test.each(['auto', 'pocket', '../up', '', 'a b'])('a network cannot be called "%s"', async (name) => {
  await expect(importNetwork(file, name)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

test('a name of the registry is kept for networks of these layers', async () => {
  await expect(run('import', file, '--name', 'vgg19')).rejects.toThrow('Expected the layers of VGG-19 but found');
});

test('auto takes vgg19 once it is in the cache, and says so', async () => {
  const before = await openNetwork('auto').then(
    ({ name, note }) => ({ name, note }),
    (error) => ({ name: 'pocket', note: error.message }),
  );
  expect(before.name).toBe('pocket');
  expect(before.note).toContain('giverny network pull vgg19');
  const { path: cached } = await importNetwork(file);
  renameSync(cached, path.join(path.dirname(cached), 'vgg19.safetensors'));
  expect(await openNetwork('auto')).toMatchObject({ name: 'vgg19', note: expect.stringContaining('--network pocket') });
});

test('names and files that are not there', async () => {
  await expect(openNetwork('vgg16')).rejects.toMatchObject({
    code: 'NETWORK_UNKNOWN',
    message: 'Expected vgg16 in the cache but it is not there yet; get it with giverny network pull vgg16.',
  });
  await expect(openNetwork('vgg91')).rejects.toThrow('Expected one of pocket, vgg19');
  await expect(openNetwork('./no.h5')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(openNetwork(folder)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: `Expected a network file at "${folder}" but it is a folder.`,
  });
  await expect(run('pull', 'vgg91')).rejects.toThrow('Expected one of vgg19, vgg16, vgg19-torchvision');
});

test.skipIf(process.platform === 'win32')(
  'a device and a pipe as network (skipped on Windows)',
  async () => {
    await expect(openNetwork('/dev/zero')).rejects.toThrow(
      'Expected a network file at "/dev/zero" but it is a device.',
    );
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(openNetwork(pipe)).rejects.toThrow('but it is a pipe.');
    const { path: cached } = await importNetwork(file);
    const inCache = path.join(path.dirname(cached), 'piped.safetensors');
    execFileSync('mkfifo', [inCache]);
    expect((await listNetworks()).find(({ name }) => name === 'piped')).toMatchObject({
      licence: 'licence not stated',
    });
    await expect(openNetwork('piped')).rejects.toThrow('it is a pipe');
  },
  10_000,
);

/** Changes a bit of the last number in a file. */
function damage(cached: string): void {
  const bytes = readFileSync(cached);
  bytes[bytes.length - 2] = (bytes.at(-2) as number) ^ 1;
  writeFileSync(cached, bytes);
}

test('a damaged file in the cache is named, with its remedy', async () => {
  const { path: cached } = await importNetwork(file);
  damage(cached);
  await expect(openNetwork('small')).rejects.toThrow(
    `Expected the network small at "${cached}" but the file is damaged; remove it with giverny network remove small. ` +
      'Expected the hash',
  );
  const vgg19 = path.join(path.dirname(cached), 'vgg19.safetensors');
  renameSync(cached, vgg19);
  await expect(openNetwork('vgg19')).rejects.toThrow(
    `Expected the network vgg19 at "${vgg19}" but the file is damaged; get it anew with giverny network pull vgg19. `,
  );
});

test('auto goes on with pocket where the cached vgg19 is damaged, and says so', async () => {
  const { path: cached } = await importNetwork(file);
  const vgg19 = path.join(path.dirname(cached), 'vgg19.safetensors');
  renameSync(cached, vgg19);
  damage(vgg19);
  const note = expect.stringContaining(`"${vgg19}" cannot be read; get VGG-19 anew with giverny network pull vgg19`);
  expect(await openNetwork('auto')).toMatchObject({ name: 'pocket', note });
  rmSync(vgg19);
  mkdirSync(vgg19);
  expect(await openNetwork('auto')).toMatchObject({ name: 'pocket', note });
});

test('what a file says about itself reaches a terminal escaped', async () => {
  const evil = '\x1b[2J\x9b31m\u202e';
  writeFileSync(file, writeSafetensors(smallTensors(), { licence: evil, [`key${evil}`]: 'x'.repeat(1e6) }));
  await run('import', file);
  writeFileSync(path.join(folder, 'cache', 'networks', `a ${evil}.safetensors`), '');
  for (const args of [['list'], ['list', '--json'], ['info', 'small'], ['info', 'small', '--json']]) {
    const printed = await run(...args);
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(printed).toMatch(/31m/);
    if (args[1] !== '--json' && args[2] !== '--json') expect(printed.length).toBeLessThan(5000);
  }
});

test('the cache lies where the platform keeps caches', () => {
  expect(networksFolder()).toBe(path.join(folder, 'cache', 'networks'));
  vi.stubEnv('GIVERNY_CACHE', undefined);
  vi.stubEnv('XDG_CACHE_HOME', '/xdg');
  vi.stubEnv('LOCALAPPDATA', 'C:\\local');
  const on = (platform: NodeJS.Platform) => {
    const real = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
    Object.defineProperty(process, 'platform', { value: platform });
    try {
      return networksFolder();
    } finally {
      Object.defineProperty(process, 'platform', real);
    }
  };
  expect(on('linux')).toBe('/xdg/giverny/networks');
  expect(on('darwin')).toBe(path.join(homedir(), 'Library', 'Caches', 'giverny', 'networks'));
  expect(on('win32')).toBe(path.join('C:\\local', 'giverny', 'Cache', 'networks'));
  vi.stubEnv('XDG_CACHE_HOME', 'relative');
  expect(on('linux')).toBe(path.join(homedir(), '.cache', 'giverny', 'networks'));
});

test.each(['', 'cache', './cache'])('a cache at "%s" would be another in every folder', async (value) => {
  vi.stubEnv('GIVERNY_CACHE', value);
  const message = `Expected a folder's absolute path, or none, for the environment variable GIVERNY_CACHE but received "${value}".`;
  for (const use of [() => importNetwork(file), () => run('list'), () => openNetwork('vgg19')]) {
    await expect(use()).rejects.toMatchObject({ code: 'OPTION_INVALID', message });
  }
});

test('remove takes away what unfinished downloads left, but not from under a living one', async () => {
  const networks = path.join(folder, 'cache', 'networks');
  mkdirSync(networks, { recursive: true });
  const [key] =
    REGISTRY.find(({ name }) => name === 'vgg19')?.sources.map((s) => (s.sha256 ?? s.md5)?.slice(0, 16)) ?? [];
  const leave = (name: string, ageSeconds: number) => {
    writeFileSync(path.join(networks, name), 'part');
    utimesSync(path.join(networks, name), Date.now() / 1000 - ageSeconds, Date.now() / 1000 - ageSeconds);
    return name;
  };
  leave(`${key}.part`, 0);
  leave(`${key}.${randomUUID()}.part`, 100);
  leave('.giverny-00112233445566778899aabbccddeeff-01234567.tmp', 4000);
  const kept = [leave(`${key}.${randomUUID()}.part`, 10), leave('0123456789abcdef.part', 100)];
  expect(await run('remove', 'vgg19')).toBe('vgg19 is removed from the cache.\n');
  expect(readdirSync(networks).sort()).toEqual(kept.sort());
  expect(await run('remove', 'vgg19')).toBe('vgg19 was not in the cache.\n');
});

test('a VGG-16 loads by the same table', async () => {
  const widths = [
    [2, 2],
    [3, 3],
    [4, 4, 4],
  ];
  const tensors: Record<string, Tensor> = {};
  for (const { name, inputChannels, outputChannels } of vggTable(widths)) {
    const shape = [outputChannels, inputChannels, 3, 3];
    tensors[`${name}.weight`] = { shape, data: new Float32Array(sizeOf(shape)).fill(0.1) };
    tensors[`${name}.bias`] = { shape: [outputChannels], data: new Float32Array(outputChannels) };
  }
  writeFileSync(file, writeSafetensors(tensors));
  expect((await openNetwork(file)).convolutions).toEqual(vggTable(widths));
  expect(existsSync(path.join(folder, 'cache'))).toBe(false);
});
