/**
 * The child process of one painting. It is sent a PaintRequest, then perhaps 'stop'; it sends PaintEvents. Its
 * argument is the name under which it writes temporary files, so that the parent can remove them.
 */
import process from 'node:process';
import { inspect } from 'node:util';
import { GivernyError } from '../../core/errors.js';
import { writeAs } from '../files/temporaries.js';
import type { PaintRequest } from './request.js';
import { cleanUp, type PaintEvent } from './start-painting.js';

const send = (event: PaintEvent, sent?: () => void) => process.send?.(event, undefined, undefined, sent);
const stop = new AbortController();
const writer = process.argv[2] as string;
writeAs(writer);

// A terminal sends these to the whole group; what they mean is the parent's to decide.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.once('disconnect', () => process.exit(1));
process.once('message', async (message) => {
  const request = message as PaintRequest;
  process.on('message', () => stop.abort());
  // A parent that has disappeared can no longer clean up.
  process.on('exit', () => cleanUp(request, writer));
  send(await paintingOf(request), () => process.exit());
});

async function paintingOf(request: PaintRequest): Promise<PaintEvent> {
  try {
    // Loaded here, so that a native library that is missing or broken becomes a sentence as well.
    const { paintFile } = await import('./paint-file.js');
    const painted = await paintFile({
      ...request,
      signal: stop.signal,
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
