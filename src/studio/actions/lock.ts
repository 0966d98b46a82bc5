/** Two tabs that paint slow each other down: the second one says so. */
import { notify } from '../state.js';

let release: (() => void) | undefined;

export function holdLock(): void {
  navigator.locks?.request('giverny-painting', { ifAvailable: true }, (lock) => {
    if (lock) return new Promise<void>((resolve) => (release = resolve));
    notify('info', 'otherTab');
    return undefined;
  });
}

export function freeLock(): void {
  release?.();
  release = undefined;
}
