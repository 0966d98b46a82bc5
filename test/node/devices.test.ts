/** Graphics devices in Node: trials that cannot harm, what is remembered of them, and parity on SwiftShader. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseDevice, openEngine, speedOf } from '#dist/node/devices/choose.js';
import { remember, remembered } from '#dist/node/devices/remembered.js';
import { tryDevice } from '#dist/node/devices/trial.js';
import { PaintingProcess } from '#dist/node/painting/painting-process.js';
import type { CheckedRequest } from '#dist/node/painting/request.js';
import { SWIFTSHADER } from '../support/swiftshader.js';

const folder = mkdtempSync(join(tmpdir(), 'giverny-devices-'));

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A program in the place of the one that tries a device. */
function program(source: string): URL {
  const path = join(folder, 'trial.mjs');
  writeFileSync(path, source);
  return pathToFileURL(path);
}

describe('a trial', () => {
  test('outlives a driver that ends its process', async () => {
    const crash = program('process.abort();');
    expect(await tryDevice('webgpu', 'load', { program: crash })).toEqual({
      reason: 'its driver ended the process that tried it (SIGABRT)',
    });
    const late = program("process.send({ driver: 'X', isDone: false }, () => process.kill(process.pid, 'SIGSEGV'));");
    expect(await tryDevice('webgpu', 'load', { program: late })).toEqual({
      driver: 'X',
      reason: 'its driver ended the process that tried it (SIGSEGV)',
    });
  });

  test('ends where a driver hangs, and keeps what it has measured', async () => {
    const hang = program('setInterval(() => {}, 1000);');
    expect(await tryDevice('webgpu', 'load', { program: hang, limitMs: 1000 })).toEqual({
      reason: 'it had computed nothing after 1 seconds',
    });
    const slow = program(
      'process.send({ first: { seconds: 2, cpuSeconds: 1 }, isDone: false }); setInterval(() => {}, 1000);',
    );
    const trial = await tryDevice('webgpu', 'load', { program: slow, limitMs: 3000 });
    expect(trial).toEqual({ first: { seconds: 2, cpuSeconds: 1 } });
  });

  test('counts as fast where it was faster, worked, and is no program on the CPU', () => {
    const step = { seconds: 0.1, cpuSeconds: 0.5 };
    expect(speedOf({ step })).toBe(5);
    expect(speedOf({ step, isSoftware: true })).toBe(0);
    expect(speedOf({ step, reason: 'it is broken' })).toBe(0);
    expect(speedOf({ first: step })).toBe(0);
  });
});

describe('a driver that ends the painting process', () => {
  /** Begins on webgpu and crashes after a step, but for the CPU. */
  const CRASHING = `
    process.once('disconnect', () => process.exit());
    process.on('message', ({ device = 'auto', fresh }) => {
      const on = device === 'cpu' ? 'cpu' : 'webgpu';
      process.send({ event: 'start', started: { device: on, fresh } });
      process.send({ event: 'step', report: { step: 0 } }, () => {
        if (on === 'webgpu') process.kill(process.pid, 'SIGSEGV');
        else process.send({ event: 'done', painted: { steps: 1 } });
      });
    });`;
  const paint = async (request: Partial<CheckedRequest>) => {
    vi.stubEnv('GIVERNY_CACHE', join(folder, 'crashed'));
    const child = new PaintingProcess(program(CRASHING));
    const told: unknown[] = [];
    const settings = {
      onStart: (started: unknown) => told.push(started),
      onNotice: (sentence: string) => told.push(sentence),
    };
    const asked: CheckedRequest = { content: 'a', styles: [{ picture: 'b' }], ...request };
    const painted = await child.paint(asked, settings).done.finally(() => child.end());
    return { painted, told };
  };

  test('is left for the CPU by auto, which goes on from the state and does not take it again', async () => {
    const { painted, told } = await paint({ state: join(folder, 'x.giverny'), fresh: false });
    expect(painted).toEqual({ steps: 1 });
    expect(told).toEqual([
      { device: 'webgpu', fresh: false },
      'The driver of webgpu ended the painting process (SIGSEGV): the CPU paints, from the state kept last.',
      { device: 'cpu', fresh: false },
    ]);
    expect(remembered('webgpu')).toEqual({ reason: 'its driver ended a painting (SIGSEGV)' });
  });

  test('is told of where the device was asked for', async () => {
    await expect(paint({ device: 'webgpu' })).rejects.toMatchObject({
      code: 'PAINTER_DIED',
      message: 'The driver of webgpu ended the painting process (SIGSEGV); the device cpu paints without it.',
    });
  });
});

