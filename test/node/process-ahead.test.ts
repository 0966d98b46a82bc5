/** Painting processes that are started before they are needed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PAINTING_PROGRAM, startAhead, takeProcess } from '#dist/node/painting/process-ahead.js';

const MODULE = import.meta.resolve('#dist/node/painting/process-ahead.js');

test('the process that was started ahead is taken once', () => {
  startAhead();
  const first = takeProcess(PAINTING_PROGRAM);
  const second = takeProcess(PAINTING_PROGRAM);
  expect(first.child.connected).toBe(true);
  expect(second.child.pid).not.toBe(first.child.pid);
  expect(second.writer).not.toBe(first.writer);
  for (const { child } of [first, second]) child.kill('SIGKILL');
});

test('it ends with a program that does not need it, which does not wait for it', async () => {
  const script = `
    import { startAhead } from ${JSON.stringify(MODULE)};
    import { ChildProcess } from 'node:child_process';
    const { unref } = ChildProcess.prototype;
    ChildProcess.prototype.unref = function () { console.log(this.pid); unref.call(this); };
    startAhead();`;
  const program = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  expect(await once(program, 'exit')).toEqual([0, null]);
  const pid = Number(printed);
  expect(pid).toBeGreaterThan(0);
  for (let i = 0; i < 100 && isAlive(pid); i++) await wait(100);
  expect(isAlive(pid)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
