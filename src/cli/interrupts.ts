/** Ctrl-C: the first stops a painting within one step, the second at once. */
import process from 'node:process';
import type { Painting } from '../node/painting/start-painting.js';

/** Exit codes by signal, as shells report them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** `npm run` passes Ctrl-C on to a process that the terminal has told already: one press may arrive twice. */
const SAME_PRESS_MS = 200;

export interface Interrupts {
  /** What to exit with; undefined where no signal came. */
  readonly exitCode: number | undefined;
  readonly killed: boolean;
}

export function stopOnSignals(painting: Painting, say: (sentence: string) => void): Interrupts {
  const state = { exitCode: undefined as number | undefined, killed: false };
  let first = 0;
  const listener = (signal: NodeJS.Signals) => {
    if (state.exitCode === undefined) {
      first = performance.now();
      state.exitCode = EXIT_CODES[signal as keyof typeof EXIT_CODES];
      painting.stop();
      say('Stopping after this step (Ctrl-C again stops at once) ...');
    } else if (performance.now() - first > SAME_PRESS_MS) {
      state.killed = true;
      painting.kill();
    }
  };
  for (const signal of Object.keys(EXIT_CODES)) process.on(signal, listener);
  return state;
}
