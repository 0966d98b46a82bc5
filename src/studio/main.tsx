/** The page that paints. */
import './styles/base.css';
import './styles/studio.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { bestDevice, threadsOf } from '../engines/web.js';
import { refreshHistory } from './actions/keep.js';
import { followChanges, painter } from './actions/paint.js';
import { openPasted, takeExamplePhoto, toggleExampleStyle } from './actions/pictures.js';
import { fromAddress, toAddress } from './address.js';
import { App } from './components/app.js';
import { isExamplePhoto, isExampleStyle } from './examples.js';
import { chosen, machine, network, networks, notify, photo, preset, styles } from './state.js';
import { onHistoryChanged } from './store/history.js';
import { networkNames } from './store/networks.js';
import { dress } from './theme.js';
import { language, speak, t } from './words/words.js';

speak(language.value);
dress();
render(<App />, document.getElementById('app') as HTMLElement);

followChanges();
refreshHistory();
onHistoryChanged(refreshHistory);
document.addEventListener('visibilitychange', () => painter.watch(!document.hidden));
document.addEventListener('paste', ({ clipboardData }) => openPasted(clipboardData));
// A picture dropped beside its place must not replace the page.
for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault());
if (!window.isSecureContext) notify('problem', t('insecure'));

bestDevice().then((device) => {
  machine.value = { device, threads: threadsOf(device) };
});
networkNames().then(
  (names) => {
    networks.value = names;
  },
  () => {},
);

/** Puts what the address says into the form. */
async function readAddress(): Promise<void> {
  const shared = fromAddress(location.hash);
  if (shared.preset !== undefined) preset.value = shared.preset;
  chosen.value = shared.options;
  if (shared.network !== undefined) network.value = shared.network;
  if (shared.photo !== undefined && isExamplePhoto(shared.photo)) await takeExamplePhoto(shared.photo);
  for (const { name, weight } of shared.styles ?? []) if (isExampleStyle(name)) await toggleExampleStyle(name, weight);
}

readAddress().finally(() => {
  effect(() => {
    const named = (file: string | undefined) => file?.replace(/\.jpg$/, '') ?? '';
    const example = named(photo.value?.name);
    const address = toAddress({
      ...(isExamplePhoto(example) ? { photo: example } : {}),
      styles: styles.value
        .map(({ picture, weight }) => ({ name: named(picture.name), weight }))
        .filter(({ name }) => isExampleStyle(name)),
      preset: preset.value,
      network: network.value,
      options: chosen.value,
    });
    window.history.replaceState(null, '', address === '' ? location.pathname : `#${address}`);
  });
});

// On hosts without the headers that threads need; see isolate.js.
if (!window.crossOriginIsolated && window.isSecureContext && import.meta.env.PROD) {
  navigator.serviceWorker?.register('./isolate.js').catch(() => {});
}
