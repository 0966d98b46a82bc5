/** Photos and styles onto the page: from files, from examples, from the clipboard, from a camera. */
import { type Recipe, recipeOfXmp } from '../../core/painting/recipe.js';
import { type ExamplePhoto, type ExampleStyle, exampleUrl } from '../examples.js';
import {
  HUGE_PIXELS,
  type OpenedPicture,
  openPicture,
  PictureError,
  REDUCED_SIDE_PX,
  reducePicture,
} from '../pictures/open.js';
import { findXmp } from '../pictures/xmp.js';
import {
  busy,
  dismiss,
  frame,
  keptId,
  notify,
  photo,
  report,
  reports,
  type StyleItem,
  status,
  strokes,
  styles,
  unfinished,
} from '../state.js';
import { setForm } from './form.js';

export type Place = 'photo' | 'style';

/** Opens files as what they were dropped on. Of several dropped as photo the first is the photo, the others styles. */
export async function openFiles(files: Iterable<File>, place: Place): Promise<void> {
  const opened: OpenedPicture[] = [];
  for (const file of files) {
    const picture = await open(file, file.name, opened.length === 0 ? place : 'style');
    if (picture) opened.push(picture);
  }
  const [content, ...others] = opened;
  const taken = others.filter(({ sha256 }) => styles.value.some(({ picture }) => picture.sha256 === sha256));
  if (!content || place !== 'photo' || photo.value !== content || taken.length === 0) return;
  notify('info', 'droppedBoth', { photo: content.name, styles: taken.map(({ name }) => name).join(', ') });
}

/** @returns what was opened; undefined where that failed, which the person has been told. */
async function open(blob: Blob, name: string, place: Place): Promise<OpenedPicture | undefined> {
  try {
    const picture = await openPicture(blob, name);
    if (picture.width * picture.height > HUGE_PIXELS) offerReduced(picture, place);
    else take(picture, place);
    await offerRecipe(picture);
    return picture;
  } catch (error) {
    if (error instanceof PictureError) notify('problem', error.reason, { name: error.file });
    else notify('problem', 'notPicture', { name });
    return undefined;
  }
}

function offerReduced(picture: OpenedPicture, place: Place): void {
  const megapixels = Math.round((picture.width * picture.height) / 1e6);
  const id = notify('info', 'huge', { name: picture.name, n: megapixels }, [
    {
      word: 'reduceTo',
      params: { n: REDUCED_SIDE_PX },
      run: async () => {
        dismiss(id);
        take(await reducePicture(picture), place);
      },
    },
  ]);
}

/** A picture that Giverny painted says how. */
async function offerRecipe({ blob, name }: OpenedPicture): Promise<void> {
  let recipe: Recipe | undefined;
  try {
    const xmp = await findXmp(new Uint8Array(await blob.arrayBuffer()));
    recipe = xmp === undefined ? undefined : recipeOfXmp(xmp, name);
  } catch {
    // Of another version, or changed: the picture itself is as good as any.
  }
  if (!recipe) return;
  const found = recipe;
  const id = notify('info', 'hasRecipe', { name }, [
    {
      word: 'duplicate',
      run: () => {
        if (!busy.value) setForm(found);
        dismiss(id);
      },
    },
  ]);
}

function take(picture: OpenedPicture, place: Place): void {
  if (busy.value) {
    notify('info', 'busyPictures');
    return;
  }
  if (place === 'photo') setPhoto(picture);
  else addStyle(picture);
}

export function setPhoto(picture: OpenedPicture | undefined): void {
  photo.value = picture;
  strokes.value = [];
  forgetResult();
}

/** A result belongs to the pictures it was painted from. */
export function forgetResult(): void {
  frame.value = undefined;
  keptId.value = undefined;
  unfinished.value = undefined;
  report.value = undefined;
  reports.value = [];
  status.value = 'idle';
}

let ids = 0;

/** Puts a picture on the list of styles, unless it is there. */
export function addStyle(picture: OpenedPicture, { weight = 1, strength }: Partial<StyleItem> = {}): void {
  if (styles.value.some((style) => style.picture.sha256 === picture.sha256)) return;
  styles.value = [...styles.value, { id: `style-${++ids}`, picture, weight, strength }];
}

export function changeStyle(id: string, change: Partial<StyleItem>): void {
  styles.value = styles.value.map((style) => (style.id === id ? { ...style, ...change } : style));
}

export function removeStyle(id: string): void {
  const index = styles.value.findIndex((style) => style.id === id);
  styles.value = styles.value.filter((style) => style.id !== id);
  strokes.value = strokes.value
    .filter((stroke) => stroke.style !== index)
    .map((stroke) =>
      typeof stroke.style === 'number' && stroke.style > index ? { ...stroke, style: stroke.style - 1 } : stroke,
    );
}

/** @throws PictureError; TypeError where the page's server is gone. */
export async function fetchExample(name: string): Promise<OpenedPicture> {
  const response = await fetch(exampleUrl(name));
  if (!response.ok) throw new PictureError('notPicture', name);
  return openPicture(await response.blob(), `${name}.jpg`);
}

/** Makes an example the photo. */
export async function takeExamplePhoto(name: ExamplePhoto): Promise<void> {
  const picture = await fetchExample(name).catch(tellFailed);
  if (picture) setPhoto(picture);
}

function tellFailed(): undefined {
  notify('problem', 'exampleFailed');
}

/** Puts an example on the list, or off it where it is there. */
export async function toggleExampleStyle(name: ExampleStyle): Promise<void> {
  const listed = styles.value.find((style) => style.picture.name === `${name}.jpg`);
  if (listed) {
    removeStyle(listed.id);
    return;
  }
  const picture = await fetchExample(name).catch(tellFailed);
  if (picture) addStyle(picture);
}

/** Pictures that are pasted fill what is empty: the photo first, then styles. */
export function openPasted(data: DataTransfer | null): void {
  const files = [...(data?.files ?? [])];
  if (files.length > 0) openFiles(files, photo.value ? 'style' : 'photo');
}
