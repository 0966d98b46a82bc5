/** What is on the page, kept as it happens. */
import { batch } from '@preact/signals';
import { openPicture } from '../pictures/open.js';
import {
  chosen,
  device,
  historyOpen,
  keeps,
  keptId,
  network,
  notify,
  photo,
  preset,
  strokes,
  styles,
  threads,
} from '../state.js';
import { clearAll, get, isFull } from '../store/database.js';
import { type KeptPicture, keepPictures } from '../store/history.js';
import { type KeptForm, keepSession, type NamedPicture, SCHEMA } from '../store/sessions.js';
import { refreshHistory } from './keep.js';
import { addStyle, setPhoto } from './pictures.js';

/** The name of this tab's session. */
export let sessionId: string = crypto.randomUUID?.() ?? String(Math.random());

/** Makes this tab's session one that was kept before. */
export function takeSession(id: string): void {
  sessionId = id;
}

/** The form as it can be kept. */
export function formToKeep(): KeptForm {
  const named = ({ name, sha256 }: NamedPicture) => ({ name, sha256 });
  return {
    photo: photo.value && named(photo.value),
    styles: styles.value.map(({ picture, weight, strength }) => ({ ...named(picture), weight, strength })),
    strokes: strokes.value,
    preset: preset.value,
    chosen: chosen.value,
    network: network.value,
    device: device.value,
    threads: threads.value,
  };
}

/** Puts a kept form on the page; pictures that are gone are left out. */
export async function setKeptForm(form: KeptForm): Promise<void> {
  const opened = async ({ sha256, name }: NamedPicture) => {
    const kept = await get<KeptPicture>('pictures', sha256);
    return kept && openPicture(kept.blob, name).catch(() => undefined);
  };
  const content = form.photo && (await opened(form.photo));
  const pictures = await Promise.all(form.styles.map(opened));
  batch(() => {
    setPhoto(content);
    styles.value = [];
    for (const [i, picture] of pictures.entries()) if (picture) addStyle(picture, form.styles[i]);
    // Strokes tell of styles by their place in the list.
    if (content && pictures.every(Boolean)) strokes.value = form.strokes;
    preset.value = form.preset;
    chosen.value = form.chosen;
    network.value = form.network;
    device.value = form.device;
    threads.value = form.threads;
  });
}

let keeping: Promise<void> = Promise.resolve();
let isQueued = false;

/** Keeps the form as it is when what is being kept is done: a slider that moves is written as fast as it goes. */
export function keepForm(): Promise<void> {
  if (isQueued) return keeping;
  isQueued = true;
  keeping = keeping.then(async () => {
    isQueued = false;
    const all = [...(photo.value ? [photo.value] : []), ...styles.value.map(({ picture }) => picture)];
    const session = { id: sessionId, schema: SCHEMA, when: Date.now(), form: formToKeep(), result: keptId.value };
    try {
      await keepSession(session);
      await keepPictures(all);
      tellKept();
    } catch (error) {
      tellNotKept(isFull(error));
    }
  });
  return keeping;
}

export function tellKept(): void {
  keeps.value = true;
}

/** Says once that what is made here is not kept. */
export function tellNotKept(full: boolean): void {
  if (!keeps.value) return;
  keeps.value = false;
  const actions = full ? [{ word: 'history' as const, run: () => (historyOpen.value = true) }] : [];
  notify('problem', full ? 'keepFull' : 'storageRefused', {}, actions);
}

/** Clears all that this browser keeps for the page; what is on the page stays on it. */
export async function clearKept(): Promise<void> {
  try {
    await keeping;
    await clearAll();
    await refreshHistory();
    notify('info', 'cleared');
  } catch {
    tellNotKept(false);
  }
}
