/** Ctrl-C and other signals: how a painting is stopped. */
import process from 'node:process';
import type { Painting } from '../node/painting/start-painting.js';

/** Exit codes by signal, as shells report them. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type StopSignal = keyof typeof EXIT_CODES;

/** `npm run` forwards a Ctrl-C that the terminal has sent to this process already: one press may arrive twice. */
const SAME_PRESS_MS = 200;

export interface Interrupts {
  /** The first signal that arrived. */
  readonly signal: StopSignal | undefined;
  /** Whether a signal has ended the painting at once. */
  readonly killed: boolean;
  /** Signals stop this painting from now on. */
  watch(painting: Pick<Painting, 'stop' | 'kill'>): void;
  /** A step is done: from now on the first signal keeps the picture so far. */
  stepped(): void;
}

export interface InterruptListeners {
  /** The painting ends after the step that it is in. */
  onStopping(): void;
  /** There is no painting yet to stop: the command ends now. */
  onStoppedEarly(signal: StopSignal): void;
}

/**
 * Before the first step a signal ends the painting at once, because nothing would be lost. After it the first signal
 * stops the painting within one step, and the second at once.
 */
export function listenToSignals({ onStopping, onStoppedEarly }: InterruptListeners): Interrupts {
  let painting: Pick<Painting, 'stop' | 'kill'> | undefined;
  let signal: StopSignal | undefined;
  let firstAt = 0;
  let hasStepped = false;
  let killed = false;
  const listener = (received: NodeJS.Signals) => {
    const isFirst = signal === undefined;
    const again = !isFirst && performance.now() - firstAt > SAME_PRESS_MS;
    if (isFirst) {
      firstAt = performance.now();
      signal = received as StopSignal;
    }
    if (painting === undefined) {
      if (isFirst) onStoppedEarly(received as StopSignal);
    } else if (isFirst && hasStepped) {
      painting.stop();
      onStopping();
    } else if (isFirst || again) {
      killed = true;
      painting.kill();
    }
  };
  for (const name of Object.keys(EXIT_CODES)) process.on(name, listener);
  return {
    get signal() {
      return signal;
    },
    get killed() {
      return killed;
    },
    watch(started) {
      painting = started;
    },
    stepped() {
      hasStepped = true;
    },
  };
}
