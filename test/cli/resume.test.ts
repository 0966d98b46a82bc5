/** A painting that was stopped goes on: by the same command, or from its state file alone. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bench, drawn, events, giverny, QUICK, start } from './bench.js';

const PAINT = ['photo.jpg', 'style.png', ...QUICK, '--steps', '60', '--tolerance', '0'];
const INPUTS = ['photo.jpg', 'style.png', 'tiny.safetensors'];

/** A folder where a painting was stopped by Ctrl-C after some steps. */
async function stopped(flags: readonly string[] = []) {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...PAINT, ...flags, '--json']);
  await steps(3);
  child.kill('SIGINT');
  const last = events((await result).stdout).at(-1);
  expect(last.type).toBe('stopped');
  return { folder, done: last.steps as number, state: last.state as string };
}

/** The bytes that a painting of the same flags has that was never stopped. */
async function unbroken(flags: readonly string[] = []): Promise<Buffer> {
  const folder = await bench();
  expect((await giverny(folder, [...PAINT, ...flags, '-o', 'whole.png'])).code).toBe(0);
  return readFileSync(join(folder, 'whole.png'));
}

test('the same command goes on, to the same bytes, and the state is gone', async () => {
  const { folder, done, state } = await stopped();
  expect(state).toBe('photo-style.giverny');
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'photo-style.giverny', 'photo-style.png'].sort());
  const { code, stdout } = await giverny(folder, PAINT);
  expect(code).toBe(0);
  expect(stdout).toContain(`Going on from step ${done} of 60 (photo-style.giverny).`);
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'photo-style.png'].sort());
  expect(readFileSync(join(folder, 'photo-style.png')).equals(await unbroken())).toBe(true);
});
