/** The page that paints. */
import './styles/base.css';
import './styles/studio.css';
import { render } from 'preact';
import { bestDevice, threadsOf } from '../engines/web.js';
import { refreshHistory } from './actions/keep.js';
import { followChanges, painter } from './actions/paint.js';
import { openFiles, openPasted } from './actions/pictures.js';
import { offerOrdered } from './actions/server.js';
import { restoreSession, warnOfLoss } from './actions/session.js';
import { followAddress } from './actions/share.js';
import { warmUp } from './actions/warm.js';
import { App } from './components/app.js';
import { readInbox } from './offline/inbox.js';
import { workOffline } from './offline/offline.js';
import { machine, networks, notify } from './state.js';
import { onHistoryChanged } from './store/history.js';
import { networkNames } from './store/networks.js';
import { dress } from './theme.js';
import { language, speak } from './words/words.js';

speak(language.value);
dress();
render(<App />, document.getElementById('app') as HTMLElement);

followChanges();
warmUp();
refreshHistory();
onHistoryChanged(refreshHistory);
document.addEventListener('visibilitychange', () => {
  painter.watch(!document.hidden);
  if (document.hidden) painter.keep();
});
window.addEventListener('pagehide', () => painter.keep());
warnOfLoss();
document.addEventListener('paste', ({ clipboardData }) => openPasted(clipboardData));
// A picture dropped beside its place must not replace the page.
for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault());
if (!window.isSecureContext) notify('problem', 'insecure');

bestDevice().then((device) => {
  machine.value = { device, threads: threadsOf(device) };
  if (import.meta.env.PROD) workOffline(device).catch(() => {});
});
networkNames().then(
  (names) => {
    networks.value = names;
  },
  () => {},
);

restoreSession()
  .then(followAddress)
  .then(offerOrdered)
  .then(() => readInbox((files) => openFiles(files, 'photo')));
