/** Ctrl-C and other sudden ends: exit codes, what is written, what is left behind. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bench, events, giverny, hasProc, MAIN, painterOf, pixels, QUICK, sleep, start } from './bench.js';

const INPUTS = ['photo.jpg', 'style.png', 'tiny.safetensors'];
const LONG = ['photo.jpg', 'style.png', ...QUICK, '--steps', '100000', '--tolerance', '0'];

test('the first Ctrl-C stops within one step and writes the picture so far, which its recipe repeats', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...LONG, '--json']);
  await steps(3);
  child.kill('SIGINT');
  const { code, stdout } = await result;
  expect(code).toBe(130);
  const printed = events(stdout);
  const done = printed.at(-1);
  expect(done).toMatchObject({
    ...{ type: 'stopped', signal: 'SIGINT', exitCode: 130, output: 'photo-style.png' },
    steps: printed.filter(({ type }) => type === 'step').length,
  });
  expect(readdirSync(folder).sort()).toEqual(['photo-style.giverny', 'photo-style.png', ...INPUTS].sort());

  const { stdout: recipe } = await giverny(folder, ['recipe', 'photo-style.png']);
  expect(recipe).toMatch(/^steps +100000$/m);
  expect(recipe).toMatch(new RegExp(`^stopped +after ${done.steps} steps$`, 'm'));
  await giverny(folder, ['--recipe', 'photo-style.png', '--network', 'tiny.safetensors', '-o', 'again.png']);
  expect(await pixels(join(folder, 'again.png'))).toEqual(await pixels(join(folder, 'photo-style.png')));
});

test('a person is told what happens', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...LONG, '--save-every', '1000000']);
  await steps(1);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await result;
  expect(code).toBe(130);
  expect(stderr).toMatch(/^Stopping after this step/);
  expect(stdout).toMatch(/^Stopped after \d+ of 100000 steps: the picture so far is photo-style\.png\.$/m);
});

test('the second Ctrl-C ends at once and leaves no half-written file', async () => {
  const folder = await bench();
  // A painting with long steps, so that the second comes within one.
  const { child, steps, result } = start(folder, [...LONG, '--size', '1600', '--save-every', '1']);
  await steps(1);
  child.kill('SIGINT');
  await sleep(300);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await result;
  expect(code).toBe(130);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toMatch(/^Stopped at once after \d+ of 100000 steps: photo-style\.png was not written\.$/m);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) expect(name).not.toContain('.tmp');
});

test('SIGTERM stops as Ctrl-C does', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...LONG, '--json']);
  await steps(1);
  child.kill('SIGTERM');
  expect((await result).code).toBe(143);
  expect(readdirSync(folder)).toContain('photo-style.png');
});

/** Waits for the painting process, or for the end of the command. */
async function painterStarted(child: ChildProcess): Promise<void> {
  const pid = child.pid as number;
  // The painting process starts with the command, which listens to signals a little later.
  while (child.exitCode === null && (painterOf(pid) === 0 || !listens(pid))) await sleep(5);
}

/** A file as a painting process leaves it that is killed while it writes. */
function halfWrite(folder: string, pid: number): void {
  const writer = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').at(-2);
  writeFileSync(join(folder, `.giverny-${writer}-half.tmp`), 'half a pic');
}

/** Whether a process has a handler of its own for SIGHUP (1), SIGINT (2) and SIGTERM (15). */
function listens(pid: number): boolean {
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  const bits = BigInt(`0x${caught}`);
  return [1n, 2n, 15n].every((signal) => (bits >> (signal - 1n)) % 2n === 1n);
}

test.skipIf(!hasProc)('Ctrl-C while a painting is prepared ends it at once and writes nothing', async () => {
  const folder = await bench();
  const { child, result } = start(folder, [...LONG, '--size', '1024', '--json']);
  await painterStarted(child);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await result;
  expect(events(stdout)).toEqual([{ type: 'stopped', giverny: expect.anything(), signal: 'SIGINT', exitCode: 130 }]);
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(readdirSync(folder).sort()).toEqual(INPUTS);
});

const hasFifos = hasProc && spawnSync('mkfifo', ['--version']).status === 0;

