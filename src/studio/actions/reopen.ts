/** Paintings of the history, on the page again. */
import { batch } from '@preact/signals';
import { decodePicture } from '../../browser/pictures.js';
import type { Frame } from '../painting/protocol.js';
import { frameOf as toFrame } from '../pictures/frame.js';
import { type OpenedPicture, openPicture } from '../pictures/open.js';
import { busy, frame, historyOpen, keptId, machine, notify, ready, status, strokes, styles } from '../state.js';
import { type Painting, picturesOf } from '../store/history.js';
import { clearFilm } from './film.js';
import { setForm } from './form.js';
import { setPainted } from './painted.js';
import { addStyle, setPhoto } from './pictures.js';

/** Puts a painting's pictures and options into the form, and its result on the easel unless only a copy is wanted. */
export async function reopen(painting: Painting, { withResult }: { withResult: boolean }): Promise<void> {
  if (busy.value) {
    notify('info', 'busyPictures');
    return;
  }
  const { recipe } = painting;
  const kept = await picturesOf(painting);
  const opened = async (file: { name: string; sha256: string }) => {
    const picture = kept.get(file.sha256);
    return picture && openPicture(picture.blob, file.name);
  };
  const content = await opened(recipe.content);
  const pictures = await Promise.all(recipe.styles.map(opened));
  batch(() => {
    setPhoto(content);
    styles.value = [];
    for (const [i, picture] of pictures.entries()) {
      const { weight = 1, region = '' } = recipe.styles[i] ?? {};
      if (picture) addStyle(picture, { weight, strength: recipe.regionStrengths?.[region] });
    }
    strokes.value = painting.strokes ?? [];
    setForm(recipe);
    historyOpen.value = false;
  });
  if (withResult && content) await showPainting(painting, content);
}

/** Puts a painting of the history on the easel, for the pictures that are in the form. */
export async function showPainting(painting: Painting, content: OpenedPicture): Promise<void> {
  const { recipe } = painting;
  const result = await frameOf(painting.result);
  batch(() => {
    frame.value = result;
    keptId.value = painting.id;
    status.value = 'done';
    const { engine, network, coarseNetwork } = recipe;
    ready.value = { ...machine.value, engine, network, coarseNetwork };
    clearFilm();
    setPainted({
      content,
      styles: styles.value,
      strokes: painting.strokes ?? [],
      options: recipe.options,
      seconds: painting.seconds,
      size: { width: result.width, height: result.height },
      steps: recipe.steps,
      whole: !recipe.stopped,
      recipe,
    });
  });
}

async function frameOf(blob: Blob): Promise<Frame> {
  const { picture, alpha } = await decodePicture(blob);
  return toFrame(picture, alpha);
}
