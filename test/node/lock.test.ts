import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withLock } from '../../src/node/files/lock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'giverny-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const base = () => join(folder, 'work');
const locks = () => readdirSync(folder);

test('many at once run one after the other, and leave nothing', async () => {
  let running = 0;
  let waits = 0;
  const runs = Array.from({ length: 8 }, () =>
    withLock(
      base(),
      async (waited) => {
        expect(++running).toBe(1);
        waits += waited ? 1 : 0;
        await new Promise(setImmediate);
        expect(locks().length).toBeGreaterThanOrEqual(1);
        running--;
      },
      { pollMs: 5 },
    ),
  );
  await Promise.all(runs);
  expect(waits).toBeGreaterThanOrEqual(7);
  expect(locks()).toEqual([]);
});

test('a holder that works for longer than locks take to go stale keeps its lock by touching it', async () => {
  const times = { beatMs: 50, staleMs: 1000, pollMs: 20 };
  let finish = () => {};
  const order: string[] = [];
  const first = withLock(
    base(),
    async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push('first');
    },
    times,
  );
  const [lock] = await vi.waitUntil(() => (locks().length === 1 ? locks() : undefined));
  const path = join(folder, lock as string);
  const madeMs = statSync(path).mtimeMs;
  const second = withLock(base(), async () => void order.push('second'), times);
  await vi.waitUntil(() => statSync(path).mtimeMs > madeMs + 1500, { timeout: 20_000 });
  expect(order).toEqual([]);
  finish();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
});

test('who waits says so once, and stops waiting on a signal', async () => {
  let waits = 0;
  const stop = new AbortController();
  await withLock(base(), async () => {
    const waiting = withLock(base(), async () => {}, {
      pollMs: 1,
      signal: stop.signal,
      onWait: () => {
        waits++;
        setTimeout(() => stop.abort(), 20);
      },
    });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(locks()).toHaveLength(1);
  });
  expect(waits).toBe(1);
  expect(locks()).toEqual([]);
});

test('what the action throws is passed on, and the lock is released', async () => {
  await expect(withLock(base(), () => Promise.reject(new Error('a mistake')))).rejects.toThrow('a mistake');
  expect(locks()).toEqual([]);
});

test('a folder in which no lock can be made', async () => {
  await expect(withLock(join(folder, 'none', 'work'), async () => {})).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});
