/** What becomes of a painted picture: files, film, the history of this browser. */
import type { Frame } from '../painting/protocol.js';
import { download, encodeFrame, type Format, onWhite } from '../pictures/save.js';
import { dismiss, frame, history, historyOpen, keptId, notify, photo, styles } from '../state.js';
import { isFull } from '../store/database.js';
import { deletePainting, keepPainting, type Painting, paintings } from '../store/history.js';
import { timelapse } from './film.js';
import { painted } from './painted.js';
import { currentRecipe, type MaskFile, maskOf, stem } from './recipe.js';

const THUMBNAIL_PX = 320;

export async function saveAs(format: Format): Promise<void> {
  if (!frame.value) return;
  const recipe = currentRecipe();
  const blob = await encodeFrame(frame.value, format, recipe);
  download(blob, `${resultName()}.${format === 'jpeg' ? 'jpg' : format}`);
  if (recipe?.mask) offerMask('easel');
}

/** Tells that recipe or command name a mask, and saves it if one wants. */
export function offerMask(of: 'easel' | 'form'): void {
  const mask = maskOf(of);
  if (!mask) return;
  const id = notify('info', 'maskNamed', { name: mask.name }, [
    {
      word: 'saveMask',
      run: () => {
        saveMask(mask);
        dismiss(id);
      },
    },
  ]);
}

export function saveMask({ name, bytes }: MaskFile): void {
  download(new Blob([bytes], { type: 'image/png' }), name);
}

export async function saveTimelapse(onProgress: (done: number) => void): Promise<void> {
  try {
    const film = await timelapse.film(onProgress);
    download(film, `${resultName()}.${film.type.includes('mp4') ? 'mp4' : 'webm'}`);
  } catch {
    notify('problem', 'noFilm');
  }
}

function resultName(): string {
  return [photo.value?.name ?? 'photo', styles.value[0]?.picture.name ?? 'style'].map(stem).join('-');
}

export async function keepResult(shown: Frame): Promise<void> {
  const made = painted();
  const recipe = currentRecipe();
  if (!recipe || !made) return;
  const painting: Painting = {
    id: crypto.randomUUID(),
    when: Date.now(),
    thumbnail: await thumbnailOf(shown),
    result: await encodeFrame(shown, 'png', recipe),
    recipe,
    seconds: made.seconds,
    strokes: made.strokes,
  };
  try {
    await keepPainting(painting, [made.content, ...made.styles.map(({ picture }) => picture)]);
    keptId.value = painting.id;
    await refreshHistory();
  } catch (error) {
    notify('problem', isFull(error) ? 'storageFull' : 'storageRefused', {}, [
      { word: 'history', run: () => (historyOpen.value = true) },
    ]);
  }
}

async function thumbnailOf(shown: Frame): Promise<Blob> {
  const { width, height } = shown;
  const scale = Math.min(1, THUMBNAIL_PX / Math.max(width, height));
  const small = await createImageBitmap(onWhite(shown), {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  const canvas = new OffscreenCanvas(small.width, small.height);
  canvas.getContext('2d')?.drawImage(small, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
}

export async function refreshHistory(): Promise<void> {
  try {
    history.value = await paintings();
  } catch {
    // Private windows of some browsers have no storage: the page works without.
    history.value = [];
  }
}

export async function forgetPainting(id: string): Promise<void> {
  await deletePainting(id);
  await refreshHistory();
}
