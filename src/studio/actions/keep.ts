/** What becomes of a painted picture: files, film, the history of this browser. */

import { batch } from '@preact/signals';
import { type Recipe, recipeOf } from '../../core/recipe.js';
import { commandLine } from '../address.js';
import type { Frame } from '../painting/protocol.js';
import { openPicture } from '../pictures/open.js';
import { download, encodeFrame, type Format } from '../pictures/save.js';
import {
  busy,
  chosen,
  frame,
  history,
  historyOpen,
  machine,
  network,
  notify,
  photo,
  preset,
  ready,
  report,
  status,
  styles,
} from '../state.js';
import { isFull } from '../store/database.js';
import { deletePainting, keepPainting, type Painting, paintings, picturesOf } from '../store/history.js';
import { t } from '../words/words.js';
import { setForm } from './form.js';
import { painted, setPainted, timelapse } from './paint.js';
import { addStyle, forgetResult, setPhoto } from './pictures.js';

const THUMBNAIL_PX = 320;

declare const __VERSION__: string;

/** The recipe of what is on the easel, as `giverny` writes it. */
export function currentRecipe(steps: number): Recipe | undefined {
  const content = photo.value;
  const made = painted();
  if (!content || !made || !ready.value) return undefined;
  return recipeOf({
    giverny: __VERSION__,
    content,
    styles: styles.value.map(({ picture, weight }, i) => ({ ...picture, weight: made.weights[i] ?? weight })),
    network: ready.value.network,
    engine: ready.value.engine,
    options: made.options,
    steps,
  });
}

export async function saveAs(format: Format): Promise<void> {
  if (!frame.value) return;
  const blob = await encodeFrame(frame.value, format, currentRecipe((report.value?.step ?? -1) + 1));
  download(blob, `${resultName()}.${format === 'jpeg' ? 'jpg' : format}`);
}

export async function saveTimelapse(onProgress: (done: number) => void): Promise<void> {
  try {
    const film = await timelapse.film(onProgress);
    download(film, `${resultName()}.${film.type.includes('mp4') ? 'mp4' : 'webm'}`);
  } catch {
    notify('problem', t('noFilm'));
  }
}

const stem = (name: string) => name.replace(/\.[^.]+$/, '');

function resultName(): string {
  return [photo.value?.name ?? 'photo', styles.value[0]?.picture.name ?? 'style'].map(stem).join('-');
}

/** The command that paints what the form says; of several styles the heaviest, the command takes one. */
export function currentCommand(): string {
  const heaviest = [...styles.value].sort((a, b) => b.weight - a.weight)[0];
  return commandLine({
    photo: photo.value?.name ?? 'photo.jpg',
    style: heaviest?.picture.name ?? 'painting.jpg',
    preset: preset.value,
    network: network.value,
    options: chosen.value,
  });
}

export async function keepResult(shown: Frame, steps: number): Promise<void> {
  const recipe = currentRecipe(steps);
  const content = photo.value;
  const made = painted();
  if (!recipe || !content || !made) return;
  const painting: Painting = {
    id: crypto.randomUUID(),
    when: Date.now(),
    thumbnail: await thumbnailOf(shown),
    result: await encodeFrame(shown, 'png', recipe),
    recipe,
    seconds: made.seconds,
  };
  try {
    await keepPainting(painting, [content, ...styles.value.map(({ picture }) => picture)]);
    await refreshHistory();
  } catch (error) {
    notify('problem', t(isFull(error) ? 'storageFull' : 'storageRefused'), [
      { word: 'history', run: () => (historyOpen.value = true) },
    ]);
  }
}

async function thumbnailOf({ width, height, pixels }: Frame): Promise<Blob> {
  const scale = Math.min(1, THUMBNAIL_PX / Math.max(width, height));
  const small = await createImageBitmap(new ImageData(pixels, width, height), {
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

/** Puts a painting's pictures and options into the form, and its result on the easel unless only a copy is wanted. */
export async function reopen(painting: Painting, { withResult }: { withResult: boolean }): Promise<void> {
  if (busy.value) {
    notify('info', t('busyPictures'));
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
  const result = withResult ? await frameOf(painting.result) : undefined;
  batch(() => {
    setPhoto(content);
    styles.value = [];
    for (const [i, picture] of pictures.entries()) if (picture) addStyle(picture, recipe.styles[i]?.weight ?? 1);
    setForm(recipe);
    forgetResult();
    if (!result) return;
    frame.value = result;
    status.value = 'done';
    ready.value = { ...machine.value, engine: recipe.engine, network: recipe.network };
    setPainted({
      options: recipe.options,
      weights: recipe.styles.map(({ weight }) => weight),
      seconds: painting.seconds,
      size: { width: result.width, height: result.height },
      behind: 0,
    });
    historyOpen.value = false;
  });
  if (!withResult) historyOpen.value = false;
}

async function frameOf(blob: Blob): Promise<Frame> {
  const image = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  return {
    width: image.width,
    height: image.height,
    pixels: context.getImageData(0, 0, image.width, image.height).data,
  };
}
