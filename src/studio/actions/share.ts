/** The page's address: what it says goes into the form, what the form says into it. */
import { batch, effect } from '@preact/signals';
import { fromAddress, type Shared, toAddress } from '../address.js';
import { isExamplePhoto, isExampleStyle } from '../examples.js';
import { busy, chosen, FIRST_PRESET, network, notify, photo, preset, strokes, styles } from '../state.js';
import { languageOf, speak } from '../words/words.js';
import { addStyle, fetchExample, setPhoto } from './pictures.js';

/** Takes in what the address says, now and whenever a link is opened in this tab; from then on it follows the form. */
export async function followAddress(): Promise<void> {
  // A page that is opened again has what its address says already, and more.
  const said = toAddress(fromAddress(location.hash));
  if (said !== '' && said !== formAddress()) await arrange(fromAddress(location.hash));
  effect(writeAddress);
  window.addEventListener('hashchange', async () => {
    const { hash } = location;
    const said = languageOf(hash);
    if (said !== undefined) speak(said);
    const shared = fromAddress(hash);
    // Links within the page, as to its picture, say nothing of the form.
    if (toAddress(shared) !== '') {
      if (busy.value) notify('info', 'busyLink');
      else await arrange(shared);
    }
    // Replacing the address is no change that the browser would tell of.
    writeAddress();
  });
}

/** Which of several links was opened last: pictures take a while. */
let newest: Shared | undefined;

/** Pictures that are not named stay as they are; settings that are not are the preset's. */
async function arrange(shared: Shared): Promise<void> {
  newest = shared;
  try {
    const content = shared.photo === undefined ? undefined : await fetchExample(shared.photo);
    const listed = shared.styles ?? [];
    const pictures = await Promise.all(listed.map(({ name }) => fetchExample(name)));
    if (newest !== shared) return;
    if (busy.value) {
      notify('info', 'busyLink');
      return;
    }
    batch(() => {
      preset.value = shared.preset ?? FIRST_PRESET;
      chosen.value = shared.options;
      network.value = shared.network ?? 'pocket';
      if (content) setPhoto(content);
      if (pictures.length > 0) {
        // Strokes tell of styles by their place in the list.
        strokes.value = [];
        styles.value = [];
      }
      for (const [i, picture] of pictures.entries()) addStyle(picture, { weight: listed[i]?.weight ?? 1 });
    });
  } catch {
    notify('problem', 'exampleFailed');
  }
}

function formAddress(): string {
  const named = (file: string | undefined) => file?.replace(/\.jpg$/, '') ?? '';
  const example = named(photo.value?.name);
  return toAddress({
    ...(isExamplePhoto(example) ? { photo: example } : {}),
    styles: styles.value
      .map(({ picture, weight }) => ({ name: named(picture.name), weight }))
      .filter(({ name }) => isExampleStyle(name)),
    preset: preset.value,
    network: network.value,
    options: chosen.value,
  });
}

function writeAddress(): void {
  const address = formAddress();
  window.history.replaceState(null, '', address === '' ? location.pathname : `#${address}`);
}