test.skipIf(!hasFifos)('Ctrl-C ends a painting whose photo never comes (where mkfifo makes such a file)', async () => {
  const folder = await bench();
  spawnSync('mkfifo', [join(folder, 'photo')]);
  const { child, result } = start(folder, ['./photo', 'style.png', ...QUICK]);
  await painterStarted(child);
  child.kill('SIGTERM');
  expect(await result).toEqual({
    code: 143,
    stdout: 'Stopped before the first step: nothing was written.\n',
    stderr: '',
  });
});

test('Ctrl-C ends the wait for standard input, and its temporary files are gone', async () => {
  const folder = await bench();
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const { child, result } = start(folder, ['-', 'style.png', ...QUICK, '--json'], { temporary, piped: true });
  while (child.exitCode === null && readdirSync(temporary).length === 0) await sleep(5);
  child.kill('SIGHUP');
  const { code, stdout } = await result;
  expect(events(stdout)).toEqual([{ type: 'stopped', giverny: expect.anything(), signal: 'SIGHUP', exitCode: 129 }]);
  expect(code).toBe(129);
  expect(readdirSync(temporary)).toEqual([]);
});

test.skipIf(!hasProc)('memory is not blamed where it is not known to be the cause', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, LONG);
  await steps(1);
  process.kill(painterOf(child.pid as number), 'SIGSEGV');
  expect(await result).toMatchObject({ code: 1, stderr: 'The painting process ended unexpectedly (SIGSEGV).\n' });
});

test.skipIf(!hasProc)('a painting process that is killed is explained', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...LONG, '--json']);
  await steps(1);
  const painter = painterOf(child.pid as number);
  halfWrite(folder, painter);
  process.kill(painter, 'SIGKILL');
  const { code, stdout } = await result;
  expect(code).toBe(1);
  expect(events(stdout).at(-1)).toEqual({
    type: 'error',
    code: 'PAINTER_DIED',
    message: expect.stringMatching(
      /killed from outside \(SIGKILL\): by a person .* or by the system where memory ran out/,
    ),
    exitCode: 1,
  });
  expect(readdirSync(folder).sort()).toEqual(INPUTS);
});

test.skipIf(!hasProc)('the painting process does not outlive its parent', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...LONG, '--json']);
  await steps(1);
  const painter = painterOf(child.pid as number);
  halfWrite(folder, painter);
  child.kill('SIGKILL');
  await result;
  const alive = () => {
    try {
      return process.kill(painter, 0);
    } catch {
      return false;
    }
  };
  for (let i = 0; i < 500 && alive(); i++) await sleep(10);
  expect(alive()).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(INPUTS);
});

const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

test.skipIf(!hasScript)('on a terminal one line is redrawn, within its width (where script(1) makes one)', async () => {
  const folder = await bench();
  const flags = [...QUICK, '--steps', '30', '--tolerance', '0'];
  const command = [process.execPath, MAIN, 'photo.jpg', 'style.png', ...flags].map((word) => `'${word}'`).join(' ');
  const { stdout, status } = spawnSync('script', ['-qec', `stty cols 60; ${command}`, '/dev/null'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const drawn = stdout.split(/[\r\n]+/).map((line) => line.replaceAll('\x1b[K', ''));
  const bars = drawn.filter((line) => / \d+\/30 /.test(` ${line} `));
  expect(bars.length).toBeGreaterThanOrEqual(30);
  for (const bar of bars) {
    expect(bar.length).toBeLessThan(60);
    expect(bar).toMatch(/[█░]{10}/);
  }
  expect(drawn.some((line) => /^░{10,} {2}preparing {2}\d+ s$/.test(line))).toBe(true);
  expect(bars.at(-1)).toMatch(/30\/30 {2}cost \S+ {2}\d\.\d\d s\/step/);
  expect(bars.slice(2, 29).every((bar) => / left /.test(bar))).toBe(true);
  expect(stdout.replaceAll('\x1b[K', '')).not.toContain('\x1b');
  expect(stdout).toMatch(/Painted photo-style\.png in \d+ s\.\r\n/);
});
