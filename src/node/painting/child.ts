/**
 * The painting process. It is sent PaintRequests, each when the one before has ended, and 'stop' to end the one in
 * progress; it sends PaintEvents. One painter serves all requests. The process ends when its parent disconnects. Its
 * argument is the name under which it writes temporary files, so that the parent can remove them.
 */
import process from 'node:process';
import { inspect } from 'node:util';
import { GivernyError } from '../../core/errors.js';
import type { Painter } from '../../core/painting/painter.js';
import { writeAs } from '../files/temporaries.js';
import { cleanUp, type PaintEvent } from './painting-process.js';
import type { PaintRequest, PictureSource } from './request.js';

const send = (event: PaintEvent) => process.send?.(event);
const writer = process.argv[2] as string;
writeAs(writer);

// Loaded while the request is still on its way. What fails is told with the painting, so that a native library that is
// missing or broken becomes a sentence as well.
const modules = Promise.all([import('./paint-file.js'), import('./painter.js')]);
modules.catch(() => {});

let stop = new AbortController();
let current: PaintRequest | undefined;
let painter: Painter<PictureSource> | undefined;
/** That the painter was asked for. */
let device: PaintRequest['device'];

// A terminal sends these to the whole group; what they mean is the parent's to decide.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.once('disconnect', () => process.exit());
// A parent that has disappeared can no longer clean up.
process.on('exit', () => current && cleanUp(current, writer));
process.on('message', async (message: PaintRequest | 'stop') => {
  if (message === 'stop') {
    stop.abort();
    return;
  }
  stop = new AbortController();
  current = message;
  const end = await paintingOf(message, stop.signal);
  current = undefined;
  send(end);
});

async function paintingOf(request: PaintRequest, signal: AbortSignal): Promise<PaintEvent> {
  try {
    const [{ paintFile }, { openPainter }] = await modules;
    if (request.device !== device) painter = undefined;
    device = request.device;
    painter ??= await openPainter({ ...request, tell: (sentence) => send({ event: 'notice', sentence }) });
    const painted = await paintFile({
      ...request,
      painter,
      signal,
      onStart: (started) => send({ event: 'start', started }),
      onStep: (report) => send({ event: 'step', report }),
      onSaved: (path) => send({ event: 'saved', path }),
      onNotice: (sentence) => send({ event: 'notice', sentence }),
    });
    return { event: 'done', painted };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The whole of it with its causes, as text: an error's own fields do not survive the journey.
    return {
      event: 'error',
      code: error instanceof GivernyError ? error.code : undefined,
      message,
      stack: inspect(error),
    };
  }
}
