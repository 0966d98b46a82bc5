/** Strokes taken back and made again. */
import { computed, signal } from '@preact/signals';
import { strokes } from '../state.js';
import type { Stroke } from './masks.js';

type Strokes = readonly Stroke[];

interface Trail {
  /** What it leads to: strokes that came from elsewhere, as with a painting of the history, have a trail of their own. */
  readonly at: Strokes;
  readonly past: readonly Strokes[];
  readonly future: readonly Strokes[];
}

const remembered = signal<Trail | undefined>(undefined);

const trail = computed<Trail>(() => {
  const at = strokes.value;
  if (remembered.value?.at === at) return remembered.value;
  return { at, past: at.map((_, i) => at.slice(0, i)), future: [] };
});

export const canUndo = computed(() => trail.value.past.length > 0);
export const canRedo = computed(() => trail.value.future.length > 0);

function go(next: Trail): void {
  remembered.value = next;
  strokes.value = next.at;
}

/** Other strokes in the place of those of now, which can be undone. */
export function changeStrokes(at: Strokes): void {
  go({ at, past: [...trail.value.past, trail.value.at], future: [] });
}

export function undo(): void {
  const { at, past, future } = trail.value;
  const before = past.at(-1);
  if (before) go({ at: before, past: past.slice(0, -1), future: [at, ...future] });
}

export function redo(): void {
  const { at, past, future } = trail.value;
  const [after, ...rest] = future;
  if (after) go({ at: after, past: [...past, at], future: rest });
}
