/** A painting process that dies for want of memory is followed by one that takes less of it. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { beforeEach, expect, test, vi } from 'vitest';
import { PaintingProcess } from '../../src/node/painting/painting-process.js';
import type { CheckedRequest } from '../../src/node/painting/request.js';

/** Children in the place of processes, in the order in which they are started. */
const children = vi.hoisted(() => [] as Child[]);

interface Child extends EventEmitter {
  readonly stderr: PassThrough;
  readonly sent: unknown[];
}

vi.mock('node:child_process', async (original) => ({
  ...(await original<typeof import('node:child_process')>()),
  fork: () => {
    const sent: unknown[] = [];
    const child = Object.assign(new EventEmitter(), {
      ...{ stderr: new PassThrough(), connected: true, sent, kill: () => true, disconnect: () => {} },
      send: (message: unknown) => sent.push(message),
    });
    children.push(child);
    return child;
  },
}));

beforeEach(() => {
  children.length = 0;
});

const REQUEST: CheckedRequest = { content: 'photo.jpg', styles: [{ picture: 'style.jpg' }], maxMemory: 8e9 };
const started = { event: 'start', started: { forecastBytes: 6e9 } };
const PAINTED = { width: 64, height: 64, steps: 9, stopped: false, network: 'tiny', seconds: 1 };

/** The child dies as Node and C++ do where memory runs out. */
async function dies({ stderr, ...child }: Child): Promise<void> {
  stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n");
  await new Promise((resolve) => setImmediate(resolve));
  EventEmitter.prototype.emit.call(children.at(-1) ?? child, 'close', null, 'SIGABRT');
}

test('it goes on within half of the memory that was forecast, and says so', async () => {
  const notices: string[] = [];
  const { done } = new PaintingProcess().paint(REQUEST, { onNotice: (sentence) => notices.push(sentence) });
  children[0]?.emit('message', started);
  await dies(children[0] as Child);
  expect(children[1]?.sent).toEqual([{ ...REQUEST, maxMemory: 3e9 }]);
  children[1]?.emit('message', { event: 'done', painted: PAINTED });
  expect(await done).toEqual(PAINTED);
  expect(notices).toEqual(['Memory ran out: the painting goes on in tiles, within 3.0 GB.']);
});

test('twice, and not for ever', async () => {
  const { done } = new PaintingProcess().paint(REQUEST, {});
  for (const bytes of [undefined, 3e9, 1.5e9]) {
    if (bytes !== undefined) expect(children.at(-1)?.sent).toMatchObject([{ maxMemory: bytes }]);
    children.at(-1)?.emit('message', started);
    await dies(children.at(-1) as Child);
  }
  await expect(done).rejects.toMatchObject({
    code: 'PAINTER_DIED',
    message: 'The painting process ran out of memory (SIGABRT): try a smaller size.',
  });
  expect(children).toHaveLength(3);
});

test('but not where the person ended it, nor before its memory was forecast', async () => {
  const ended = new PaintingProcess().paint(REQUEST, {});
  children[0]?.emit('message', started);
  ended.kill();
  await dies(children[0] as Child);
  await expect(ended.done).rejects.toThrow('was ended before it was done');
  const early = new PaintingProcess().paint(REQUEST, {});
  await dies(children[1] as Child);
  await expect(early.done).rejects.toMatchObject({ code: 'PAINTER_DIED' });
  expect(children).toHaveLength(2);
});