describe('what was found', () => {
  test('is remembered for these drivers, and forgotten with them or where its file is damaged', async () => {
    vi.stubEnv('GIVERNY_CACHE', folder);
    const found = { driver: 'X', step: { seconds: 1, cpuSeconds: 2 } };
    await remember('webgpu', found);
    await remember('cuda', { reason: 'it is missing' });
    expect(remembered('webgpu')).toEqual(found);
    expect(remembered('cuda')).toEqual({ reason: 'it is missing' });
    expect(remembered('coreml')).toBeUndefined();
    vi.stubEnv('VK_DRIVER_FILES', '/elsewhere.json');
    expect(remembered('webgpu')).toBeUndefined();
    vi.stubEnv('VK_DRIVER_FILES', undefined);
    const file = join(folder, 'devices.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    expect(remembered('webgpu')).toBeUndefined();
  });

  test('is no trouble where the cache cannot be written', async () => {
    vi.stubEnv('GIVERNY_CACHE', join(fileURLToPath(import.meta.url), 'no-folder'));
    await remember('webgpu', {});
    expect(remembered('webgpu')).toBeUndefined();
  });
});

test('a device of another system is refused in a sentence', async () => {
  const [device, system] =
    process.platform === 'win32' ? (['coreml', 'macOS'] as const) : (['directml', 'Windows'] as const);
  await expect(chooseDevice(device)).rejects.toThrow(
    new RegExp(
      `^Expected the device ${device} but onnxruntime-node .* has no ${device}, which is for ${system}\\. giverny devices lists what is there; --device auto takes the best of it\\.$`,
    ),
  );
  await expect(openEngine(device)).rejects.toMatchObject({ code: 'DEVICE_MISSING' });
});

test.skipIf(process.platform !== 'linux')('a driver that is missing is told of', async () => {
  vi.stubEnv('VK_DRIVER_FILES', '/nowhere.json');
  vi.stubEnv('VK_ICD_FILENAMES', '/nowhere.json');
  vi.stubEnv('GIVERNY_CACHE', folder);
  await expect(chooseDevice('webgpu')).rejects.toThrow(
    /^Expected the device webgpu but no driver offers one \(.*[Aa]dapter.*\)\. giverny devices/,
  );
  expect((await openEngine('cpu', { threads: 1 })).traits).toMatchObject({ device: 'cpu', threads: 1 });
});

describe.skipIf(!SWIFTSHADER)('on SwiftShader', () => {
  const run = promisify(execFile);
  const env = { ...process.env, ...SWIFTSHADER };

  test("costs and gradient are the CPU's, and nothing but the picture goes across", async () => {
    const parity = fileURLToPath(new URL('../support/device-parity.mjs', import.meta.url));
    const { stdout } = await run(process.execPath, [parity, 'webgpu', 'gram'], { env });
    const { costs, gradient, fedBytes, pictureBytes } = JSON.parse(stdout);
    expect(Object.keys(costs)).toContain('style.conv5_1');
    for (const [name, difference] of Object.entries(costs)) expect(difference, name).toBeLessThan(1e-3);
    expect(gradient).toBeLessThan(1e-3);
    expect(fedBytes).toBe(pictureBytes);
  }, 900_000);

  test('webgpu works where it is asked for, and is known as a program on the CPU', async () => {
    for (const [name, value] of Object.entries(SWIFTSHADER ?? {})) vi.stubEnv(name, value);
    vi.stubEnv('GIVERNY_CACHE', join(folder, 'swiftshader'));
    expect(await chooseDevice('webgpu')).toBe('webgpu');
    expect(await tryDevice('webgpu', 'load')).toEqual({ isSoftware: true, driver: 'SwiftShader' });
  }, 120_000);
});
